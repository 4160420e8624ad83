//! kill -9 at any moment of a process that works with its cache.

use super::rig::{HOUR, Rig, secret, secret_id};
use crate::{Change, Opening};
use claviger_protocol::{order::Target, release::Purpose};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

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
    // `cargo xtask soak` asks for more.
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        30_u64
    };
    let mut said = Said::default();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "tests::campaign::child",
                "--nocapture",
                "--test-threads",
                "1",
            ])
            .env(CHILD, &directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (works, at_work) = mpsc::channel();
        let reader = std::thread::spawn(move || listen(output, &works));
        // Some hit the start, the very first one among them; the others hit the work.
        let moment = if round % 8 < 3 {
            10 + round % 8 * 15
        } else {
            at_work.recv_timeout(Duration::from_secs(60)).unwrap();
            round * 137 % 997
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
    told(&format!(
        "{rounds} kills: {} syncs, {} journal entries and {} orders were done, all there",
        said.cursor, said.journal, said.order
    ));
}

#[expect(clippy::print_stdout, reason = "figures for whoever runs the campaign")]
fn told(words: &str) {
    println!("{words}");
}

/// What the child says; the parent hears when it begins to work.
fn listen(output: impl BufRead, works: &mpsc::Sender<()>) -> String {
    let mut heard = String::new();
    for line in output.lines() {
        let line = line.unwrap();
        if line.starts_with('@') {
            // Nobody waits for it after a kill at the start.
            let _late = works.send(());
        }
        heard.push_str(&line);
        heard.push('\n');
    }
    heard
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
