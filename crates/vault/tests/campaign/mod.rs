//! kill -9 of a device at random moments, while it reads, writes and marks: a child process runs the vault on its real cache
//! file, against the real server, which dies and comes back. 30 times; with `CLAVIGER_SOAK`, 200 times.

mod device;
mod keyring;

use crate::{
    connect, create, create_as, give,
    support::{Owner, founded},
    until,
};
use claviger_model::entropy::{Entropy, SystemEntropy};
use claviger_testkit::peers::provider::Person;
use claviger_vault::{
    Purpose, Vault,
    view::{
        history::{EntryProof, HistoryAction, HistoryPage, HistoryQuery},
        secret::SecretView,
        state::LogState,
    },
};
use device::{FAVOURITE, HOME, READ, WRITTEN, start};
use std::{collections::BTreeSet, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStdout, Command},
};

/// After so many kills the server dies, or comes back.
const STRETCH: usize = 5;
/// A child does up to so many things before the kill is near, however slow the machine.
const DEEDS: u64 = 8;
/// Then it lives for less than this, in milliseconds.
const LIFE: u64 = 60;

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    u64::from_be_bytes(bytes) % below
}

/// What the device said it did.
#[derive(Default)]
struct Acknowledged {
    opened: usize,
    /// Events of reads, as the history names them.
    events: BTreeSet<String>,
    /// Numbers of offline reads in the device's journal.
    journal: BTreeSet<u64>,
    versions: BTreeSet<u32>,
    /// None while either may be so.
    favourite: Option<bool>,
    deeds: u64,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) {
        let Some(said) = line.strip_prefix('@') else {
            return;
        };
        match said.split_once(' ') {
            Some(("read", event)) => assert!(self.events.insert(event.to_owned()), "{event} twice"),
            Some(("journaled", seq)) => {
                let after = self.journal.last().copied();
                assert!(
                    self.journal.insert(seq.parse().unwrap()),
                    "{seq} after {after:?}: the one before it is lost"
                );
            }
            Some(("favourite", on)) => self.favourite = on.parse().ok(),
            Some(("version", number)) => self.versions.extend(number.parse::<u32>()),
            None if said == "opened" => self.opened += 1,
            None if said == "marking" => {
                self.favourite = None;
                return;
            }
            _ => panic!("the device said {said:?}"),
        }
        self.deeds += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the result of a campaign")]
async fn a_device_killed_at_any_moment_loses_nothing_that_it_acknowledged() {
    let kills = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        30
    };
    let (_provider, folder, mut server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let home = folder.path().join("home");
    let vault = start(&home).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    give(&owner).await;
    let read = create(&vault).await;
    let written = create_as(&vault, "Mail key", "MAIL_KEY").await;
    until("a lease", async || {
        vault.value(&read, None, Purpose::Copy).await.ok()?;
        (!vault.leases().await.ok()?.is_empty()).then_some(())
    })
    .await;
    drop(vault);

    let (mut acknowledged, mut served) = (Acknowledged::default(), true);
    for kill in 0..kills {
        let serve = (kill / STRETCH).is_multiple_of(2);
        match (served, serve) {
            (true, false) => server.kill(),
            (false, true) => server.start(),
            _ => {}
        }
        served = serve;
        run_and_kill(&home, &read, &written, &mut acknowledged, kill).await;
    }
    if !served {
        server.start();
    }
    let vault = start(&home).await;
    settle(&vault, &read, &written, &acknowledged).await;
    println!(
        "{kills} kills: {} online and {} offline reads and {} versions acknowledged, all there",
        acknowledged.events.len(),
        acknowledged.journal.len(),
        acknowledged.versions.len()
    );
    assert_eq!(acknowledged.opened, kills, "a cache that opens");
    assert!(
        !acknowledged.events.is_empty()
            && !acknowledged.journal.is_empty()
            && !acknowledged.versions.is_empty()
    );
}

async fn run_and_kill(home: &Path, read: &str, written: &str, acknowledged: &mut Acknowledged, kill: usize) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "campaign::device::child", "--nocapture"])
        .env(HOME, home)
        .env(READ, read)
        .env(WRITTEN, written);
    if let Some(favourite) = acknowledged.favourite {
        command.env(FAVOURITE, favourite.to_string());
    }
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let enough = acknowledged.deeds + 2 + random(DEEDS);
    let working = async {
        while acknowledged.deeds < enough {
            let line = whole_line(&mut output).await;
            let line = line.unwrap_or_else(|| panic!("start {kill}: the device ended by itself"));
            acknowledged.hear(&line);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), working)
        .await
        .unwrap_or_else(|_| panic!("start {kill}: the device does not work"));
    tokio::time::sleep(Duration::from_millis(random(LIFE))).await;
    child.start_kill().unwrap();
    // What stands in the pipe was said before the kill.
    while let Some(line) = whole_line(&mut output).await {
        acknowledged.hear(&line);
    }
    let ended = child.wait().await.unwrap();
    assert_eq!(ended.code(), None, "start {kill}: the device ended by itself");
}

/// The next line, unless the output ends before or within it.
async fn whole_line(output: &mut BufReader<ChildStdout>) -> Option<String> {
    let mut line = String::new();
    output.read_line(&mut line).await.unwrap();
    line.strip_suffix('\n').map(str::to_owned)
}

/// Back online: every acknowledged version is on the server, every read in the history and in the log.
async fn settle(vault: &Vault, read: &str, written: &str, acknowledged: &Acknowledged) {
    until("everything is sent and proved", async || {
        vault.sync_now().await.ok()?;
        let rows = reads(vault, read).await.rows;
        let proved = || {
            rows.iter().filter(|row| {
                let action = matches!(row.action, HistoryAction::Copied | HistoryAction::Revealed);
                action && row.proof == EntryProof::InLog && row.refused.is_none()
            })
        };
        let events: BTreeSet<_> = proved().map(|row| row.id.clone()).collect();
        // The server takes a journal without gaps only, so that as many as the newest number are all up to it.
        let journaled = proved().filter(|row| row.offline).count() as u64;
        let newest = acknowledged.journal.last().copied().unwrap_or(0);
        let all = acknowledged.events.is_subset(&events) && journaled >= newest;
        let sent = rows.iter().all(|row| row.proof == EntryProof::InLog);
        (all && sent && vault.state().log == LogState::Whole).then_some(())
    })
    .await;
    let SecretView::Full(detail) = vault.secret(written).await.unwrap() else {
        panic!("the device lost the secret")
    };
    let versions: BTreeSet<_> = detail.versions.iter().map(|version| version.number).collect();
    assert!(
        acknowledged.versions.is_subset(&versions),
        "{:?} of {versions:?}",
        acknowledged.versions
    );
    let favourites = vault.places().await.unwrap().favourites;
    if let Some(favourite) = acknowledged.favourite {
        assert_eq!(favourites.iter().any(|one| one.id == read), favourite);
    }
}

async fn reads(vault: &Vault, secret: &str) -> HistoryPage {
    let query = HistoryQuery {
        from: 0,
        to: i64::MAX / 4,
        groups: Vec::new(),
        refused_only: false,
        secret: Some(secret.to_owned()),
        offset: 0,
        limit: 1_000_000,
    };
    vault.history(query).await.unwrap()
}
