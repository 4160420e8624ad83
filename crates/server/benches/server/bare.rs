//! The ceiling: a bare route that checks one ES256 proof and appends to one group-committed table.

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use sqlx::{
    Connection, QueryBuilder, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, sync::Arc};
use tokio::sync::{mpsc, oneshot};

type Append = (Vec<u8>, oneshot::Sender<()>);

/// The route, at the path of releases.
pub async fn route(path: &str, directory: &Path) -> Router {
    Router::new()
        .route(path, post(append))
        .with_state(table(directory).await)
}

async fn append(State(table): State<Arc<mpsc::Sender<Append>>>, headers: HeaderMap) -> &'static str {
    let proof = headers.get("dpop").unwrap().to_str().unwrap();
    let verified = claviger_crypto::jws::decode(proof, "dpop+jwt").unwrap();
    let (done, committed) = oneshot::channel();
    table.send((verified.payload, done)).await.unwrap();
    committed.await.unwrap();
    "{}"
}

/// One table, WAL, synchronous, and commits that are shared by whoever waits.
async fn table(directory: &Path) -> Arc<mpsc::Sender<Append>> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("CREATE TABLE events (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        .execute(&mut connection)
        .await
        .unwrap();
    let (queue, mut waiting) = mpsc::channel::<Append>(4_096);
    tokio::spawn(async move {
        while let Some(first) = waiting.recv().await {
            let mut batch = vec![first];
            while let Ok(next) = waiting.try_recv() {
                batch.push(next);
            }
            let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO events (body) ");
            insert.push_values(&batch, |mut row, (body, _)| {
                row.push_bind(body.clone());
            });
            insert.build().execute(&mut connection).await.unwrap();
            for (_, done) in batch {
                let _ = done.send(());
            }
        }
    });
    Arc::new(queue)
}
