//! Certificates of tests: an authority of our own, and a server at `localhost` that it vouches for.

/// The authority, in PEM.
pub const AUTHORITY: &str = include_str!("../certificates/authority.pem");
/// Another authority, which vouches for nothing here.
pub const ANOTHER_AUTHORITY: &str = include_str!("../certificates/another.pem");
/// The certificate of a server whose name is `localhost` and nothing else.
pub const SERVER: &str = include_str!("../certificates/server.pem");
/// The same, until 2021.
pub const EXPIRED: &str = include_str!("../certificates/expired.pem");
/// The same, from 2120.
pub const NOT_YET_VALID: &str = include_str!("../certificates/not-yet-valid.pem");
/// The same for `elsewhere.example`.
pub const OTHER_NAME: &str = include_str!("../certificates/other-name.pem");
/// The key of all of them; worth nothing, as nobody but tests trusts the authority.
pub const SERVER_KEY: &str = include_str!("../certificates/server.key");
