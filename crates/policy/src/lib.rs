//! Cedar schema, built-in roles, decide and explain; pure.
