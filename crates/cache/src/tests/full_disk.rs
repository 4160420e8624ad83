//! A disk that is really full: a small file system in memory, mounted for a child process alone.

use super::rig::{HOUR, Rig, names, secret, secret_id, synced};
use crate::{CacheError, Change, LeaseError, Opening};
use claviger_protocol::release::Purpose;
use std::{fs, io::Write, os::unix::fs::MetadataExt, path::Path, process::Command};

const CHILD: &str = "CLAVIGER_TEST_FULL_DISK";

#[test]
fn on_a_full_disk_nothing_is_lost_and_it_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let script = format!(
        "mount -t tmpfs -o size=3m claviger-test '{0}/disk' && exec '{1}' --exact tests::full_disk::child --nocapture",
        folder.path().display(),
        std::env::current_exe().unwrap().display()
    );
    let mut command = Command::new("unshare");
    if !root {
        command.arg("--map-root-user");
    }
    let output = command
        .args(["--mount", "sh", "-c", &script])
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("checked on a full disk"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Takes what room is left.
fn fill(disk: &Path) {
    let mut file = fs::File::create(disk.join("filler")).unwrap();
    for block in [vec![0; 65_536], vec![0; 4_096], vec![0; 1]] {
        while file.write_all(&block).is_ok() {}
    }
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the parent listens")]
async fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let folder = Path::new(&folder);
    // The keyring is elsewhere, as it always is.
    let (mut rig, disk) = (Rig::within(folder), folder.join("disk"));
    rig.directory = disk.join("cache");
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![secret(1, 1, "before")]).await;
    let lease = rig.release(secret_id(1), 1, b"v", HOUR);
    cache.keep_leases(vec![lease]).await.unwrap();
    fill(&disk);
    let change = || Change {
        cursor: Some(2),
        secrets: (2..400).map(|n| secret(n, 1, &format!("secret-{n}"))).collect(),
        ..Change::default()
    };
    let error = cache.apply(change()).await.unwrap_err();
    assert!(matches!(error, CacheError::DiskFull), "{error:?}");
    assert_eq!(names(&cache).await, ["before"]);
    let unwritten = cache.journal_read(secret_id(1), Purpose::Use).await;
    assert!(
        matches!(unwritten, Err(LeaseError::Cache(CacheError::DiskFull))),
        "no value without its entry: {unwritten:?}"
    );
    cache.close().await;

    let opened = rig.open().await;
    assert!(matches!(opened.opening, Opening::Found { damaged: false, .. }));
    let cache = opened.cache;
    assert_eq!(
        names(&cache).await,
        ["before"],
        "a start on a full disk shows what is there"
    );
    assert_eq!(cache.stored().await.unwrap().cursor, 1);
    cache.close().await;
    // What has ended must be destroyed first; until it can be, nothing opens.
    rig.times.pass(HOUR);
    let refused = crate::Cache::open(&rig.directory, rig.device.clone(), rig.parts()).await;
    let refused = refused.err().unwrap();
    assert_eq!(refused.code(), "disk_full");

    fs::remove_file(disk.join("filler")).unwrap();
    let cache = rig.cache().await;
    assert!(cache.leases().await.unwrap().is_empty());
    cache.apply(change()).await.unwrap();
    assert_eq!(names(&cache).await.len(), 399);
    println!("checked on a full disk");
}
