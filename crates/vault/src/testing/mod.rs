//! What the tests of this crate share: a log that is real, a server that speaks the real protocol and says what it is told, and a
//! device that is signed in there.
#![expect(clippy::unwrap_used, reason = "tests")]

pub(crate) mod device;
pub(crate) mod journal;
pub(crate) mod log;
pub(crate) mod server;
