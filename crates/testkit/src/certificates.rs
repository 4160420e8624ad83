//! Certificates of tests: an authority of our own, and a server at `localhost` that it vouches for.

/// The authority, in PEM.
pub const AUTHORITY: &str = include_str!("../certificates/authority.pem");
/// Another authority, which vouches for nothing here.
pub const ANOTHER_AUTHORITY: &str = include_str!("../certificates/another.pem");
/// The certificate of a server whose name is `localhost` and nothing else.
pub const SERVER: &str = include_str!("../certificates/server.pem");
/// Its key; worth nothing, as nobody but tests trusts the authority.
pub const SERVER_KEY: &str = include_str!("../certificates/server.key");
