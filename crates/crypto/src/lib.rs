//! AEAD envelopes, the key hierarchy, sealing to a device, signatures, secret types that cannot be printed.
//!
//! The public modules are what features use: they take typed bindings and give typed results, and none of them lets a
//! caller choose a nonce. The raw primitives are fenced off in `hazmat`, which nothing outside this crate can see.
//! Formats follow the security rules; each has a known-answer test, since what was once written must open for ever.

#[macro_use]
mod digest_text;

pub mod bytes;
pub mod challenge;
pub mod commitment;
pub mod envelope;
pub mod fingerprint;
mod hazmat;
pub mod jwk;
pub mod jws;
pub mod keys;
pub mod nonce;
pub mod refresh;
mod root_key;
pub mod sealing;
mod sealing_key;
pub mod secret;
pub mod signing;
pub mod succession;
pub mod to_server;
pub mod token;
mod uses;

#[cfg(test)]
mod testing;
