//! The one table from what went wrong inside to what the page is told: a stable code of `ui/src/errors.ts`, a sentence, the chain of
//! causes as detail, and what to do where that depends on what happened. No error of ours carries a secret, so neither does a
//! detail.

mod clock;
mod server;
mod session;
mod storage;
mod words;

pub(crate) use storage::{cache_problem, lease_problem, open_problem};

use crate::view::problem::Problem;
use claviger_protocol::problem::{Code, Problem as Refusal};
use std::error::Error;
use words::{ACCESS_ENDED, DEVICE_EMPTIED, Words, of_code};

/// Makes a problem of words and a cause.
pub(crate) fn problem((code, message): Words, cause: Option<&dyn Error>) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        detail: cause.map(chain),
        remedy: None,
    }
}

/// The same with what to do.
fn remedied(words: Words, cause: &dyn Error, remedy: String) -> Problem {
    Problem {
        remedy: Some(remedy),
        ..problem(words, Some(cause))
    }
}

/// Makes a problem of a server's refusal.
pub(crate) fn refusal(refused: &Refusal) -> Problem {
    let parts = [
        refused.detail.clone(),
        refused.call.as_ref().map(|call| format!("call {call}")),
    ];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    Problem {
        detail: (!detail.is_empty()).then_some(detail),
        ..problem(of_code(refused.code), None)
    }
}

/// What a person reads once an order to destroy everything was carried out here, by what the server refused the session for.
pub(crate) fn emptied(refused: Option<Problem>) -> Problem {
    match refused {
        Some(refused) if refused.code == of_code(Code::Disabled).0 => Problem {
            detail: refused.detail,
            ..problem(ACCESS_ENDED, None)
        },
        Some(refused) if refused.code == of_code(Code::DeviceEnded).0 => refused,
        _ => problem(DEVICE_EMPTIED, None),
    }
}

/// What went wrong and why, from the outside in.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
