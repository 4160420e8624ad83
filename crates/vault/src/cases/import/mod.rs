//! Importing a `.env` file: read and shown without values, then made into secrets and versions one by one. Every variable gets
//! the id of its secret when the file is read, and the number of its version when it is first sent, so that importing again
//! after a lost reply makes nothing twice.

mod read;
#[cfg(test)]
mod tests;

use super::{
    input::{self, Rest, Said},
    names::{self, problem},
};
use crate::{
    Vault,
    sync::ReleaseError,
    view::{
        import::{EnvChoice, EnvInto, EnvOutcome},
        problem::Problem,
    },
};
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    ids::{ScopeId, SecretId},
    secret::Variable,
};
use claviger_protocol::{
    problem::Code,
    route,
    secrets::{CreateSecret, SecretRecord, WriteVersion},
};
use std::sync::{MutexGuard, PoisonError};

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
    /// The version that was tried, of which nobody knows whether it stands.
    version: Option<(SecretId, u64)>,
}

impl ReadFile {
    fn line(&mut self, line: u32) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| waiting.line == line)
    }
}

impl Vault {
    /// Takes the chosen variables in, one after the other; what fails is told for itself, and may be tried again. What was
    /// taken in before is not waiting any more, and is passed over.
    ///
    /// # Errors
    /// When the file is not waiting any more.
    pub async fn import_env_file(
        &self,
        id: &str,
        choices: Vec<EnvChoice>,
    ) -> Result<Vec<EnvOutcome>, Problem> {
        let mut outcomes = Vec::with_capacity(choices.len());
        for choice in choices {
            let line = choice.line;
            let outcome = match self.import_one(id, choice).await {
                Ok(None) => continue,
                Ok(Some(secret)) => EnvOutcome {
                    line,
                    secret: Some(secret.to_string()),
                    problem: None,
                },
                Err(problem) if problem.code == GONE => return Err(problem),
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

    /// The secret that a variable went into; none when it is in already.
    async fn import_one(&self, id: &str, choice: EnvChoice) -> Result<Option<SecretId>, Problem> {
        let Some((place, new, name, value)) = self.waiting(id, |file| {
            let place = file.place;
            file.line(choice.line).map(|one| {
                let name = one.name.as_str().to_owned();
                (place, one.secret, name, one.value.duplicate())
            })
        })?
        else {
            return Ok(None);
        };
        let into = match choice.into {
            EnvInto::New { title, kind } => {
                let said = Said {
                    title: &title,
                    env_name: Some(&name),
                    kind,
                    tags: &[],
                    note: None,
                };
                self.import_new((place, new), &said, &value).await?;
                new
            }
            EnvInto::Version { secret } => {
                let secret: SecretId = names::id(&secret)?;
                self.import_version((id, choice.line), (place, secret), &value)
                    .await?;
                secret
            }
        };
        self.waiting(id, |file| {
            file.waiting.retain(|waiting| waiting.line != choice.line)
        })?;
        Ok(Some(into))
    }

    async fn import_new(
        &self,
        (scope, id): (ScopeId, SecretId),
        said: &Said<'_>,
        value: &SecretBytes,
    ) -> Result<(), Problem> {
        let live = self.inner.live()?;
        let rest = Rest {
            owner: Some(live.principal),
            ..Rest::default()
        };
        let description = input::description(said, rest)?;
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

    /// Writes a version whose number stays the same until the server says that somebody else wrote it.
    async fn import_version(
        &self,
        (id, line): (&str, u32),
        (place, secret): (ScopeId, SecretId),
        value: &SecretBytes,
    ) -> Result<(), Problem> {
        let book = self.inner.book()?;
        let known = names::entry(&book, secret)?;
        if known.scope != place {
            return Err(names::not_found());
        }
        let next = (secret, known.version.saturating_add(1));
        drop(book);
        let tried = |file: &mut ReadFile| {
            let one = file.line(line)?;
            let tried = one.version.filter(|(tried, _)| *tried == secret).unwrap_or(next);
            one.version = Some(tried);
            Some(tried.1)
        };
        let version = self.waiting(id, tried)?.ok_or_else(gone)?;
        let call = |value| WriteVersion {
            version,
            value,
            fulfils: None,
        };
        let sent = self
            .inner
            .send_value(route::WRITE_VERSION, &[&secret], (secret, version, value), call)
            .await;
        if matches!(&sent, Err(ReleaseError::Call(error)) if error.code() == Some(Code::Conflict)) {
            self.waiting(id, |file| {
                if let Some(one) = file.line(line) {
                    one.version = None;
                }
            })?;
        }
        let record: SecretRecord = sent.map_err(|error| self.unsent(error))?;
        self.learned(record).await;
        Ok(())
    }

    fn waiting<T>(&self, id: &str, look: impl FnOnce(&mut ReadFile) -> T) -> Result<T, Problem> {
        let live = self.inner.live()?;
        let mut kept: MutexGuard<'_, Option<ReadFile>> =
            live.import.lock().unwrap_or_else(PoisonError::into_inner);
        let file = kept.as_mut().filter(|file| file.id == id).ok_or_else(gone)?;
        Ok(look(file))
    }
}

const GONE: &str = "importGone";

fn gone() -> Problem {
    problem(GONE, "The file has to be read again.", None)
}
