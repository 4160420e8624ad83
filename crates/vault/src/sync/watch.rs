//! What is pinned of the log.

/// What this device remembers of the log.
#[derive(Debug, Default)]
pub(crate) struct LogWatch;
