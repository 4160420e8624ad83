//! What the page sees: plain data in camelCase, times in milliseconds UTC, ids as text, never a value except in
//! [`value::RevealReply`]. `ui/src/host/bindings.ts` is generated from these.

pub mod access;
pub mod approval;
pub mod asking;
pub mod device;
pub mod emergency;
pub mod event;
pub mod explain;
pub mod giving;
pub mod grant_change;
pub mod guardrails;
pub mod history;
pub mod import;
pub mod list;
pub mod managing;
pub mod notices;
pub mod offboarding;
pub mod places;
pub mod policy_files;
pub mod problem;
pub mod provisioning;
pub mod request;
pub mod role;
pub mod search;
pub mod secret;
pub mod services;
pub mod state;
pub mod team;
pub mod value;
