//! What somebody finds who takes the files that the app left, and the keys that are in the keyring.

use super::desktop::Desktop;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, aead::inout::InOutBuf};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// version ‖ algorithm ‖ key id, before the nonce (rule 32).
const HEADER: usize = 2 + 16;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Before the nonce of a released value.
const SUITE: u8 = 1;
const KEY_LENGTH: u8 = 32;
/// Values of the demonstration are shorter, sealed ones too.
const LONGEST_VALUE: usize = 512;

/// Whether a text stands somewhere in bytes.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// No file below some folders holds any of what was known.
pub fn nothing_readable(folders: &[PathBuf], known: &BTreeSet<String>) {
    let mut files = 0;
    for folder in folders {
        each_file(folder, &mut |path, bytes| {
            files += 1;
            for text in known {
                assert!(!holds(bytes, text), "`{}` holds `{text}`", path.display());
            }
        });
    }
    assert!(files > 3, "{files} files in {folders:?}");
}

fn each_file(folder: &Path, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            each_file(&path, see);
        } else if kind.is_file() {
            see(&path, &fs::read(&path).unwrap());
        }
    }
}

/// Copies the files of a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    each_file(from, &mut |path, bytes| {
        fs::write(to.join(path.file_name().unwrap()), bytes).unwrap();
    });
}

/// Everything that the keyring has for the app: the device's keys, its session, the cache's key.
pub fn keyring(desktop: &Desktop) -> BTreeMap<String, Vec<u8>> {
    let listed = desktop
        .command("secret-tool")
        .args(["search", "--all", "service", "claviger"])
        .output()
        .unwrap();
    // The names of the items stand beside the secrets on one stream or the other, depending on the version.
    let text = [listed.stdout, listed.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let names = text
        .lines()
        .filter_map(|line| line.strip_prefix("attribute.username = "));
    names
        .map(|name| {
            let found = desktop
                .command("secret-tool")
                .args(["lookup", "service", "claviger", "username", name])
                .output()
                .unwrap();
            (name.to_owned(), found.stdout)
        })
        .collect()
}

/// A copy of the app's cache, as far as it can be read without keys.
pub struct Copy {
    table: Vec<u8>,
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Copy {
    pub async fn read(folder: &Path) -> Self {
        let mut file = None;
        each_file(folder, &mut |path, bytes| {
            if bytes.starts_with(b"SQLite format 3") {
                file = Some(path.to_owned());
            }
        });
        let options = SqliteConnectOptions::new().filename(file.unwrap());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let table = sqlx::query_scalar("SELECT sealed FROM key_table")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let pages: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT slot, sealed FROM sheets")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let pages = pages
            .into_iter()
            .map(|(slot, sealed)| (slot.try_into().unwrap(), sealed))
            .collect();
        Self { table, pages }
    }

    /// What of the known comes out of it for somebody who has the items of a keyring: every 32 bytes of each item are tried as the key
    /// of the table of keys and of each page, without asking whether a tag fits.
    pub fn yields(&self, items: &BTreeMap<String, Vec<u8>>, known: &BTreeSet<String>) -> BTreeSet<String> {
        let mut pages = Vec::new();
        for key in items.values().flat_map(|item| item.windows(32)) {
            pages.extend(self.pages.values().filter_map(|sealed| page(key, sealed)));
            for (slot, key) in table(key, &self.table) {
                pages.extend(self.pages.get(&slot).and_then(|sealed| page(&key, sealed)));
            }
        }
        let leased: Vec<_> = pages.iter().flat_map(|page| leased(page)).collect();
        let held = |text: &&String| pages.iter().chain(&leased).any(|page| holds(page, text));
        known.iter().filter(held).cloned().collect()
    }

    /// The key of a page, as somebody has it who holds the keyring's present items.
    pub fn page_key(&self, items: &BTreeMap<String, Vec<u8>>) -> Option<Vec<u8>> {
        let keys = items.values().flat_map(|item| item.windows(32));
        let mut slots = keys.flat_map(|key| table(key, &self.table));
        slots
            .find(|(slot, _)| self.pages.contains_key(slot))
            .map(|(_, key)| key)
    }
}

/// A page as one key makes it; none where that looks like no page: count ‖ id ‖ length ‖ …
fn page(key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let start = opened(key, sealed, 24);
    let (count, length) = (number(&start[..4]), number(&start[20..]));
    let whole = sealed.len() as u32;
    (count > 0 && count < whole && length < whole).then(|| opened(key, sealed, usize::MAX))
}

/// What may be leased values in an opened page: … suite ‖ nonce ‖ ciphertext ‖ tag ‖ length of the key ‖ key, without asking whether
/// a tag fits.
fn leased(page: &[u8]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    let keys = page.windows(1 + usize::from(KEY_LENGTH)).enumerate();
    for (end, key) in keys.filter(|(_, bytes)| bytes[0] == KEY_LENGTH) {
        let key = &key[1..];
        let near = end.saturating_sub(LONGEST_VALUE)..end.saturating_sub(1 + NONCE + TAG);
        for start in near.filter(|start| page[*start] == SUITE) {
            values.push(counter(key, &page[start + 1..end], usize::MAX));
        }
    }
    values
}

/// Slot ‖ key, one after another, as one key makes the table; nothing where that looks like no table.
fn table(key: &[u8], sealed: &[u8]) -> Vec<(u64, Vec<u8>)> {
    if opened(key, sealed, 4) != [0; 4] {
        return Vec::new();
    }
    let text = opened(key, sealed, usize::MAX);
    let rows = text
        .chunks_exact(8 + 32)
        .filter_map(|row| row.split_first_chunk::<8>());
    rows.map(|(slot, key)| (u64::from_be_bytes(*slot), key.to_vec()))
        .collect()
}

/// The first bytes of what an envelope holds.
fn opened(key: &[u8], envelope: &[u8], bytes: usize) -> Vec<u8> {
    counter(key, &envelope[HEADER..], bytes)
}

/// The first bytes of what nonce ‖ ciphertext ‖ tag holds, authentic or not: sealing once more undoes the stream of a counter mode.
fn counter(key: &[u8], sealed: &[u8], bytes: usize) -> Vec<u8> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().unwrap();
    let length = (rest.len() - TAG).min(bytes);
    let mut text = rest[..length].to_vec();
    let key: [u8; 32] = key.try_into().unwrap();
    Aes256Gcm::new(&key.into())
        .encrypt_inout_detached(&Nonce::from(*nonce), b"", InOutBuf::from(text.as_mut_slice()))
        .unwrap();
    text
}
