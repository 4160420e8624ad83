//! Audited, durable, device-bound, sealed reads per second, beside a bare route that checks one ES256 proof and appends
//! to one group-committed table; one JSON object a line.
//!
//! Both are called over loopback HTTP by the same clients, with proofs that were signed before the clock starts.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops when something fails"
)]

#[path = "../tests/operations/house.rs"]
#[expect(dead_code, reason = "the fixture serves more than this")]
mod house;

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use claviger_model::{
    builtin_roles as roles,
    time::{Clock, SystemClock},
};
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use house::{Actor, House};
use serde_json::json;
use sqlx::{
    Connection, QueryBuilder, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

const CLIENTS: [usize; 3] = [1, 16, 64];
const SPAN: Duration = Duration::from_secs(4);
const PATH: &str = "/v1/releases";

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test` runs benches too; only a measurement on purpose is one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = ManualClock::at(SystemClock.now());
    let database = Database::Sqlite(data.path().join("claviger.db"));
    let mut house = House::open(database, &keys.path().join("root.key"), clock).await;
    house.furnish().await;
    let secret = house
        .secret(
            house.places.production,
            "SHARED",
            b"a value of some forty characters, as usual",
        )
        .await;
    let body = serde_json::to_vec(&json!({"items": [{"secret": secret, "purpose": "use"}]})).unwrap();
    let mut actors = Vec::new();
    for _ in 0..64 {
        actors.push(house.actor(&[(roles::READER, house.places.production)]).await);
    }
    let service = house
        .router
        .clone()
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    let ours = listen(axum::serve(bind().await, service)).await;
    let bare = Router::new()
        .route(PATH, post(append))
        .with_state(table(data.path()).await);
    let theirs = listen(axum::serve(bind().await, bare.into_make_service())).await;
    for clients in CLIENTS {
        let bare = measure(&house, &actors, clients, &theirs, &body).await;
        let reads = measure(&house, &actors, clients, &ours, &body).await;
        let share = reads.rate / bare.rate;
        row(&format!("bare_route_{clients}"), bare.rate, "1/s", None, None);
        row(&format!("reads_{clients}"), reads.rate, "1/s", None, Some(share));
        row(
            &format!("reads_{clients}_share_of_bare"),
            share,
            "ratio",
            Some((0.75, share >= 0.75)),
            None,
        );
        row(
            &format!("reads_{clients}_p50"),
            reads.p50,
            "ms",
            None,
            Some(reads.p50 / bare.p50),
        );
        row(
            &format!("reads_{clients}_p99"),
            reads.p99,
            "ms",
            None,
            Some(reads.p99 / bare.p99),
        );
    }
}

struct Measured {
    rate: f64,
    p50: f64,
    p99: f64,
}

async fn measure(house: &House, actors: &[Actor], clients: usize, url: &str, body: &[u8]) -> Measured {
    house.clock.set(SystemClock.now());
    let per_client = 30_000 / clients;
    let mut tasks = Vec::new();
    let proofs: Vec<Vec<String>> = actors[..clients]
        .iter()
        .map(|actor| {
            (0..per_client)
                .map(|_| house.proof(actor, "POST", PATH, body, true))
                .collect()
        })
        .collect();
    let begin = Instant::now();
    for (actor, proofs) in actors.iter().zip(proofs) {
        let (token, body, url) = (
            format!("DPoP {}", actor.token),
            body.to_vec(),
            format!("{url}{PATH}"),
        );
        tasks.push(tokio::spawn(async move {
            let http = reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(1)
                .build()
                .unwrap();
            let mut times = Vec::with_capacity(proofs.len());
            for proof in proofs {
                if begin.elapsed() > SPAN {
                    break;
                }
                let start = Instant::now();
                let request = http
                    .post(&url)
                    .header("authorization", &token)
                    .header("dpop", proof)
                    .body(body.clone());
                let reply = request.send().await.unwrap();
                assert!(reply.status().is_success(), "{:?}", reply.text().await);
                reply.bytes().await.unwrap();
                times.push(start.elapsed());
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = begin.elapsed();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
    Measured {
        rate: times.len() as f64 / elapsed.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    }
}

fn row(name: &str, value: f64, unit: &str, target: Option<(f64, bool)>, ratio_to: Option<f64>) {
    let (target, met) = target.map_or((None, None), |(target, met)| (Some(target), Some(met)));
    println!(
        "{}",
        json!({"name": name, "value": value, "unit": unit, "target": target, "met": met, "ratio_to": ratio_to})
    );
}

async fn bind() -> tokio::net::TcpListener {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn listen<M, S>(serve: axum::serve::Serve<tokio::net::TcpListener, M, S>) -> String
where
    axum::serve::Serve<tokio::net::TcpListener, M, S>: IntoFuture<Output = std::io::Result<()>>,
    <axum::serve::Serve<tokio::net::TcpListener, M, S> as IntoFuture>::IntoFuture: Send + 'static,
{
    let url = format!("http://{}", serve.local_addr().unwrap());
    tokio::spawn(serve.into_future());
    url
}

type Append = (Vec<u8>, oneshot::Sender<()>);

async fn append(State(table): State<Arc<mpsc::Sender<Append>>>, headers: HeaderMap) -> &'static str {
    let proof = headers.get("dpop").unwrap().to_str().unwrap();
    let verified = claviger_crypto::jws::decode(proof, "dpop+jwt").unwrap();
    let (done, committed) = oneshot::channel();
    table.send((verified.payload, done)).await.unwrap();
    committed.await.unwrap();
    "{}"
}

/// One table, WAL, synchronous, and commits that are shared by whoever waits.
async fn table(directory: &std::path::Path) -> Arc<mpsc::Sender<Append>> {
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
