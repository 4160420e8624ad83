//! TLS to a real PostgreSQL whose certificate an authority of our own vouches for.

use crate::ground::config;
use claviger_storage::{Database, StorageError, Store, postgres_url::PostgresTls};
use claviger_testkit::{certificates, clock::ManualClock, peers::postgres::Postgres};
use std::path::PathBuf;

struct Rig {
    cluster: Postgres,
    url: String,
    folder: tempfile::TempDir,
}

impl Rig {
    async fn new(cluster: Postgres) -> Self {
        let url = cluster.fresh_database().await.unwrap();
        Self {
            cluster,
            url,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn open(&self, host: &str, authority: &str) -> Result<Store, StorageError> {
        let tls = PostgresTls {
            certificate_authority: Some(self.file("authority.pem", authority)),
            ..PostgresTls::default()
        };
        let url = self.url.replace("127.0.0.1", host);
        Store::open(config(
            Database::postgres(&url, &tls).unwrap(),
            &ManualClock::default(),
        ))
        .await
    }

    /// Our connections there, with their protocol.
    async fn connections(&self) -> String {
        let ours = "SELECT DISTINCT s.ssl, s.version FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                    WHERE a.application_name = 'claviger-server'";
        self.cluster.sql("postgres", ours).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_the_authority_vouches_for_is_spoken_to_in_tls() {
    let rig = Rig::new(Postgres::start_with_tls().await.unwrap()).await;
    let store = rig.open("localhost", certificates::AUTHORITY).await.unwrap();
    store.migrate().await.unwrap();
    store.check().await.unwrap();
    assert_eq!(rig.connections().await, "t|TLSv1.3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_cannot_be_verified_is_not_told_the_password() {
    let rig = Rig::new(Postgres::start_with_tls().await.unwrap()).await;
    let plain = Rig::new(Postgres::start().await.unwrap()).await;
    for (what, opened) in [
        (
            "nobody we trust vouches for it",
            rig.open("localhost", certificates::ANOTHER_AUTHORITY).await,
        ),
        (
            "the certificate is of another name",
            rig.open("127.0.0.1", certificates::AUTHORITY).await,
        ),
        (
            "it speaks no TLS",
            plain.open("localhost", certificates::AUTHORITY).await,
        ),
    ] {
        let error = opened.err().unwrap();
        assert!(matches!(error, StorageError::Untrusted(_)), "{what}: {error:?}");
        let words = error.to_string();
        assert!(
            words.contains("check the server's certificate"),
            "{what}: {words}"
        );
    }
    for rig in [&rig, &plain] {
        assert_eq!(rig.connections().await, "");
    }
}
