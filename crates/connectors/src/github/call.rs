//! One call: where it goes, what it carries, and what its answer means.

use super::Github;
use crate::{Fault, FaultCode};
use reqwest::{
    Method, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LINK, RETRY_AFTER, USER_AGENT},
};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// A call may take so long.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest answer that is read, in bytes.
const MOST: usize = 4 * 1024 * 1024;
/// Of a refusal no more is read than tells why.
const MOST_OF_A_REFUSAL: usize = 64 * 1024;
/// The version of the API that the shapes are of.
const VERSION: &str = "2022-11-28";
/// Entries of a page; GitHub gives no more.
const ENTRIES: &str = "100";
/// GitHub says when calls are welcome again; no longer than this is waited without asking.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// What is waited where it does not say how long: "at least one minute" (Rate limits for the REST API).
const A_MINUTE: Duration = Duration::from_secs(60);

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
    pub(super) async fn act(&self, method: Method, path: &[&str]) -> Result<bool, Fault> {
        let reply = self.send(method, path, &[]).await?;
        match reply.status() {
            StatusCode::NO_CONTENT => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(refused(reply).await),
        }
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
        let token = self.token.read().ok_or(FaultCode::Credentials)?;
        let bearer = Zeroizing::new(format!("Bearer {}", token.expose().trim()));
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| FaultCode::Credentials)?;
        header.set_sensitive(true);
        let sent = self
            .client()?
            .request(method, url)
            .header(AUTHORIZATION, header)
            .header(ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", VERSION)
            .header(USER_AGENT, "claviger")
            .send()
            .await;
        sent.map_err(|error| unreachable(&error))
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

async fn body<T: DeserializeOwned>(mut reply: Response) -> Result<T, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len().saturating_add(chunk.len()) > MOST {
            return Err(FaultCode::TooMany.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| FaultCode::Unexpected.into())
}

/// What a refusal means.
async fn refused(reply: Response) -> Fault {
    let (status, wait) = (reply.status(), wait(reply.headers()));
    let words = match status {
        StatusCode::FORBIDDEN => beginning(reply).await,
        _ => Vec::new(),
    };
    fault(status, wait, &words)
}

/// The first part of an answer, or what came of it.
async fn beginning(mut reply: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = reply.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= MOST_OF_A_REFUSAL {
            bytes.truncate(MOST_OF_A_REFUSAL);
            break;
        }
    }
    bytes
}

/// GitHub answers 403 or 429 where it wants fewer calls. It says so in a header, or of a secondary limit only in words; what it does
/// not say may be one all the same, so that no 403 is followed by another call at once.
fn fault(status: StatusCode, wait: Option<Duration>, words: &[u8]) -> Fault {
    let limited = status == StatusCode::TOO_MANY_REQUESTS || wait.is_some() || says_limit(words);
    let minute = wait.or(Some(A_MINUTE));
    let (code, retry_after) = match status {
        StatusCode::UNAUTHORIZED => (FaultCode::Credentials, wait),
        StatusCode::TOO_MANY_REQUESTS => (FaultCode::RateLimited, minute),
        StatusCode::FORBIDDEN if limited => (FaultCode::RateLimited, minute),
        StatusCode::FORBIDDEN => (FaultCode::NotPermitted, minute),
        StatusCode::NOT_FOUND => (FaultCode::NotPermitted, wait),
        status if status.is_server_error() => (FaultCode::Unreachable, wait),
        _ => (FaultCode::Unexpected, wait),
    };
    Fault { code, retry_after }
}

/// "You have exceeded a secondary rate limit"; of older servers "You have triggered an abuse detection mechanism".
fn says_limit(words: &[u8]) -> bool {
    let words = String::from_utf8_lossy(words).to_ascii_lowercase();
    words.contains("rate limit") || words.contains("abuse detection")
}

/// How long no call is wanted: `Retry-After` in seconds, else a minute where nothing remains.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    match (number(RETRY_AFTER.as_str()), number("x-ratelimit-remaining")) {
        (Some(seconds), _) => Some(Duration::from_secs(seconds).min(LONGEST_WAIT)),
        (None, Some(0)) => Some(A_MINUTE),
        _ => None,
    }
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

    #[test]
    fn a_limit_is_told_from_a_refusal() {
        let says = |status: u16, pairs: &[(&'static str, &str)], words: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_str(value).unwrap());
            }
            let status = StatusCode::from_u16(status).unwrap();
            let fault = fault(status, wait(&headers), words.as_bytes());
            (fault.code, fault.retry_after.map(|wait| wait.as_secs()))
        };
        let said = |status, pairs: &[(&'static str, &str)]| says(status, pairs, "");
        assert_eq!(said(403, &[]), (FaultCode::NotPermitted, Some(60)));
        assert_eq!(
            says(
                403,
                &[],
                r#"{"message":"You have exceeded a secondary Rate Limit."}"#
            ),
            (FaultCode::RateLimited, Some(60))
        );
        assert_eq!(
            says(
                403,
                &[("retry-after", "90")],
                "You have exceeded a secondary rate limit"
            ),
            (FaultCode::RateLimited, Some(90))
        );
        assert_eq!(said(429, &[]), (FaultCode::RateLimited, Some(60)));
        // Only a refusal is read for words.
        assert_eq!(says(404, &[], "rate limit"), (FaultCode::NotPermitted, None));
        assert_eq!(
            said(403, &[("retry-after", "60")]),
            (FaultCode::RateLimited, Some(60))
        );
        assert_eq!(
            said(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]),
            (FaultCode::RateLimited, Some(60))
        );
        assert_eq!(
            said(403, &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1")]),
            (FaultCode::NotPermitted, Some(60))
        );
        assert_eq!(
            said(429, &[("retry-after", "999999")]),
            (FaultCode::RateLimited, Some(3_600))
        );
        assert_eq!(said(401, &[]), (FaultCode::Credentials, None));
        assert_eq!(said(502, &[]), (FaultCode::Unreachable, None));
        assert_eq!(said(418, &[]), (FaultCode::Unexpected, None));
    }
}
