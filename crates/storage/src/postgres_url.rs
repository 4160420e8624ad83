//! Where a PostgreSQL is and how the way to it is protected, decided before anything connects.

use crate::Database;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{
    fmt::Write as _,
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr as _,
};

/// How the connection to a PostgreSQL is protected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostgresTls {
    /// A PEM file with an authority beside those that the system trusts.
    pub certificate_authority: Option<PathBuf>,
    /// Whether another machine may be spoken to without checking that it is the right one.
    pub allow_unverified: bool,
}

/// Why a URL is not connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// It is no URL of a PostgreSQL; its words may hold a password and are not repeated.
    #[error("it is not a URL such as `postgres://user:password@host/database`")]
    Form,
    /// Anyone on the way could read along or answer in its place.
    #[error(
        "`{0}` is another machine, and `sslmode` does not check who answers; use `sslmode=verify-full`, name an authority of your own in `database_tls.certificate_authority`, or set `database_tls.allow_unverified` where nobody else is on the way"
    )]
    Unverified(String),
}

impl Database {
    /// A PostgreSQL by its URL. Beyond this machine the server's certificate is checked unless something else was allowed in
    /// so many words; the same where an authority is named and the URL says nothing.
    ///
    /// # Errors
    /// When it is no such URL, or asks for less than that.
    pub fn postgres(url: &str, tls: &PostgresTls) -> Result<Self, PostgresUrlError> {
        let options = PgConnectOptions::from_str(url).map_err(|_| PostgresUrlError::Form)?;
        let near = options.get_socket().is_some() || is_this_machine(options.get_host());
        let mut url = url.to_owned();
        if let Some(authority) = &tls.certificate_authority {
            append(&mut url, "sslrootcert", &encoded(authority));
        }
        match options.get_ssl_mode() {
            PgSslMode::VerifyFull => {}
            PgSslMode::Prefer if tls.certificate_authority.is_some() || !(near || tls.allow_unverified) => {
                append(&mut url, "sslmode", "verify-full");
            }
            _ if near || tls.allow_unverified => {}
            _ => return Err(PostgresUrlError::Unverified(options.get_host().to_owned())),
        }
        Ok(Self::Postgres(url))
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The later of two parameters counts.
fn append(url: &mut String, name: &str, value: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.push_str(name);
    url.push('=');
    url.push_str(value);
}

fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn way(url: &str, tls: &PostgresTls) -> Result<String, PostgresUrlError> {
        match Database::postgres(url, tls)? {
            Database::Postgres(url) => Ok(url),
            Database::Sqlite(_) => Err(PostgresUrlError::Form),
        }
    }

    #[test]
    fn another_machine_is_verified_unless_allowed_otherwise() {
        let default = PostgresTls::default();
        let lax = PostgresTls {
            allow_unverified: true,
            ..PostgresTls::default()
        };
        let far = "postgres://u:p@db.example/c";
        assert_eq!(way(far, &default).unwrap(), format!("{far}?sslmode=verify-full"));
        assert_eq!(way(far, &lax).unwrap(), far);
        for near in ["127.0.0.1", "[::1]:5432", "localhost", "127.8.9.1:1"] {
            let url = format!("postgres://u:p@{near}/c");
            assert_eq!(way(&url, &default).unwrap(), url);
        }
        let socket = "postgres://u@localhost/c?host=/run/postgresql";
        assert_eq!(way(socket, &default).unwrap(), socket);
        for mode in ["disable", "allow", "require", "verify-ca"] {
            let url = format!("{far}?sslmode={mode}");
            assert_eq!(
                way(&url, &default),
                Err(PostgresUrlError::Unverified("db.example".to_owned())),
                "{mode}"
            );
            assert_eq!(way(&url, &lax).unwrap(), url);
        }
        // The host that counts is the one that is connected to.
        let hidden = "postgres://u:p@127.0.0.1/c?sslmode=disable&host=db.example";
        assert!(matches!(
            way(hidden, &default),
            Err(PostgresUrlError::Unverified(_))
        ));
        let error = way("postgres://u:hunter2@[/c", &default).unwrap_err();
        assert_eq!(error, PostgresUrlError::Form);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn an_authority_is_used_and_makes_the_check_the_default() {
        let tls = PostgresTls {
            certificate_authority: Some("/etc/a b&c.pem".into()),
            ..PostgresTls::default()
        };
        assert_eq!(
            way("postgres://127.0.0.1/c", &tls).unwrap(),
            "postgres://127.0.0.1/c?sslrootcert=/etc/a%20b%26c.pem&sslmode=verify-full"
        );
        assert_eq!(
            way("postgres://db.example/c?sslmode=verify-full", &tls).unwrap(),
            "postgres://db.example/c?sslmode=verify-full&sslrootcert=/etc/a%20b%26c.pem"
        );
    }
}
