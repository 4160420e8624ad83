//! Copies that cannot be written, read or understood, and keyrings that do not answer.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crate::{
    cases::testing::Sample,
    testing::{
        device::{Device, until},
        server::PERSON,
    },
    view::{
        list::{ListFilter, ListQuery},
        state::{Keyring, LockReason, LogState, SessionState},
    },
};
use claviger_cache::keyring::Refusal;
use claviger_protocol::{problem::Code, route};
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
    time::Duration,
};

const REFRESH: &str = route::REFRESH.path;
const CHILD: &str = "CLAVIGER_TEST_LESSER_USER";

/// A device whose person sees one secret.
async fn device() -> Device {
    let device = Device::signed_in().await;
    let mut sample = Sample::new();
    sample.secret("STRIPE_KEY", "shop/prod");
    let (entitlement, secrets) = sample.told();
    {
        let mut told = device.server.told();
        (told.entitlement, told.secrets) = (Some(entitlement), secrets);
        told.log.record(PERSON);
    }
    device
}

async fn total(vault: &crate::Vault) -> u32 {
    let query = ListQuery {
        place: None,
        filter: ListFilter::All,
        owner: None,
        offset: 0,
        limit: 10,
    };
    vault.list(query).await.unwrap().total
}

async fn whole(vault: &crate::Vault) {
    until(vault, |state| state.log == LogState::Whole).await;
    vault.sync_now().await.unwrap();
}

fn problem(vault: &crate::Vault) -> crate::view::problem::Problem {
    match vault.state().session {
        SessionState::SignedOut { problem, .. } => problem.unwrap(),
        other => unreachable!("{other:?}"),
    }
}

/// Root may write everywhere, so that the real thing needs a lesser user.
#[test]
fn a_directory_that_cannot_be_written_is_said_and_the_app_works_online() {
    let program = std::env::current_exe().unwrap();
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        // The folder of the build may be closed to others.
        let copy = folder.path().join("test");
        fs::copy(&program, &copy).unwrap();
        command.arg(copy);
        command
    } else {
        Command::new(program)
    };
    let output = command
        .args(["--exact", "state::storage_tests::lesser_user", "--nocapture"])
        .env(CHILD, "1")
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("checked as a lesser user"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the parent listens")]
async fn lesser_user() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    assert_eq!(vault.state().storage, None);
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let file = device.cache_file().unwrap();
    let before = fs::read(&file).unwrap();
    for (path, mode) in [(file.as_path(), 0o400), (device.folder(), 0o500)] {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    let vault = device.start().await;
    let storage = vault.state().storage.unwrap();
    assert_eq!(storage.code, "readOnly");
    let folder = device.folder().display().to_string();
    assert!(storage.detail.unwrap().contains(&folder), "it says which one");
    assert!(storage.remedy.unwrap().contains("writable"));
    whole(&vault).await;
    assert_eq!(total(&vault).await, 1, "online everything is there");
    assert!(vault.state().storage.is_some(), "and it is still said");
    let settings = vault.settings().await.unwrap();
    assert_eq!(vault.set_settings(settings).await.unwrap_err().code, "readOnly");
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(fs::read(&file).unwrap(), before, "nothing was lost");
    fs::set_permissions(device.folder(), Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let vault = device.start().await;
    assert_eq!(vault.state().storage, None);
    assert_eq!(total(&vault).await, 1, "from the copy, before any network");
    println!("checked as a lesser user");
}

#[tokio::test]
async fn a_copy_of_a_newer_program_is_left_alone() {
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let file = device.cache_file().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    // SQLite's header: `user_version` stands at 60, big-endian.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&file, &bytes).unwrap();
    let vault = device.start().await;
    let said = problem(&vault);
    assert_eq!(said.code, "cacheTooNew");
    assert!(said.remedy.unwrap().contains("newer"));
    drop(vault);
    assert_eq!(fs::read(&file).unwrap(), bytes, "nothing was changed");
}

#[tokio::test]
async fn a_copy_that_is_damaged_is_fetched_again_from_the_beginning() {
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    let known = vault.proof_status().await.unwrap().entries;
    assert!(known > 1);
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let file = device.cache_file().unwrap();
    let length = fs::metadata(&file).unwrap().len();
    fs::write(&file, vec![0x5a; usize::try_from(length).unwrap()]).unwrap();
    let vault = device.start().await;
    assert!(matches!(vault.state().session, SessionState::SignedIn { .. }));
    assert_eq!(vault.state().storage, None);
    whole(&vault).await;
    assert_eq!(total(&vault).await, 1);
    assert_eq!(vault.proof_status().await.unwrap().entries, known);
}

#[tokio::test]
async fn a_keyring_that_is_locked_or_absent_at_the_start_is_said_in_its_own_words() {
    for (refusal, code, what_to_do) in [
        (Refusal::Locked, "keyringLocked", "Unlock the keyring"),
        (Refusal::Absent, "keyringAbsent", "Install and start one"),
    ] {
        let device = device().await;
        device.keys.refuse(Some(refusal));
        let vault = device.start().await;
        assert_eq!(problem(&vault).code, code);
        let said = match vault.state().keyring {
            Keyring::Locked { detail } if refusal == Refusal::Locked => detail,
            Keyring::Absent { detail } if refusal == Refusal::Absent => detail,
            other => unreachable!("{other:?}"),
        };
        assert!(said.unwrap().contains(what_to_do));
    }
}

#[tokio::test]
async fn a_keyring_that_was_locked_at_the_start_opens_the_vault_when_it_answers_with_no_network() {
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    device.keys.refuse(Some(Refusal::Locked));
    for path in ["/v1/enrolment", REFRESH, "/v1/sync"] {
        device.server.told().refuse.insert(path, Code::Unavailable);
    }
    let vault = device.start().await;
    assert_eq!(problem(&vault).code, "keyringLocked");
    assert_eq!(vault.retry_keyring().await.unwrap_err().code, "keyringLocked");
    assert_eq!(problem(&vault).code, "keyringLocked", "still said");
    device.keys.refuse(None);
    vault.retry_keyring().await.unwrap();
    let state = vault.state();
    assert!(
        matches!(state.session, SessionState::SignedIn { .. }),
        "{state:#?}"
    );
    assert_eq!((state.keyring, state.storage), (Keyring::Ok, None));
    assert_eq!(total(&vault).await, 1, "from the copy");
    vault.retry_keyring().await.unwrap();
    assert_eq!(total(&vault).await, 1, "asking again changes nothing");
}

/// A restart is no way around the lock, and neither is a keyring that answers late.
#[tokio::test]
async fn what_was_left_locked_is_locked_when_the_keyring_answers() {
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    vault.lock(LockReason::Asked).await;
    device.keys.refuse(Some(Refusal::Locked));
    assert_eq!(vault.retry_keyring().await.unwrap_err().code, "keyringLocked");
    drop(vault);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let vault = device.start().await;
    device.keys.refuse(None);
    vault.retry_keyring().await.unwrap();
    let state = vault.state();
    assert!(matches!(state.session, SessionState::Locked { .. }), "{state:#?}");
    vault.retry_keyring().await.unwrap();
    assert!(
        matches!(vault.state().session, SessionState::Locked { .. }),
        "asking is not unlocking"
    );
    vault.unlock().await.unwrap();
    assert_eq!(total(&vault).await, 1);
}

/// What could not be written into the keyring while it was locked is written when it is open again.
#[tokio::test]
async fn a_keyring_that_was_locked_meanwhile_gets_what_it_missed() {
    let device = device().await;
    let vault = device.start().await;
    whole(&vault).await;
    let before = device.session_item().await.unwrap().refresh;
    device.keys.refuse(Some(Refusal::Locked));
    device.server.forget_access();
    vault.sync_now().await.unwrap();
    until(&vault, |state| matches!(state.keyring, Keyring::Locked { .. })).await;
    device.keys.refuse(None);
    assert_eq!(
        device.session_item().await.unwrap().refresh,
        before,
        "it missed one"
    );
    vault.retry_keyring().await.unwrap();
    assert_eq!(vault.state().keyring, Keyring::Ok);
    assert_ne!(device.session_item().await.unwrap().refresh, before);
}
