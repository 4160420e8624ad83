//! Reading a `.env` file and telling what is in it, without a value.

use super::{ReadFile, Waiting};
use crate::{
    Vault,
    cases::names::{self, problem},
    env_file::{self, Entry, MAX_FILE_BYTES, What},
    state::book::{Book, SecretEntry},
    view::{
        import::{EnvEntry, EnvExisting, EnvFile, EnvLineProblem, EnvLineWrong},
        problem::Problem,
        secret::SecretKind,
    },
};
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    action::Action,
    ids::{RequestId, ScopeId, SecretId},
};
use std::{fs::File, io::Read, path::Path, sync::PoisonError};

impl Vault {
    /// Reads a `.env` file for a place. Its values stay here until they are imported or given up.
    ///
    /// # Errors
    /// When the file cannot be read, is too large or no text, or the place is not known.
    pub async fn read_env_file(&self, place: &str, path: &Path) -> Result<EnvFile, Problem> {
        let scope: ScopeId = names::id(place)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let path = path.to_owned();
        let bytes = tokio::task::spawn_blocking(move || whole(&path))
            .await
            .map_err(|error| unreadable(&error))?
            .map_err(|error| unreadable(&error))?;
        let (entries, wrong) = env_file::read(bytes.expose()).map_err(|error| unreadable(&error))?;
        let live = self.inner.live()?;
        let entropy = &*self.inner.parts.entropy;
        let book = live.book();
        if book.places.get(scope).is_none() {
            return Err(names::not_found());
        }
        let shown = entries.iter().enumerate().map(|(at, entry)| EnvEntry {
            line: entry.line,
            name: entry.name.as_str().to_owned(),
            kind: kind(entry),
            bytes: u32::try_from(entry.value.len()).unwrap_or(u32::MAX),
            overridden: entries.iter().skip(at + 1).any(|later| later.name == entry.name),
            existing: existing(&book, scope, entry.name.as_str()),
            runs_code: entry.name.runs_code(),
            refers: entry.refers,
        });
        let view = EnvFile {
            id: RequestId::random(entropy).to_string(),
            name: name.unwrap_or_default(),
            entries: shown.collect(),
            problems: wrong
                .into_iter()
                .map(|wrong| EnvLineProblem {
                    line: wrong.line,
                    what: said(wrong.what),
                })
                .collect(),
        };
        drop(book);
        let waiting = entries.into_iter().map(|entry| Waiting {
            line: entry.line,
            name: entry.name,
            value: entry.value,
            secret: SecretId::random(entropy),
            version: None,
        });
        let read = ReadFile {
            id: view.id.clone(),
            place: scope,
            waiting: waiting.collect(),
        };
        *live.import.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(view)
    }
}

/// A regular file's bytes, at most one more than may be; in a buffer that never grows and leaves no copy behind.
///
/// # Errors
/// When it is no file, cannot be read, or grew meanwhile.
fn whole(path: &Path) -> std::io::Result<SecretBytes> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(std::io::Error::other("this is not a file"));
    }
    let most = MAX_FILE_BYTES + 1;
    let length = usize::try_from(about.len()).unwrap_or(most).min(most);
    let mut bytes = zeroize::Zeroizing::new(vec![0; length + 1]);
    let mut file = File::open(path)?;
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room)? {
            0 => break,
            read => filled += read,
        }
    }
    if filled > length && length < most {
        return Err(std::io::Error::other("the file was being written"));
    }
    Ok(SecretBytes::copy_from(bytes.get(..filled).unwrap_or_default()))
}

fn unreadable(error: &impl ToString) -> Problem {
    problem(
        "fileUnreadable",
        "This file cannot be imported.",
        Some(error.to_string()),
    )
}

/// The secret of this place that has the variable, or else the name.
fn existing(book: &Book, scope: ScopeId, name: &str) -> Option<EnvExisting> {
    let same = |text: &str| text.to_lowercase() == name.to_lowercase();
    let here = || book.secrets.values().filter(|secret| secret.scope == scope);
    let variable = |secret: &&SecretEntry| secret.variable.as_deref().is_some_and(same);
    let found = here()
        .find(variable)
        .or_else(|| here().find(|secret| same(&secret.name)))?;
    Some(EnvExisting {
        id: found.id.to_string(),
        title: found.name.to_string(),
        may_write: book.places.allows(scope, Action::SecretWrite),
    })
}

const fn said(what: What) -> EnvLineWrong {
    match what {
        What::NoValue => EnvLineWrong::NoValue,
        What::Name => EnvLineWrong::Name,
        What::OpenQuote => EnvLineWrong::OpenQuote,
        What::AfterQuote => EnvLineWrong::AfterQuote,
        What::TooLarge => EnvLineWrong::TooLarge,
    }
}

/// What a variable's name and the form of its value suggest; the person decides.
fn kind(entry: &Entry) -> SecretKind {
    let value = entry.value.expose();
    if value.starts_with(b"-----BEGIN CERTIFICATE") {
        return SecretKind::Certificate;
    }
    if value.starts_with(b"-----BEGIN ") {
        return SecretKind::KeyPair;
    }
    let name = entry.name.as_str().to_uppercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let address = value.windows(3).any(|three| three == b"://");
    if (address && value.contains(&b'@')) || ends(&["_DSN", "DATABASE_URL"]) {
        SecretKind::ConnectionString
    } else if ends(&["PASSWORD", "PASSWD", "_PASS", "PASSPHRASE"]) {
        SecretKind::Password
    } else if ends(&["_KEY", "TOKEN", "_SECRET"]) && !address {
        SecretKind::ApiKey
    } else {
        SecretKind::Generic
    }
}
