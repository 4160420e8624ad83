//! The server's tables: SQLite and PostgreSQL behind one set of traits.
