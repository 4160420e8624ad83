//! The local encrypted cache: SQLite and the OS keyring.
