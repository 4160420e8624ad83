//! Importing a `.env` file: read and shown without values, then made into secrets one by one. Every variable gets the id of
//! its secret when the file is read, so that importing again after a lost reply makes nothing twice.

use super::{
    input::{self, Rest, Said},
    names::{self, problem},
};
use crate::{
    Vault,
    env_file::{self, Entry, What},
    view::{
        import::{EnvChoice, EnvEntry, EnvFile, EnvLineProblem, EnvLineWrong, EnvOutcome},
        problem::Problem,
        secret::SecretKind,
    },
};
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    ids::{RequestId, ScopeId, SecretId},
    secret::Variable,
};
use claviger_protocol::{
    route,
    secrets::{CreateSecret, SecretRecord},
};
use std::{collections::BTreeSet, sync::PoisonError};

/// A file that was read; erased when it is imported, replaced by another, or the vault is locked.
pub(crate) struct ReadFile {
    id: String,
    place: ScopeId,
    waiting: Vec<Waiting>,
}

struct Waiting {
    line: u32,
    name: Variable,
    value: SecretBytes,
    secret: SecretId,
}

impl Vault {
    /// Reads a `.env` file for a place. Its values stay here until they are imported or given up.
    ///
    /// # Errors
    /// When the file is too large or no text, or the place is not known.
    pub fn read_env_file(&self, place: &str, file: &SecretBytes) -> Result<EnvFile, Problem> {
        let scope: ScopeId = names::id(place)?;
        let live = self.inner.live()?;
        let (entries, wrong) = env_file::read(file.expose()).map_err(|error| {
            problem(
                "fileUnreadable",
                "This file cannot be imported.",
                Some(error.to_string()),
            )
        })?;
        let book = live.book();
        let taken: BTreeSet<String> = book
            .secrets
            .values()
            .filter(|secret| secret.scope == scope)
            .flat_map(|secret| {
                let variable = secret.variable.as_deref();
                std::iter::once(&*secret.name)
                    .chain(variable)
                    .map(str::to_lowercase)
            })
            .collect();
        drop(book);
        let entropy = &*self.inner.parts.entropy;
        let shown = entries.iter().enumerate().map(|(at, entry)| EnvEntry {
            line: entry.line,
            name: entry.name.as_str().to_owned(),
            kind: kind(entry),
            bytes: u32::try_from(entry.value.len()).unwrap_or(u32::MAX),
            overridden: entries.iter().skip(at + 1).any(|later| later.name == entry.name),
            exists: taken.contains(&entry.name.as_str().to_lowercase()),
            refers: entry.refers,
        });
        let view = EnvFile {
            id: RequestId::random(entropy).to_string(),
            entries: shown.collect(),
            problems: wrong
                .into_iter()
                .map(|wrong| EnvLineProblem {
                    line: wrong.line,
                    what: said(wrong.what),
                })
                .collect(),
        };
        let waiting = entries.into_iter().map(|entry| Waiting {
            line: entry.line,
            name: entry.name,
            value: entry.value,
            secret: SecretId::random(entropy),
        });
        let read = ReadFile {
            id: view.id.clone(),
            place: scope,
            waiting: waiting.collect(),
        };
        *live.import.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(view)
    }

    /// Makes secrets of the chosen variables, one after the other; what fails is told for itself, and may be tried again.
    ///
    /// # Errors
    /// When the file is not waiting any more.
    pub async fn import_env_file(
        &self,
        id: &str,
        choices: Vec<EnvChoice>,
    ) -> Result<Vec<EnvOutcome>, Problem> {
        let live = self.inner.live()?;
        let mut outcomes = Vec::with_capacity(choices.len());
        for choice in choices {
            let taken = {
                let kept = live.import.lock().unwrap_or_else(PoisonError::into_inner);
                let file = kept.as_ref().filter(|file| file.id == id).ok_or_else(gone)?;
                let waiting = file.waiting.iter().find(|waiting| waiting.line == choice.line);
                waiting.map(|waiting| {
                    let name = waiting.name.as_str().to_owned();
                    (file.place, waiting.secret, name, waiting.value.duplicate())
                })
            };
            let Some((place, secret, variable, value)) = taken else {
                continue;
            };
            let line = choice.line;
            let outcome = match self.import_one(place, secret, &variable, &value, choice).await {
                Ok(()) => {
                    let mut kept = live.import.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(file) = kept.as_mut().filter(|file| file.id == id) {
                        file.waiting.retain(|waiting| waiting.line != line);
                    }
                    EnvOutcome {
                        line,
                        secret: Some(secret.to_string()),
                        problem: None,
                    }
                }
                Err(problem) => EnvOutcome {
                    line,
                    secret: None,
                    problem: Some(problem),
                },
            };
            outcomes.push(outcome);
        }
        self.inner.hint_sync();
        Ok(outcomes)
    }

    /// Gives a file up: its values are erased.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn forget_env_file(&self) -> Result<(), Problem> {
        let live = self.inner.live()?;
        *live.import.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    async fn import_one(
        &self,
        scope: ScopeId,
        id: SecretId,
        variable: &str,
        value: &SecretBytes,
        choice: EnvChoice,
    ) -> Result<(), Problem> {
        let live = self.inner.live()?;
        let rest = Rest {
            owner: Some(live.principal),
            ..Rest::default()
        };
        let said = Said {
            title: &choice.title,
            env_name: Some(variable),
            kind: choice.kind,
            tags: &[],
            note: None,
        };
        let description = input::description(&said, rest)?;
        let call = |value| CreateSecret {
            id,
            scope,
            description: description.clone(),
            value,
        };
        let record: SecretRecord = self
            .inner
            .send_value(route::CREATE_SECRET, &[], (id, 1, value), call)
            .await
            .map_err(|error| self.unsent(error))?;
        self.learned(record).await;
        Ok(())
    }
}

fn gone() -> Problem {
    problem("importGone", "The file has to be read again.", None)
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
