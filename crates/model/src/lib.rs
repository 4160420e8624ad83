//! Ids, scope paths, roles, grants, secrets' metadata, events: pure types and rules, no I/O.
//!
//! Everything here is parsed once at the edge into types that cannot be wrong; the crates above trust them.

pub mod action;
pub mod approval;
pub mod blast;
pub mod builtin_roles;
pub mod conditions;
pub mod connected;
pub mod emergency;
pub mod entropy;
pub mod event;
pub mod grant;
pub mod guardrail;
pub mod ids;
pub mod name;
pub mod network;
pub mod notice;
pub mod offboarding;
pub mod principal;
pub mod role;
pub mod scope;
pub mod secret;
pub mod service;
pub mod time;
pub mod words;
