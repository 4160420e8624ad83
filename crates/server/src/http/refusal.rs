//! How a call is refused: a stable code on the wire (RFC 9457), the cause in our log only.

use crate::scim::error::ScimType;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use claviger_protocol::problem::{Code, Problem};
use std::{error::Error, fmt};

/// Why a call is refused or failed. [`super::replies`] writes the body, so that each carries the call's id.
pub struct Refusal {
    problem: Box<Problem>,
    cause: Option<Box<dyn Error + Send + Sync>>,
    recorded: bool,
    scim: Option<&'static str>,
}

/// Stands in a reply whose refusal is an event in the log already.
#[derive(Debug, Clone, Copy)]
pub struct Recorded;

impl Refusal {
    /// Refuses with a code and no further words.
    pub fn new(code: Code) -> Self {
        Self::of(Problem::new(code))
    }

    /// Asks for a fresh multi-factor sign-in (RFC 9470), at most so many seconds old.
    pub fn step_up(max_age: u32) -> Self {
        Self::of(Problem::step_up(max_age))
    }

    /// Refuses with a problem that was made elsewhere.
    pub fn of(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            cause: None,
            recorded: false,
            scim: None,
        }
    }

    /// Adds words that the caller may read.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    /// Answers with another status than the code's own.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.problem.status = status.as_u16();
        self
    }

    /// Keeps the cause for our log; nothing of it is sent.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says that the refusal is an event in the log.
    #[must_use]
    pub const fn recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    /// What SCIM calls it (RFC 7644, table 9); only its clients hear of that.
    #[must_use]
    pub const fn scim(mut self, kind: &'static str) -> Self {
        self.scim = Some(kind);
        self
    }

    /// Whether the refusal is an event in the log.
    pub const fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// A fault of ours.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.problem.code
    }

    /// What the caller reads, for refusals of single items in a reply.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            let chain = Chain(cause.as_ref());
            if self.problem.status >= 500 {
                tracing::error!(code = self.problem.code.as_str(), %chain, "call failed");
            } else {
                tracing::debug!(code = self.problem.code.as_str(), %chain, "call refused");
            }
        }
        let mut response = Response::default();
        *response.status_mut() =
            StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(*self.problem);
        if let Some(kind) = self.scim {
            response.extensions_mut().insert(ScimType(kind));
        }
        if self.recorded {
            response.extensions_mut().insert(Recorded);
        }
        response
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({}", self.problem.code.as_str())?;
        if let Some(detail) = &self.problem.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(cause) = &self.cause {
            write!(f, "; {}", Chain(cause.as_ref()))?;
        }
        f.write_str(")")
    }
}

/// An error and its sources on one line.
pub struct Chain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
