//! Being cut off: at each step of a destruction, and by kill -9 at any moment.

use super::rig::{HOUR, Rig, names, secret, secret_id, synced};
use crate::{Cache, Change, Opened, Opening, generation::Step};
use claviger_protocol::{order::Target, release::Purpose};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const STEPS: [Step; 5] = [
    Step::BeforePending,
    Step::AfterPending,
    Step::BeforeCommit,
    Step::AfterCommit,
    Step::AfterPromotion,
];

async fn filled(rig: &Rig) -> Cache {
    let cache = rig.cache().await;
    synced(&cache, rig, vec![secret(1, 1, "one"), secret(2, 2, "two")]).await;
    let leases = vec![
        rig.release(secret_id(1), 1, b"v1", HOUR),
        rig.release(secret_id(2), 1, b"v2", HOUR),
    ];
    cache.keep_leases(leases).await.unwrap();
    cache
}

/// After the transaction the destruction counts; before it, nothing happened.
async fn check(cache: &Cache, step: Step) {
    let counts = matches!(step, Step::AfterCommit | Step::AfterPromotion);
    let leases = cache.leases().await.unwrap();
    assert_eq!(leases.len(), if counts { 1 } else { 2 }, "{step:?}");
    assert_eq!(names(cache).await, ["one", "two"], "{step:?}");
    let receipt = cache.journal_read(secret_id(2), Purpose::Use).await.unwrap();
    assert_eq!(
        cache.open_leased(receipt).await.unwrap().expose(),
        b"v2",
        "{step:?}"
    );
    assert_eq!(
        cache.last_order().await.unwrap(),
        0,
        "{step:?}: nothing is acknowledged that may not have happened"
    );
}

#[tokio::test]
async fn a_destruction_that_breaks_off_is_finished_or_undone_by_the_next_start() {
    for step in STEPS {
        let rig = Rig::new();
        let cache = filled(&rig).await;
        let before = cache.state().await.unwrap().unwrap().generation;
        let order = rig.order(
            1,
            vec![Target::Secret {
                secret: secret_id(1),
                names: false,
            }],
        );
        let public = rig.orders.public().unwrap();
        cache.guard().await.unwrap().fault = Some(step);
        assert!(cache.execute(&order, &public).await.is_err(), "{step:?}");
        cache.close().await;

        let opened = rig.open().await;
        assert!(
            matches!(
                opened.opening,
                Opening::Found {
                    names_expired: false,
                    damaged: false
                }
            ),
            "{step:?}: {:?}",
            opened.opening
        );
        check(&opened.cache, step).await;
        let done = opened.cache.execute(&order, &public).await.unwrap();
        assert_eq!(opened.cache.leases().await.unwrap().len(), 1, "{step:?}");
        assert_eq!(opened.cache.acknowledgements().await.unwrap().len(), 1);
        let said = claviger_protocol::signed::parse::<claviger_protocol::order::Acknowledgement>(
            &done.acknowledgement.body.0,
        );
        assert_eq!(
            said.unwrap().cache_generation,
            before + 1,
            "{step:?}: no generation too many"
        );
    }
}

#[tokio::test]
async fn a_destruction_that_breaks_off_is_finished_or_undone_without_a_restart_too() {
    for step in STEPS {
        let rig = Rig::new();
        let cache = filled(&rig).await;
        let order = rig.order(
            1,
            vec![Target::Secret {
                secret: secret_id(1),
                names: false,
            }],
        );
        let public = rig.orders.public().unwrap();
        cache.guard().await.unwrap().fault = Some(step);
        assert!(cache.execute(&order, &public).await.is_err(), "{step:?}");
        cache.guard().await.unwrap().fault = None;
        check(&cache, step).await;
        cache.execute(&order, &public).await.unwrap();
        assert_eq!(cache.leases().await.unwrap().len(), 1, "{step:?}");
        cache.close().await;
        assert_eq!(rig.cache().await.leases().await.unwrap().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn either_half_can_be_lost() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let generation = cache.state().await.unwrap().unwrap().generation;
    cache.close().await;
    std::fs::remove_file(rig.database()).unwrap();
    let Opened { cache, opening } = rig.open().await;
    assert!(matches!(opening, Opening::RolledBack), "{opening:?}");
    assert!(cache.state().await.unwrap().unwrap().generation > generation);
    let generation = cache.state().await.unwrap().unwrap().generation;
    cache.close().await;

    let item = crate::ItemName::cache(rig.device.organization, rig.device.id);
    crate::KeyStore::delete(&rig.keys, &item).await.unwrap();
    let Opened { cache, opening } = rig.open().await;
    assert!(matches!(opening, Opening::KeyLost), "{opening:?}");
    assert!(names(&cache).await.is_empty());
    assert!(
        cache.state().await.unwrap().unwrap().generation > generation,
        "never a lower one"
    );
}

const CHILD: &str = "CLAVIGER_TEST_CACHE_CHILD";

/// Works without end in the directory that the parent names, and says what is done on its standard output.
#[tokio::test]
async fn child() {
    let Some(directory) = std::env::var_os(CHILD) else {
        return;
    };
    let rig = Rig::at(Path::new(&directory));
    let cache = rig.cache().await;
    let public = rig.orders.public().unwrap();
    let mut order = cache.last_order().await.unwrap();
    let mut cursor = cache.stored().await.unwrap().cursor;
    loop {
        cursor += 1;
        let secrets = (0..20)
            .map(|n| secret(cursor % 50 * 20 + n, 1, &format!("c{cursor}-{n}")))
            .collect();
        let change = Change {
            cursor: Some(cursor),
            since: Some(cursor - 1),
            now: Some(rig.now()),
            secrets,
            ..Change::default()
        };
        cache.apply(change).await.unwrap();
        say(&format!("cursor {cursor}"));
        cache
            .keep_leases(vec![rig.release(secret_id(cursor), 1, b"value", HOUR)])
            .await
            .unwrap();
        let receipt = cache.journal_read(secret_id(cursor), Purpose::Use).await.unwrap();
        say(&format!("journal {}", receipt.seq()));
        cache.open_leased(receipt).await.unwrap();
        order += 1;
        let targets = vec![Target::Secret {
            secret: secret_id(cursor),
            names: cursor.is_multiple_of(2),
        }];
        cache.execute(&rig.order(order, targets), &public).await.unwrap();
        say(&format!("order {order}"));
    }
}

#[expect(clippy::print_stdout, reason = "the parent listens")]
fn say(words: &str) {
    use std::io::Write;
    println!("\n@{words}");
    std::io::stdout().flush().unwrap();
}

#[tokio::test]
async fn kill_9_at_any_moment_loses_nothing_that_was_done() {
    let rig = Rig::new();
    let directory = rig.directory.parent().unwrap().to_owned();
    // Few here; `cargo xtask soak` asks for more.
    let rounds = std::env::var("CLAVIGER_SOAK_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(12_u64);
    let mut said = Said::default();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "tests::crash::child",
                "--nocapture",
                "--test-threads",
                "1",
            ])
            .env(CHILD, &directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || std::io::read_to_string(output).unwrap());
        // The first ones hit the very first start.
        let moment = if round < 3 {
            10 + round * 15
        } else {
            120 + round * 137 % 400
        };
        tokio::time::sleep(Duration::from_millis(moment)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        said.hear(&reader.join().unwrap());

        let opened = rig.open().await;
        assert!(
            matches!(
                opened.opening,
                Opening::Found { damaged: false, .. } | Opening::Fresh
            ),
            "round {round}: {:?}",
            opened.opening
        );
        let cache = opened.cache;
        assert!(
            cache.stored().await.unwrap().cursor >= said.cursor,
            "round {round}"
        );
        assert!(cache.last_order().await.unwrap() >= said.order, "round {round}");
        let tail = cache.unsent().await.unwrap();
        let head = tail
            .as_ref()
            .map_or(0, |tail| tail.first + tail.entries.len() as u64 - 1);
        assert!(
            head >= said.journal,
            "round {round}: an acknowledged entry is lost"
        );
        assert_eq!(tail.map_or(1, |tail| tail.first), 1);
        // One for each time that the order did not follow any more.
        assert!(
            cache.leases().await.unwrap().len() as u64 <= round + 1,
            "round {round}"
        );
        cache.close().await;
    }
    assert!(
        said.order > 0 && said.journal > 0,
        "the child did not get to work"
    );
}

#[derive(Default)]
struct Said {
    cursor: u64,
    journal: u64,
    order: u64,
}

impl Said {
    fn hear(&mut self, output: &str) {
        for line in output.lines() {
            let Some((what, number)) = line.strip_prefix('@').and_then(|line| line.split_once(' ')) else {
                continue;
            };
            let Ok(number) = number.parse() else { continue };
            match what {
                "cursor" => self.cursor = number,
                "journal" => self.journal = number,
                "order" => self.order = number,
                _ => {}
            }
        }
    }
}
