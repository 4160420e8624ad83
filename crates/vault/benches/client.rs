//! What a person waits for with a full cache: unlock and the first search, each keystroke, the sync of one change; one JSON
//! object a line.
//!
//! All through [`Vault`], on a cache file with sealed pages and a keyring in memory; the server is the scripted one of this
//! crate's tests, behind a wire that counts. `keepassxc-cli` on a file of as many entries is the peer.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops when something fails"
)]

#[path = "client/company.rs"]
mod company;
#[path = "client/device.rs"]
mod device;
#[path = "client/keepass.rs"]
mod keepass;
#[path = "client/rows.rs"]
mod rows;
/// The scripted server and its log, as the tests have them.
#[path = "../src/testing"]
#[expect(dead_code, reason = "the tests need more of it")]
mod testing {
    #[path = "log.rs"]
    pub(crate) mod log;
    #[path = "server/mod.rs"]
    pub(crate) mod server;
}
#[path = "client/wire.rs"]
mod wire;

use claviger_vault::{MemoryKeyStore, Vault, view::state::LockReason};
use device::Device;
use rows::row;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const UNLOCKS: usize = 7;
const ROUNDS: usize = 5;
const SYNCS: usize = 15;
/// For how long it is locked.
const LOOKED: Duration = Duration::from_millis(500);
/// As many hits as the palette asks for.
const HITS: u32 = 40;
/// A KeePass file of so many entries is made in seconds.
const PEER: usize = 10_000;

/// As people type them; each is searched letter by letter.
const TYPED: &[&str] = &[
    "stripe secret key",
    "prod stripe secret",
    "pay prod",
    "STRIPE_SECRET_KEY",
    "strkey",
    "dburl",
    "mara okafor",
    "kafka stag pass",
    "snwflk",
    "databese url",
    "qqqq",
    "twilio_api_token_42",
    "platform/production/redis",
];

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test` runs benches too; only a measurement on purpose is one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut at_peers_size = None;
    for (name, secrets) in [("1k", 1_000), ("10k", PEER), ("100k", 100_000)] {
        let directory = tempfile::tempdir().unwrap();
        let keys = Arc::new(MemoryKeyStore::default());
        let device = Device::enrolled(directory.path(), keys, secrets).await;
        let vault = device.start().await;
        let took = unlock(&vault, secrets).await;
        let target = (secrets == 100_000).then_some(150.0);
        row(
            &format!("unlock_to_first_hit_{name}"),
            Some(took),
            "ms",
            target,
            None,
        );
        if secrets == PEER {
            at_peers_size = Some(took);
        }
        if secrets == 100_000 {
            keystrokes(&vault).await;
            one_change(&vault, &device).await;
        }
    }
    let peer = keepass::search(PEER).inspect_err(|error| eprintln!("keepassxc-cli: {error}"));
    row(
        "keepassxc_first_hit_10k",
        peer.as_ref().ok().copied(),
        "ms",
        None,
        None,
    );
    let ratio = at_peers_size.zip(peer.ok()).map(|(ours, theirs)| ours / theirs);
    row(
        "unlock_to_first_hit_10k_of_keepassxc",
        ratio,
        "ratio",
        Some(1.0),
        ratio,
    );
}

/// The middle one of several unlocks with the first search; milliseconds.
async fn unlock(vault: &Vault, secrets: usize) -> f64 {
    let mut times = Vec::new();
    for _ in 0..UNLOCKS {
        vault.lock(LockReason::Asked).await;
        // Locked, it looks for orders once.
        tokio::time::sleep(LOOKED).await;
        let start = Instant::now();
        vault.unlock().await.unwrap();
        let reply = vault.search("prod stripe secret", HITS).await.unwrap();
        times.push(start.elapsed());
        assert!(!reply.secrets.is_empty(), "nothing found among {secrets}");
    }
    at(&mut times, 0.5)
}

async fn keystrokes(vault: &Vault) {
    let mut times = Vec::new();
    for typed in TYPED.iter().cycle().take(ROUNDS * TYPED.len()) {
        for (end, letter) in typed.char_indices() {
            let start = Instant::now();
            let reply = vault
                .search(&typed[..end + letter.len_utf8()], HITS)
                .await
                .unwrap();
            times.push(start.elapsed());
            drop(reply);
        }
    }
    row("keystroke_p50_100k", Some(at(&mut times, 0.5)), "ms", None, None);
    row(
        "keystroke_p99_100k",
        Some(at(&mut times, 0.99)),
        "ms",
        Some(8.0),
        None,
    );
}

/// Somebody changes one secret; everything that a round of sync sends and receives for it, and how long it takes until it is in
/// the list and on the disk.
async fn one_change(vault: &Vault, device: &Device) {
    vault.sync_now().await.unwrap();
    let (mut times, mut most) = (Vec::new(), 0);
    for n in 0..SYNCS {
        let name = device.change_one(n);
        device.wire.reset();
        let start = Instant::now();
        vault.sync_now().await.unwrap();
        times.push(start.elapsed());
        most = most.max(device.wire.bytes());
        let reply = vault.search(&name, 1).await.unwrap();
        assert_eq!(
            reply.secrets[0].name_matches.len(),
            name.len(),
            "`{name}` did not come"
        );
    }
    row(
        "sync_one_change_100k_bytes",
        Some(most as f64),
        "B",
        Some(5_000.0),
        None,
    );
    row(
        "sync_one_change_100k",
        Some(at(&mut times, 0.5)),
        "ms",
        Some(50.0),
        None,
    );
}

/// The share's place among the times, in milliseconds.
fn at(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0
}
