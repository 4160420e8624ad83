//! One suite for every table, run on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

/// Runs each named test on both databases.
macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::ground::Ground::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::ground::Ground::postgres().await).await;
            })*
        }
    };
}

mod approvals;
mod changes;
mod connected;
mod devices;
mod emergency;
mod failures;
mod files;
mod grants;
mod ground;
mod holdings;
mod keys;
mod leaving;
mod lock;
mod log;
mod notices;
mod offboarding;
mod opening;
mod organization;
mod principals;
mod property;
mod proposals;
mod reach;
mod releases;
mod requests;
mod rights;
mod schema;
mod scim;
mod scopes;
mod secrets;
mod services;
mod sessions;
mod sign_in;
mod tls;
mod usage;
mod versions;
mod webhooks;
