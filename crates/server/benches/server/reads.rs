//! Audited, durable, device-bound, sealed reads per second at 1, 16 and 64 clients, beside OpenBao with its file audit
//! device and beside the bare route. The three take turns, so that all meet the same weather.

use super::{
    bare,
    house::{Actor, House},
    load::{Measured, turn},
    row::Row,
};
use claviger_model::{
    builtin_roles as roles,
    time::{Clock, SystemClock},
};
use claviger_protocol::route::RELEASES;
use claviger_storage::Database;
use claviger_testkit::{
    clock::ManualClock,
    peers::{PeerError, openbao::OpenBao},
};
use reqwest::Request;
use serde_json::json;
use std::iter::repeat_n;

const CLIENTS: [usize; 3] = [1, 16, 64];
const TURNS: usize = 3;
/// More than a server answers in a turn.
const REQUESTS: usize = 40_000;
const OPENBAO: &str = "OpenBao";
const BARE: &str = "bare route";
const VALUE: &str = "a value of some forty characters, as usual";

pub async fn measure() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = ManualClock::at(SystemClock.now());
    let database = Database::Sqlite(data.path().join("claviger.db"));
    let mut house = House::open(database, &keys.path().join("root.key"), clock).await;
    house.furnish().await;
    let production = house.places.production;
    let secret = house.secret(production, "SHARED", VALUE.as_bytes()).await;
    let body = serde_json::to_vec(&json!({"items": [{"secret": secret, "purpose": "use"}]})).unwrap();
    let mut actors = Vec::new();
    for _ in 0..64 {
        actors.push(house.actor(&[(roles::READER, production)]).await);
    }
    let service = house
        .router
        .clone()
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    let ours = listen(axum::serve(bind().await, service));
    let bare = bare::route(RELEASES.path, data.path()).await;
    let bare = listen(axum::serve(bind().await, bare.into_make_service()));
    let openbao = match theirs().await {
        Ok(openbao) => Some(openbao),
        Err(error) => {
            for clients in CLIENTS {
                Row::failed(
                    format!("{OPENBAO}, {clients} clients"),
                    "/s",
                    &format!("OpenBao can't be had: {error}"),
                );
            }
            None
        }
    };
    for clients in CLIENTS {
        let (mut bares, mut reads, mut baos) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TURNS {
            house.clock.set(SystemClock.now());
            let signed = proofs(&house, &actors[..clients], &body);
            bares.push(turn(requests(&bare, &actors, &signed, &body)).await);
            reads.push(turn(requests(&ours, &actors, &signed, &body)).await);
            if let Some(openbao) = &openbao {
                baos.push(openbao.turn(clients).await);
            }
        }
        print(
            clients,
            Measured::median(&bares),
            Measured::median(&reads),
            Measured::median(&baos),
        );
    }
}

fn print(clients: usize, bare: Option<Measured>, reads: Option<Measured>, openbao: Option<Measured>) {
    let Some((reads, bare)) = reads.zip(bare) else {
        return;
    };
    let who = if clients == 1 {
        "1 client".to_owned()
    } else {
        format!("{clients} clients")
    };
    let quick = "≤ ¼ of OpenBao";
    Row::new(format!("reads, {who}"), reads.rate, "/s").against(
        OPENBAO,
        openbao.map(|bao| bao.rate),
        "≥ 5 × OpenBao",
        |ratio| ratio >= 5.0,
    );
    Row::new(format!("reads, {who}: p50"), reads.p50, "ms").alone();
    Row::new(format!("reads, {who}: p99"), reads.p99, "ms").against(
        OPENBAO,
        openbao.map(|bao| bao.p99),
        quick,
        |ratio| ratio <= 0.25,
    );
    Row::new(
        format!("reads, {who}: share of the bare route"),
        reads.rate / bare.rate,
        "×",
    )
    .against(BARE, Some(1.0), "≥ 0.75 × bare route", |ratio| ratio >= 0.75);
    for (name, peer) in [(BARE, Some(bare)), (OPENBAO, openbao)] {
        if let Some(peer) = peer {
            Row::new(format!("{name}, {who}"), peer.rate, "/s").alone();
            Row::new(format!("{name}, {who}: p50"), peer.p50, "ms").alone();
            Row::new(format!("{name}, {who}: p99"), peer.p99, "ms").alone();
        }
    }
}

/// Signed before the clock starts: a client's work is not the server's.
fn proofs(house: &House, actors: &[Actor], body: &[u8]) -> Vec<Vec<String>> {
    let each = REQUESTS / actors.len();
    actors
        .iter()
        .map(|actor| {
            let sign = |_| house.proof(actor, RELEASES.method, RELEASES.path, body, true);
            (0..each).map(sign).collect()
        })
        .collect()
}

fn requests(
    origin: &str,
    actors: &[Actor],
    proofs: &[Vec<String>],
    body: &[u8],
) -> Vec<std::vec::IntoIter<Request>> {
    let http = reqwest::Client::new();
    let url = format!("{origin}{}", RELEASES.path);
    actors
        .iter()
        .zip(proofs)
        .map(|(actor, proofs)| {
            let token = format!("DPoP {}", actor.token);
            let request = |proof: &String| {
                let request = http
                    .post(&url)
                    .header("authorization", &token)
                    .header("dpop", proof);
                request.body(body.to_vec()).build().unwrap()
            };
            proofs.iter().map(request).collect::<Vec<_>>().into_iter()
        })
        .collect()
}

/// The peer and a token for each client.
struct Theirs {
    openbao: OpenBao,
    tokens: Vec<String>,
}

async fn theirs() -> Result<Theirs, PeerError> {
    let openbao = OpenBao::start().await?;
    openbao.store("shared", VALUE).await?;
    let mut tokens = Vec::new();
    for _ in 0..64 {
        tokens.push(openbao.reader().await?);
    }
    Ok(Theirs { openbao, tokens })
}

impl Theirs {
    async fn turn(&self, clients: usize) -> Measured {
        let http = reqwest::Client::new();
        let url = self.openbao.address_of("shared");
        let requests = |token: &String| {
            let request = http.get(&url).header("X-Vault-Token", token).build().unwrap();
            repeat_n((), REQUESTS).map(move |()| request.try_clone().unwrap())
        };
        let before = self.openbao.audited().unwrap();
        let measured = turn(self.tokens[..clients].iter().map(requests).collect()).await;
        // What was not audited would be no peer.
        let audited = self.openbao.audited().unwrap() - before;
        assert!(
            audited as f64 >= measured.rate * 2.0,
            "{audited} lines for {measured:?}"
        );
        measured
    }
}

async fn bind() -> tokio::net::TcpListener {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn listen<M, S>(serve: axum::serve::Serve<tokio::net::TcpListener, M, S>) -> String
where
    axum::serve::Serve<tokio::net::TcpListener, M, S>: IntoFuture<Output = std::io::Result<()>>,
    <axum::serve::Serve<tokio::net::TcpListener, M, S> as IntoFuture>::IntoFuture: Send + 'static,
{
    let url = format!("http://{}", serve.local_addr().unwrap());
    tokio::spawn(serve.into_future());
    url
}
