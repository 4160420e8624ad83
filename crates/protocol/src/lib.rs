//! What crosses the wire: requests, replies, proofs' claims, orders, error codes.
//!
//! Routes stand in [`route`], one module for each family of requests. Bodies are JSON; bytes in them are base64url
//! without padding ([`wire::Bytes`]). Signed objects are RFC 8785 JSON with a `type` ([`signed`]).
//! Parameters travel in path or body, never in a query (rule 2).

pub mod access;
pub mod device;
pub mod emergency;
pub mod enrolment;
pub mod explain;
pub mod giving;
pub mod grant_change;
pub mod grants;
pub mod guardrail_plan;
pub mod guardrails;
pub mod journal;
pub mod link;
pub mod log;
pub mod moving;
pub mod notices;
pub mod offboarding;
pub mod order;
pub mod places;
pub mod policy_files;
pub mod principals;
pub mod problem;
pub mod proof;
pub mod provisioning;
pub mod release;
pub mod requests;
pub mod roles;
pub mod route;
pub mod secrets;
pub mod services;
pub mod session;
pub mod sign_in;
pub mod signed;
pub mod stream;
pub mod sync;
pub mod teams;
pub mod wire;
