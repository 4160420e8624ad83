//! Copies the write-ahead log into the file beside the writing connection, so that a commit seldom waits for that.

use super::Db;
use crate::known_edge::KnownEdge;
use sqlx::{
    Pool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;

/// How often it is looked whether there is enough to copy.
const LOOK: Duration = Duration::from_millis(250);
/// So many events of the log are worth copying; each writes about ten pages.
const EVENTS: u64 = 400;

/// The task and its connection; ends when dropped.
pub struct Checkpoints {
    connection: Pool<Db>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    /// Starts the task. What it does not get done, the writing connection does at its own limit.
    pub fn start(options: SqliteConnectOptions, edge: Arc<KnownEdge>) -> Self {
        let connection = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let task = tokio::spawn(run(connection.clone(), edge));
        Self { connection, task }
    }

    /// Ends the task and closes its connection.
    pub async fn close(&self) {
        self.task.abort();
        self.connection.close().await;
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(connection: Pool<Db>, edge: Arc<KnownEdge>) {
    let mut copied = 0;
    loop {
        tokio::time::sleep(LOOK).await;
        let size = edge.size();
        if size < copied + EVENTS {
            continue;
        }
        // Passive: it waits for nobody, and nobody for it.
        match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&connection)
            .await
        {
            Ok(_) => copied = size,
            // A full disk, for instance: whoever commits meets it too, and says so.
            Err(_) => tokio::time::sleep(LOOK * 20).await,
        }
    }
}
