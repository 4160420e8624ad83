//! Reports of cases: drawn as a page, and checked offline with nothing but the published keys.
//!
//! Nothing here reads a table. [`verify::verify`] believes no line of a report that is not covered by the report's signature, and
//! says of the lines that matter whether the log proves them ([`claims`]).

pub mod claims;
mod connected;
pub mod format;
pub mod html;
pub mod keys;
pub mod verify;
mod whole;
