//! What a refusal means, and how long no call is wanted then.

use super::graphql::Complaint;
use crate::{Fault, FaultCode};
use reqwest::{
    Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use std::time::Duration;

/// Of a refusal no more is read than tells why.
const MOST_OF_A_REFUSAL: usize = 64 * 1024;
/// GitHub says when calls are welcome again; no longer than this is waited without asking.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// What is waited where it does not say how long: "at least one minute" (Rate limits for the REST API).
const A_MINUTE: Duration = Duration::from_secs(60);

/// What a refusal means that stands inside an answer. GitHub calls a limit `RATE_LIMITED` or `RATE_LIMIT`.
pub(super) fn refused_inside(complaints: &[Complaint], wait: Option<Duration>) -> Fault {
    let of = |kinds: &[&str]| {
        let kinds_told = complaints.iter().filter_map(|one| one.kind.as_deref());
        kinds_told.into_iter().any(|kind| kinds.contains(&kind))
    };
    let words = complaints.iter().filter_map(|one| one.message.as_deref());
    let limited =
        of(&["RATE_LIMITED", "RATE_LIMIT"]) || words.into_iter().any(|words| says_limit(words.as_bytes()));
    let (code, retry_after) = if limited {
        (FaultCode::RateLimited, wait.or(Some(A_MINUTE)))
    } else if of(&["FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"]) {
        (FaultCode::NotPermitted, wait)
    } else {
        (FaultCode::Unexpected, wait)
    };
    Fault { code, retry_after }
}

/// What a refusal means.
pub(super) async fn refused(reply: Response) -> Fault {
    let (status, wait) = (reply.status(), wait(reply.headers()));
    let words = match status {
        StatusCode::FORBIDDEN => beginning(reply).await,
        _ => Vec::new(),
    };
    fault(status, wait, &words)
}

/// The first part of an answer, or what came of it.
pub(super) async fn beginning(mut reply: Response) -> Vec<u8> {
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
pub(super) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    match (number(RETRY_AFTER.as_str()), number("x-ratelimit-remaining")) {
        (Some(seconds), _) => Some(Duration::from_secs(seconds).min(LONGEST_WAIT)),
        (None, Some(0)) => Some(A_MINUTE),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn a_refusal_inside_an_answer_is_told_by_its_type_and_a_limit_by_its_words_too() {
        let said = |complaints: serde_json::Value, wait: Option<u64>| {
            let complaints: Vec<Complaint> = serde_json::from_value(complaints).unwrap();
            let fault = refused_inside(&complaints, wait.map(Duration::from_secs));
            (fault.code, fault.retry_after.map(|wait| wait.as_secs()))
        };
        for kind in ["RATE_LIMITED", "RATE_LIMIT"] {
            let complaint = serde_json::json!([{ "type": kind, "message": "x" }]);
            assert_eq!(said(complaint.clone(), None), (FaultCode::RateLimited, Some(60)));
            assert_eq!(said(complaint, Some(90)), (FaultCode::RateLimited, Some(90)));
        }
        let words = serde_json::json!([{}, { "message": "API rate limit already exceeded for user ID 1." }]);
        assert_eq!(said(words, None), (FaultCode::RateLimited, Some(60)));
        for kind in ["FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"] {
            let complaint = serde_json::json!([{ "type": "OTHER" }, { "type": kind }]);
            assert_eq!(said(complaint, None), (FaultCode::NotPermitted, None));
        }
        let untold = serde_json::json!([{ "message": "Something went wrong" }]);
        assert_eq!(said(untold, None), (FaultCode::Unexpected, None));
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
