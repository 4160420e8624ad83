//! Starts that are refused: what the person at the terminal reads, and that nothing was touched.

use crate::{
    house::ORIGIN,
    program::{PROGRAM, Place},
};
use claviger_model::event::EventKind;
use claviger_storage::{Database, log::LogFilter};
use claviger_testkit::peers::postgres::Postgres;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

/// The user `nobody` of most systems; any that may not write would do.
const NOBODY: u32 = 65_534;

struct Folders {
    data: tempfile::TempDir,
    keys: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        Self {
            data: tempfile::tempdir().unwrap(),
            keys: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self) -> PathBuf {
        self.data.path().join("claviger.db")
    }

    fn place(&self) -> Place {
        Place {
            database: Database::Sqlite(self.file()),
            key: self.keys.path().join("root.key"),
        }
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(self.data.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_file_says_so_and_the_first_goes_on() {
    let folders = Folders::new();
    let place = folders.place();
    let first = place.serve().await;
    let said = place.refusal(&[], Path::new(PROGRAM)).await;
    let expected = format!(
        "`{}` is in use by another claviger-server; stop that one, or give this one a file of its own",
        folders.file().display()
    );
    assert!(said.contains(&expected), "{said}");
    let ready = reqwest::get(format!("{}/readyz", first.url)).await.unwrap();
    assert_eq!(ready.status(), 200);
    first.kill().await;
    place.serve().await.kill().await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let folders = Folders::new();
    let place = folders.place();
    place.serve().await.kill().await;
    let options = SqliteConnectOptions::new().filename(folders.file());
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of the future', 1, X'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let before = fs::read(folders.file()).unwrap();
    let said = place.refusal(&[], Path::new(PROGRAM)).await;
    assert!(said.contains("the database has schema version 9999"), "{said}");
    assert!(
        said.contains("start the newer program, or restore a backup"),
        "{said}"
    );
    assert_eq!(fs::read(folders.file()).unwrap(), before);
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named() {
    let folders = Folders::new();
    let place = folders.place();
    let lesser = Lesser::new(&folders);
    let expected = format!(
        "`{}` cannot be written; give the server's user write permission on the file and its directory",
        folders.file().display()
    );
    // Without a database yet, and with one that somebody else made.
    folders.mode(0o555);
    let said = lesser.refusal(&place).await;
    assert!(said.contains(&expected), "{said}");
    folders.mode(0o755);
    place.serve().await.kill().await;
    for entry in fs::read_dir(folders.data.path()).unwrap() {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o444)).unwrap();
    }
    folders.mode(0o555);
    let said = lesser.refusal(&place).await;
    assert!(said.contains(&expected), "{said}");
    folders.mode(0o755);
}

#[tokio::test]
async fn a_root_key_that_cannot_be_made_or_read_is_named_with_what_to_do() {
    let folders = Folders::new();
    let place = folders.place();
    let lesser = Lesser::new(&folders);
    fs::set_permissions(folders.data.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(folders.keys.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let key = place.key.display().to_string();
    let said = lesser.refusal(&place).await;
    let expected =
        format!("the root key `{key}` cannot be made; its directory needs some space, and write permission");
    assert!(
        said.contains(&expected) && said.contains("Permission denied"),
        "{said}"
    );
    fs::set_permissions(folders.keys.path(), fs::Permissions::from_mode(0o000)).unwrap();
    let said = lesser.refusal(&place).await;
    let expected = format!("the root key `{key}` cannot be read; give the server's user read permission");
    assert!(said.contains(&expected), "{said}");
    fs::set_permissions(folders.keys.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Files may not grow, which is what a full disk looks like; the database is elsewhere.
#[tokio::test]
async fn a_full_disk_at_the_first_start_leaves_no_half_of_a_root_key() {
    let keys = tempfile::tempdir().unwrap();
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let place = Place {
        database: Database::Postgres(url),
        key: keys.path().join("root.key"),
    };
    let migrated = place
        .program(&[], Path::new(PROGRAM))
        .arg("migrate")
        .output()
        .await
        .unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
    let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""];
    let said = place.refusal(&full, Path::new(PROGRAM)).await;
    assert!(
        said.contains("cannot be made; its directory needs some space"),
        "{said}"
    );
    assert_eq!(fs::read_dir(keys.path()).unwrap().count(), 0);
    place.serve().await.kill().await;
    assert_eq!(fs::read_dir(keys.path()).unwrap().count(), 1);
}

/// Rule 8. The log is asked for everything it could say.
#[tokio::test]
async fn a_bootstrap_code_goes_to_the_terminal_or_a_private_file_and_never_to_the_log() {
    let folders = Folders::new();
    let place = folders.place();
    let run = async |arguments: &[&str]| {
        // What the file may be read by is no matter of the shell it was made in.
        let open = ["sh", "-c", "umask 0; exec \"$0\" \"$@\""];
        let mut command = place.program(&open, Path::new(PROGRAM));
        command.env("CLAVIGER_LOG_FILTER", "trace").args(arguments);
        let output = command.output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let check = |code: &str, log: &str| {
        assert!(code.len() >= 22, "at least 128 bits");
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert!(!log.contains(code), "{log}");
        for entry in fs::read_dir(folders.data.path()).unwrap() {
            let stored = fs::read(entry.unwrap().path()).unwrap();
            let found = stored.windows(code.len()).any(|window| window == code.as_bytes());
            assert!(!found, "only its hash is stored");
        }
    };
    let (done, said, log) = run(&["bootstrap"]).await;
    assert!(done, "{log}");
    let code = said.strip_suffix('\n').unwrap();
    assert_eq!(said.lines().count(), 1);
    assert!(!log.is_empty(), "the root key that was made is worth a word");
    check(code, &log);

    let file = folders.keys.path().join("code");
    let named = file.to_str().unwrap();
    let (done, said, log) = run(&["bootstrap", "--file", named]).await;
    assert!(done && said.is_empty(), "{said}{log}");
    let written = fs::read_to_string(&file).unwrap();
    assert_ne!(written.trim(), code);
    check(written.trim(), &log);
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    let (done, said, log) = run(&["bootstrap", "--file", named]).await;
    assert!(!done && said.is_empty() && log.contains(named), "{log}");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        written,
        "nothing is overwritten"
    );

    // The same with a server that makes it.
    let (file, log) = (
        folders.keys.path().join("served"),
        folders.keys.path().join("log"),
    );
    let mut command = place.command(&[], Path::new(PROGRAM));
    command
        .args([Path::new("--bootstrap-file"), &file])
        .env("CLAVIGER_LOG_FILTER", "trace")
        .stderr(fs::File::create(&log).unwrap());
    place.serve_as(command).await.kill().await;
    check(
        fs::read_to_string(&file).unwrap().trim(),
        &fs::read_to_string(&log).unwrap(),
    );
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
}

/// Runs the program as a user to whom permissions mean something, which they do not to root.
struct Lesser {
    program: PathBuf,
    before: Vec<String>,
    _reachable: tempfile::TempDir,
}

impl Lesser {
    fn new(folders: &Folders) -> Self {
        let reachable = tempfile::tempdir().unwrap();
        fs::set_permissions(reachable.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = reachable.path().join("claviger-server");
        // The folder of the build may be closed to others.
        fs::hard_link(PROGRAM, &program)
            .or_else(|_| fs::copy(PROGRAM, &program).map(|_| ()))
            .unwrap();
        let mut before = Vec::new();
        if fs::metadata(folders.keys.path()).unwrap().uid() == 0 {
            chown(folders.keys.path(), Some(NOBODY), Some(NOBODY)).unwrap();
            before = ["setpriv", "--clear-groups"].map(str::to_owned).to_vec();
            before.extend([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")]);
        }
        Self {
            program,
            before,
            _reachable: reachable,
        }
    }

    async fn refusal(&self, place: &Place) -> String {
        let before: Vec<&str> = self.before.iter().map(String::as_str).collect();
        place.refusal(&before, &self.program).await
    }
}

#[tokio::test]
async fn another_public_origin_stands_in_the_log() {
    let folders = Folders::new();
    let place = folders.place();
    place.serve().await.kill().await;
    let events = async || {
        let house = place.house().await;
        let filter = LogFilter {
            kinds: vec![EventKind::PolicyChanged],
            ..LogFilter::default()
        };
        let mut reader = house.app.store.reader().await.unwrap();
        let events = reader.events_matching(&filter, None, 10).await.unwrap();
        drop(reader);
        let mut house = house;
        let started = house.started.take().unwrap();
        drop(house);
        started.stop().await;
        events
    };
    assert_eq!(events().await, []);
    let mut moved = place.command(&[], Path::new(PROGRAM));
    moved.env("CLAVIGER_PUBLIC_ORIGIN", "https://elsewhere.example");
    place.serve_as(moved).await.kill().await;
    // The house starts under the first origin again, which is a change too.
    let found = events().await;
    let opened = |field: &str| -> Vec<String> {
        let openings = found.iter().flat_map(|event| &event.openings);
        let named = openings.filter(|opening| opening.field == field);
        named.map(|opening| opening.value.clone()).collect()
    };
    assert_eq!(opened("origin"), [ORIGIN, "https://elsewhere.example"]);
    assert_eq!(opened("origin-before"), ["https://elsewhere.example", ORIGIN]);
    assert_eq!(events().await.len(), 2, "the same origin is no event");
}
