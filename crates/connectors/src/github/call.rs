//! One call: where it goes, what it carries, and what its answer means.

use super::{
    Github,
    refusal::{beginning, refused},
};
use crate::{Fault, FaultCode, GoOn};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, LINK, USER_AGENT},
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// A call may take so long.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest answer that is read, in bytes.
const MOST: usize = 4 * 1024 * 1024;
/// The version of the API that the shapes are of.
const VERSION: &str = "2022-11-28";
/// Entries of a page; GitHub gives no more.
const ENTRIES: &str = "100";

/// What was asked for, or that there is no such thing.
pub(super) enum Said<T> {
    /// There is.
    Yes(T),
    /// 404.
    NotThere,
}

impl<T> Said<T> {
    pub(super) fn found(self) -> Option<T> {
        match self {
            Self::Yes(found) => Some(found),
            Self::NotThere => None,
        }
    }
}

impl Github {
    /// Reads one thing.
    pub(super) async fn read<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Said<T>, Fault> {
        let reply = self.send(Method::GET, path, &[]).await?;
        match reply.status() {
            StatusCode::OK => Ok(Said::Yes(body(reply).await?)),
            StatusCode::NOT_FOUND => {
                // Read to its end, the connection is used again.
                beginning(reply).await;
                Ok(Said::NotThere)
            }
            _ => Err(refused(reply).await),
        }
    }

    /// A page of a list, and whether there is another one.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        page: u32,
    ) -> Result<(Vec<T>, bool), Fault> {
        let page = page.to_string();
        let query = [("per_page", ENTRIES), ("page", page.as_str())];
        let reply = self.send(Method::GET, path, &query).await?;
        if reply.status() != StatusCode::OK {
            // A list that is hidden looks like one that does not exist, and neither is empty.
            return Err(match reply.status() {
                StatusCode::NOT_FOUND => FaultCode::NotPermitted.into(),
                _ => refused(reply).await,
            });
        }
        let more = reply.headers().get_all(LINK).iter().any(has_next);
        Ok((body(reply).await?, more))
    }

    /// Does something; whether there was anything to do it to.
    pub(super) async fn act(&self, method: Method, path: &[&str], go: &dyn GoOn) -> Result<bool, Fault> {
        go.go_on().await?;
        let reply = self.send(method, path, &[]).await?;
        match reply.status() {
            StatusCode::NO_CONTENT => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(refused(reply).await),
        }
    }

    /// Asks something by a body, where the answer is not of the REST API.
    pub(super) async fn post(&self, url: Url, body: &impl Serialize) -> Result<Response, Fault> {
        let sent = self.request(Method::POST, url)?.json(body).send().await;
        sent.map_err(|error| unreachable(&error))
    }

    async fn send(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> Result<Response, Fault> {
        let mut url: Url = self.settings.api.clone();
        // Segments are encoded one by one: no name of an account changes the path.
        url.path_segments_mut()
            .map_err(|()| FaultCode::Unexpected)?
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self
            .request(method, url)?
            .header(ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", VERSION);
        request.send().await.map_err(|error| unreachable(&error))
    }

    /// A call with what every one carries.
    fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Fault> {
        let token = self.token.read().ok_or(FaultCode::Credentials)?;
        let bearer = Zeroizing::new(format!("Bearer {}", token.expose().trim()));
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| FaultCode::Credentials)?;
        header.set_sensitive(true);
        let request = self.client()?.request(method, url);
        Ok(request
            .header(AUTHORIZATION, header)
            .header(USER_AGENT, "claviger"))
    }

    /// The client that is kept. A redirect would carry the token elsewhere.
    fn client(&self) -> Result<&reqwest::Client, Fault> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE);
        if let Some(path) = &self.settings.certificate_authority {
            let authority = std::fs::read(path)
                .ok()
                .and_then(|pem| reqwest::Certificate::from_pem_bundle(&pem).ok())
                .filter(|authority| !authority.is_empty())
                .ok_or(FaultCode::Unreachable)?;
            builder = builder.tls_certs_only(authority);
        }
        let client = builder.build().map_err(|error| unreachable(&error))?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn unreachable(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        FaultCode::TimedOut.into()
    } else {
        FaultCode::Unreachable.into()
    }
}

/// What an answer has to say, if it is no longer than is read.
pub(super) async fn body<T: DeserializeOwned>(mut reply: Response) -> Result<T, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len().saturating_add(chunk.len()) > MOST {
            return Err(FaultCode::TooMany.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| FaultCode::Unexpected.into())
}

/// Whether a `Link` header (RFC 8288) names a next page.
fn has_next(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    text.split(',').any(|link| {
        let parameters = link.split(';').skip(1);
        parameters
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(name, relation)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && relation
                        .trim()
                        .trim_matches('"')
                        .split_ascii_whitespace()
                        .any(|relation| relation.eq_ignore_ascii_case("next"))
            })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Nothing;

    impl crate::Credential for Nothing {
        fn read(&self) -> Option<claviger_crypto::secret::SecretString> {
            None
        }
    }

    #[test]
    fn all_calls_go_through_one_client() {
        let settings = super::super::GithubSettings {
            api: "https://api.example.test/".parse().unwrap(),
            organization: claviger_model::connected::AccountName::parse("acme").unwrap(),
            certificate_authority: None,
        };
        // As every program does, it installs what TLS is done with.
        claviger_testkit::http::client().unwrap();
        let github = Github::new(settings, std::sync::Arc::new(Nothing));
        assert!(std::ptr::eq(github.client().unwrap(), github.client().unwrap()));
    }

    #[test]
    fn a_next_page_is_what_the_link_header_says() {
        let next = |text: &str| has_next(&HeaderValue::from_str(text).unwrap());
        assert!(next(
            r#"<https://x/?page=1>; rel="prev", <https://x/?page=3>; rel="next""#
        ));
        assert!(next(r#"<https://x/?page=3>; rel=next"#));
        assert!(!next(r#"<https://x/?page=1&rel=next>; rel="last""#));
        assert!(!next(""));
    }
}
