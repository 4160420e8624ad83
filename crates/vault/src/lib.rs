//! What a signed-in person can do, one use case a file; used by the shell and the CLI alike.

pub mod search;
pub mod view;
