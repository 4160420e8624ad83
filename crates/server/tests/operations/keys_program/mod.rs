//! `claviger-server keys` as an administrator runs it: what it says, what it does, and what a kill leaves behind.
//!
//! 6 kills in `test`; with CLAVIGER_SOAK=1, 150 (the tests with `campaign` in their names).

mod killed;
mod roots;
mod rotating;

use crate::{
    house::{Actor, House},
    program::{PROGRAM, Place},
    whole::creation,
};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::SecretId};
use claviger_protocol::route;
use claviger_server::{keys::ServerKeys, operations::secrets::value};
use claviger_storage::Database;
use std::path::{Path, PathBuf};
use tokio::process::Command;

struct Files {
    place: Place,
    directory: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: Database::Sqlite(directory.path().join("data/claviger.db")),
            key: directory.path().join("root.key"),
        };
        std::fs::create_dir(directory.path().join("data")).unwrap();
        Self { place, directory }
    }

    fn new_key(&self) -> PathBuf {
        self.directory.path().join("new.key")
    }
}

fn command(place: &Place, words: &[&str]) -> Command {
    let mut command = place.program(&[], Path::new(PROGRAM));
    command.arg("keys").args(words);
    command
}

/// What it said on standard output, or, where it refused, on standard error.
pub async fn keys(place: &Place, words: &[&str]) -> Result<String, String> {
    let output = command(place, words).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        Err(text(output.stderr))
    }
}

/// A house with values, stopped again: a SQLite file is one server's at a time.
pub async fn filled(place: &Place, values: u64) -> (House, Actor, Vec<SecretId>) {
    let mut house = place.house().await;
    house.furnish().await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let mut secrets = Vec::new();
    for n in 0..values {
        let id = SecretId::random(&SystemEntropy);
        let body = creation(&house, &editor, id);
        let made = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
        assert_eq!(made.code(), "ok", "{n}");
        secrets.push(id);
    }
    house.started.take().unwrap().stop().await;
    (house, editor, secrets)
}

pub async fn assert_all_open(house: &House, keys: &ServerKeys, secrets: &[SecretId]) {
    let mut db = house.app.store.reader().await.unwrap();
    for secret in secrets {
        if let Some(row) = db.sealed_version(*secret, 1).await.unwrap() {
            let opened = value::open(&house.app, keys, &row).unwrap().unwrap();
            assert_eq!(opened.expose(), b"made under load");
        }
    }
}
