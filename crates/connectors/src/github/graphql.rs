//! A question in GraphQL: where it goes, and what its answer means. GitHub answers 200 also where it refuses, and says so inside.

use super::{
    Github,
    call::body,
    refusal::{refused, refused_inside, wait},
};
use crate::{Fault, FaultCode};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

/// What is sent: a text of ours, and beside it what others chose.
#[derive(Serialize)]
struct Question<'a, V> {
    query: &'static str,
    variables: &'a V,
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Value>,
    errors: Option<Vec<Complaint>>,
}

/// Why GitHub did not answer a part of a question.
#[derive(Debug, Deserialize)]
pub(super) struct Complaint {
    /// A word for it; not always told.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    /// The same for people.
    pub(super) message: Option<String>,
}

impl Github {
    /// Asks once. An answer with any complaint in it is none: what is left out would look like what is not there.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        query: &'static str,
        variables: &impl Serialize,
    ) -> Result<T, Fault> {
        let question = Question { query, variables };
        let reply = self.post(beside(&self.settings.api)?, &question).await?;
        if reply.status() != StatusCode::OK {
            return Err(refused(reply).await);
        }
        let wait = wait(reply.headers());
        let answer: Answer = body(reply).await?;
        match answer.errors.as_deref() {
            None | Some([]) => {}
            Some(complaints) => return Err(refused_inside(complaints, wait)),
        }
        let data = answer.data.ok_or(FaultCode::Unexpected)?;
        serde_json::from_value(data).map_err(|_| FaultCode::Unexpected.into())
    }
}

/// Where GraphQL is asked, beside the REST API: `https://api.github.com/graphql`, and `https://HOST/api/graphql` where that is
/// `https://HOST/api/v3/`, as on an Enterprise Server.
fn beside(api: &Url) -> Result<Url, Fault> {
    let mut url = api.clone();
    let mut path: Vec<&str> = api.path_segments().ok_or(FaultCode::Unexpected)?.collect();
    path.retain(|segment| !segment.is_empty());
    if let [.., "api", "v3"] = path.as_slice() {
        path.pop();
    }
    path.push("graphql");
    url.path_segments_mut()
        .map_err(|()| FaultCode::Unexpected)?
        .clear()
        .extend(path);
    Ok(url)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_beside_the_rest_api() {
        for (api, there) in [
            ("https://api.github.com/", "https://api.github.com/graphql"),
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://api.acme.ghe.com/", "https://api.acme.ghe.com/graphql"),
            (
                "https://git.example.com/api/v3/",
                "https://git.example.com/api/graphql",
            ),
            (
                "https://git.example.com:8443/api/v3",
                "https://git.example.com:8443/api/graphql",
            ),
            (
                "https://example.com/git/api/v3/",
                "https://example.com/git/api/graphql",
            ),
        ] {
            assert_eq!(beside(&api.parse().unwrap()).unwrap().as_str(), there);
        }
    }
}
