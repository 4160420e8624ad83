//! Coming in, and what goes wrong there.

use super::Postgres;
use crate::{Fault, FaultCode};
use sqlx::{
    ConnectOptions as _, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::time::Duration;

/// Coming in may take so long.
const COMING_IN: Duration = Duration::from_secs(10);

impl Postgres {
    /// A connection to a database; to that of the settings where none is named.
    ///
    /// # Errors
    /// When the server cannot be reached or does not let the connector in.
    pub(super) async fn connect(&self, database: Option<&str>) -> Result<PgConnection, Fault> {
        let settings = &self.settings;
        let password = self.password.read().ok_or(FaultCode::Credentials)?;
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&settings.host)
            .port(settings.port)
            .username(&settings.user)
            .password(password.expose())
            .database(database.unwrap_or(&settings.database))
            .application_name("claviger")
            .ssl_mode(if settings.clear_text {
                PgSslMode::Disable
            } else {
                PgSslMode::VerifyFull
            })
            .options([
                ("statement_timeout", milliseconds(settings.patience.statement)),
                ("lock_timeout", milliseconds(settings.patience.lock)),
            ])
            // Names of accounts belong into no log of ours.
            .disable_statement_logging();
        if let Some(authority) = &settings.certificate_authority {
            options = options.ssl_root_cert(authority);
        }
        match tokio::time::timeout(COMING_IN, options.connect()).await {
            Ok(Ok(db)) => Ok(db),
            Ok(Err(error)) => Err(fault(&error)),
            Err(_) => Err(FaultCode::TimedOut.into()),
        }
    }
}

/// As settings of PostgreSQL have it.
fn milliseconds(span: Duration) -> String {
    format!("{}ms", span.as_millis())
}

/// What an error means here, by its class (PostgreSQL, appendix A). Its words may hold names and are not repeated.
pub(super) fn fault(error: &sqlx::Error) -> Fault {
    let code = match error {
        sqlx::Error::Database(error) => match error.code().as_deref().unwrap_or_default() {
            "28000" | "28P01" => FaultCode::Credentials,
            "42501" | "0LP01" | "2BP02" => FaultCode::NotPermitted,
            "2BP01" => FaultCode::InUse,
            "57014" | "55P03" => FaultCode::TimedOut,
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
                FaultCode::Unreachable
            }
            // Another program changed the same role meanwhile, or let go of it; the next attempt sees what is there.
            "40001" | "40P01" | "XX000" | "42704" => FaultCode::InUse,
            // A database that takes no connections, or is gone.
            "3D000" | "55000" => FaultCode::InUse,
            _ => FaultCode::Unexpected,
        },
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            FaultCode::Unreachable
        }
        _ => FaultCode::Unexpected,
    };
    code.into()
}
