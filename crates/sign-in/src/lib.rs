//! Signing in through the company's identity provider, in the system browser (RFC 8252), and proving possession of the device's
//! keys (RFC 9449).
//!
//! [`device_keys`] makes what identifies the device, [`proof`] makes a DPoP proof for each request, [`provider`] finds the identity
//! provider, [`door`] leads one person at a time through the browser, [`renewal`] asks the provider again without it.
//! A TLS provider for rustls (`ring`) must be installed by the program before the first request.

pub mod cancel;
pub mod device_keys;
pub mod door;
pub mod error;
mod exchange;
pub mod http;
mod id_token;
mod page;
pub mod proof;
pub mod provider;
mod redirect;
pub mod renewal;
mod unreachable;
