//! The server and this device's identity with it.

mod connect;
mod error;
pub(crate) mod file;
mod identity;
pub(crate) mod pointer;
mod server;

pub(crate) use error::AccountError;
pub(crate) use identity::Identity;
pub(crate) use server::Server;

#[cfg(test)]
mod tests;
