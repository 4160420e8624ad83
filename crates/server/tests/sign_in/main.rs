//! Signing in and everything after it, against a provider that we did not write; wrong in each way that there is.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

/// Runs each named test on both databases; on PostgreSQL all share one cluster, each with a database of its own.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name().await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                crate::support::on_postgres(super::$name()).await;
            })*
        }
    };
}

mod at_once;
mod bootstrap;
mod counted;
mod endings;
mod exchange;
mod id_tokens;
mod logout;
mod proofs;
mod provider;
mod provisioned;
mod reassert;
mod refresh;
mod replicas;
mod step_up;
mod stream;
mod tls;
