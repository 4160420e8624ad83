//! SCIM 2.0 (RFC 7643, RFC 7644): the identity provider says who is there, who is in which group, and who has left.
//!
//! Calls carry a bearer token of their own ([`caller`]) instead of a proof. A user stands for a person; who somebody is stays with
//! their identity (rule 4), to which the configured claim leads at sign-in ([`link`]). What is read and written is in a form of one
//! schema ([`schema`]); filters ([`filter`]) and changes of parts ([`patch`]) are pure. `active=false` and DELETE open an offboarding
//! case ([`users`]); groups give memberships of teams and nothing else ([`groups`]).

pub mod caller;
mod discovery;
pub mod error;
pub mod filter;
pub mod groups;
pub mod link;
mod listing;
pub mod patch;
mod query;
mod reply;
mod resource;
pub mod schema;
mod search;
pub mod users;

use crate::http::{Handled, Refusal};
use axum::response::{IntoResponse, Response};

/// Below which all of it is.
pub const ROOT: &str = "/scim/v2";

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    [
        discovery::routes(),
        search::routes(),
        users::routes(),
        groups::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether an address is one of a SCIM client's.
pub fn is_below(path: &str) -> bool {
    path.strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A refusal in SCIM's form.
pub fn answer(refusal: Refusal) -> Response {
    let mut response = refusal.into_response();
    error::write(&mut response);
    response
}
