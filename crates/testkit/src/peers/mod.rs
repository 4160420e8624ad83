//! Real peers, started for tests on loopback and free ports.
//!
//! Each ends with the test process, however that ends: a peer, or the shell that watches it, reads its standard input
//! and stops when that closes.

pub mod browser;
mod control;
pub mod front;
pub mod github;
pub mod mail;
pub mod openbao;
pub mod port;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod scim;

/// Why a peer can't be had.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// A program or package is not on this machine.
    #[error("`{what}` is not installed: {remedy}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// It started and gave up.
    #[error("`{peer}` did not get ready: {said}")]
    NotReady {
        /// Which peer.
        peer: &'static str,
        /// Its last words.
        said: String,
    },
    /// It answered with a refusal.
    #[error("`{peer}` refused: {said}")]
    Refused {
        /// Which peer.
        peer: &'static str,
        /// Its reply.
        said: String,
    },
    /// A file or process could not be handled.
    #[error("could not handle a file or process of the peer")]
    Io(#[from] std::io::Error),
    /// A request to it failed.
    #[error("a request to the peer failed")]
    Http(#[from] reqwest::Error),
    /// It said something that was not JSON, or not an address.
    #[error("the peer's words made no sense: `{0}`")]
    Nonsense(String),
}
