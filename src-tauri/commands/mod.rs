//! What the page may ask for; each command only forwards to `vault`.
//!
//! To add one: a function here, its name in [`crate::bindings`], a method of the page's host interface, and
//! `cargo xtask bindings`.

pub mod access;
pub mod account;
pub mod device;
pub mod emergency;
pub mod export;
pub mod giving;
pub mod guardrails;
pub mod history;
pub mod import;
pub mod notices;
pub mod offboarding;
pub mod organization;
pub mod policy_files;
pub mod provisioning;
pub mod requests;
pub mod secrets;
pub mod services;
pub mod state;
pub mod values;
