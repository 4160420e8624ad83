//! Opening the vault.

/// How.
pub(crate) struct Opening;
