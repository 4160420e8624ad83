//! Where the root key may live, beside a file: wrapped by a real OpenBao, and in a real keyring.

use crate::{
    house::House,
    keys_program::{assert_all_open, filled},
    program::{PROGRAM, Place},
};
use claviger_model::time::{Clock, SystemClock};
use claviger_server::keys::root::{Home, Transit, transit::TransitSettings};
use claviger_storage::Database;
use claviger_testkit::{clock::ManualClock, peers::openbao::OpenBao};
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tokio::process::Command;

const KEY: &str = "claviger";

struct Rig {
    directory: tempfile::TempDir,
    place: Place,
    bao: OpenBao,
}

impl Rig {
    async fn start() -> Self {
        let bao = OpenBao::start().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("data")).unwrap();
        let place = Place {
            database: Database::Sqlite(directory.path().join("data/claviger.db")),
            key: directory.path().join("root.key"),
        };
        let rig = Self {
            directory,
            place,
            bao,
        };
        let token = rig.bao.transit(KEY).await.unwrap();
        rig.write_token(&token);
        rig
    }

    fn token(&self) -> PathBuf {
        self.directory.path().join("token")
    }

    fn write_token(&self, text: &str) {
        std::fs::write(self.token(), format!("{text}\n")).unwrap();
        std::fs::set_permissions(self.token(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn wrapped(&self) -> PathBuf {
        self.directory.path().join("root.wrapped")
    }

    fn engine(&self) -> Transit {
        Transit::new(TransitSettings {
            address: self.bao.origin().parse().unwrap(),
            mount: "transit".to_owned(),
            key: KEY.to_owned(),
            token_file: self.token(),
            certificate_authority: None,
        })
    }

    /// The program with an engine to ask, and its root key in the file or wrapped.
    async fn program(&self, words: &[&str], wrapped: bool) -> Result<String, String> {
        let mut command = self.place.program(&[], Path::new(PROGRAM));
        command
            .args(words)
            .env("CLAVIGER_TRANSIT__ADDRESS", self.bao.origin())
            .env("CLAVIGER_TRANSIT__KEY", KEY)
            .env("CLAVIGER_TRANSIT__TOKEN_FILE", self.token());
        if wrapped {
            command.env_remove("CLAVIGER_KEY_FILE").env(
                "CLAVIGER_ROOT_KEY",
                format!("transit:{}", self.wrapped().display()),
            );
        }
        said(&mut command).await
    }
}

async fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transit_engine_wraps_the_root_key_and_no_read_waits_for_it() {
    let rig = Rig::start().await;
    let (_, _, secrets) = filled(&rig.place, 3).await;
    let home = format!("transit:{}", rig.wrapped().display());
    rig.program(&["keys", "rotate", "--root", &home], false)
        .await
        .unwrap();
    rig.program(&["keys", "rotate", "--finish-root"], true)
        .await
        .unwrap();
    let stale = rig.program(&["keys", "list"], false).await.unwrap_err();
    assert!(
        stale.contains("the root key is not the one of this database"),
        "{stale}"
    );
    rig.program(&["keys", "rotate"], true).await.unwrap();

    let written = std::fs::read_to_string(rig.wrapped()).unwrap();
    assert!(written.starts_with("vault:v1:"), "{written}");
    let mode = std::fs::metadata(rig.wrapped()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let clock = ManualClock::at(SystemClock.now());
    let home = Home::Transit(rig.wrapped(), rig.engine());
    let mut house = House::open_at_home(rig.place.database.clone(), home, clock).await;
    let asked = rig.bao.audited().unwrap();
    rig.bao.seal().await.unwrap();
    assert_all_open(&house, &house.app.keys.now(), &secrets).await;
    // Keys that another process changed are opened without the engine.
    let mut locked = house.app.store.locked().await.unwrap();
    let key = locked.server_keys().await.unwrap().remove(0);
    locked
        .rewrap_server_key(key.id, &key.wrapped, key.kek)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    let learned = house.app.keys.learn(&house.app.store).await.unwrap();
    assert_all_open(&house, &learned, &secrets).await;
    assert!(
        rig.bao.audited().unwrap() - asked <= 2,
        "sealing, and nothing else, was asked for"
    );
    house.started.take().unwrap().stop().await;

    let sealed = rig.program(&["keys", "list"], true).await.unwrap_err();
    assert!(sealed.contains("is sealed or not ready"), "{sealed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_does_not_help_is_told_in_words() {
    let rig = Rig::start().await;
    let good = std::fs::read_to_string(rig.token()).unwrap();
    let code = rig.directory.path().join("code").display().to_string();
    let found = ["bootstrap", "--file", code.as_str()];
    rig.program(&found, true).await.unwrap();
    assert!(!rig.place.key.exists(), "no key in the clear is made beside it");

    rig.write_token("hvs.wrong");
    let refused = rig.program(&["keys", "list"], true).await.unwrap_err();
    assert!(
        refused.contains("it must allow `update` on `transit/encrypt/claviger`"),
        "{refused}"
    );
    assert!(!refused.contains("hvs.wrong"), "{refused}");
    rig.write_token("");
    let refused = rig.program(&["keys", "list"], true).await.unwrap_err();
    assert!(refused.contains("is missing or cannot be a token"), "{refused}");
    rig.write_token(good.trim());
    std::fs::set_permissions(rig.token(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = rig.program(&["keys", "list"], true).await.unwrap_err();
    let expected = format!(
        "the transit engine's token `{}` can be read by others",
        rig.token().display()
    );
    assert!(refused.contains(&expected), "{refused}");
    rig.write_token(good.trim());
    rig.program(&["keys", "list"], true).await.unwrap();

    let mut altered = std::fs::read_to_string(rig.wrapped()).unwrap().trim().to_owned();
    let last = if altered.ends_with("A=") { "B=" } else { "A=" };
    altered.replace_range(altered.len() - 2.., last);
    std::fs::write(rig.wrapped(), altered).unwrap();
    let refused = rig.program(&["keys", "list"], true).await.unwrap_err();
    assert!(refused.contains("does not open the root key"), "{refused}");
    std::fs::remove_file(rig.wrapped()).unwrap();
    let gone = rig.program(&["keys", "list"], true).await.unwrap_err();
    assert!(gone.contains("is missing; without it nothing"), "{gone}");

    let settings = TransitSettings {
        address: "http://127.0.0.1:9".parse().unwrap(),
        mount: "transit".to_owned(),
        key: KEY.to_owned(),
        token_file: rig.token(),
        certificate_authority: None,
    };
    let away = Transit::new(settings).unwrap("vault:v1:AAAA").await.unwrap_err();
    assert!(away.to_string().contains("cannot be reached"), "{away}");
}

/// A session of its own, with what is left in the home by the last.
pub async fn in_a_session(home: &Path, script: &str) -> String {
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "bash", "-c", &format!("{script} 2>&1; echo \"exit $?\"")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env("SERVER", PROGRAM)
        .env("CLAVIGER_DATABASE", home.join("server.db"))
        .env("CLAVIGER_ROOT_KEY", "keyring:root-1")
        .env("CLAVIGER_OIDC__ISSUER", "https://id.example")
        .env("CLAVIGER_OIDC__CLIENT_ID", "claviger");
    said(&mut command).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_holds_the_root_key() {
    const UNLOCKED: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
    const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1 </dev/null";
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let first = in_a_session(
        home,
        &format!("{UNLOCKED}; \"$SERVER\" bootstrap --file \"$HOME/code\""),
    )
    .await;
    assert!(first.contains("exit 0"), "{first}");
    let again = in_a_session(home, &format!("{UNLOCKED}; \"$SERVER\" keys list")).await;
    assert!(again.contains("key-encryption 1: wraps since"), "{again}");
    let other = in_a_session(
        home,
        &format!("{UNLOCKED}; CLAVIGER_ROOT_KEY=keyring:root-2 \"$SERVER\" keys list"),
    )
    .await;
    assert!(other.contains("`keyring:root-2` is missing"), "{other}");
    let moved = format!(
        "{UNLOCKED}; \"$SERVER\" keys rotate --root keyring:root-2 && \
         CLAVIGER_ROOT_KEY=keyring:root-2 \"$SERVER\" keys rotate --finish-root"
    );
    let moved = in_a_session(home, &moved).await;
    assert!(moved.contains("exit 0"), "{moved}");

    let locked = in_a_session(home, &format!("{LOCKED}; \"$SERVER\" keys list")).await;
    assert!(locked.contains("the keyring is locked"), "{locked}");
    let absent = "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent; \"$SERVER\" keys list";
    let absent = in_a_session(home, absent).await;
    assert!(absent.contains("there is no keyring here"), "{absent}");
}
