//! Making a secret, changing what is said of it, writing a new version.

use super::{
    input::{self, Rest, Said},
    names,
};
use crate::{
    Vault,
    api::{Arguments, Nothing},
    session::CallError,
    sync::ReleaseError,
    view::{
        problem::Problem,
        value::{MetadataEdit, SecretDraft, ValueInput},
    },
};
use claviger_model::{
    ids::{RequestId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    requests::{RequestRecord, RequestState},
    route::{self, Route},
    secrets::{CreateSecret, EditSecret, SecretRecord, WriteVersion},
};

impl Vault {
    /// Makes a secret that its maker owns; answers with its id. Where the outcome is not known, the same draft again is the same
    /// creation.
    ///
    /// # Errors
    /// When something in the draft cannot stand, or the server refuses.
    pub async fn create_secret(&self, draft: SecretDraft) -> Result<String, Problem> {
        let SecretDraft {
            place,
            title,
            env_name,
            kind,
            tags,
            note,
            value,
        } = draft;
        let value = input::value(value)?;
        let live = self.inner.live()?;
        let rest = Rest {
            owner: Some(live.principal),
            ..Rest::default()
        };
        let said = Said {
            title: &title,
            env_name: env_name.as_deref(),
            kind,
            tags: &tags,
            note: note.as_deref(),
        };
        let description = input::description(&said, rest)?;
        let scope: ScopeId = names::id(&place)?;
        let entropy = &*self.inner.parts.entropy;
        let id = live.creating.id_for(scope, &description, &value, entropy);
        let call = |value| CreateSecret {
            id,
            scope,
            description: description.clone(),
            value,
        };
        let record: SecretRecord = self
            .inner
            .send_value(route::CREATE_SECRET, &[], (id, 1, &value), call)
            .await
            .map_err(|error| self.unsent(error))?;
        live.creating.done();
        self.learned(record).await;
        Ok(id.to_string())
    }

    /// Changes what is said of a secret, if nobody else did since the page saw it.
    ///
    /// # Errors
    /// When something in the edit cannot stand, or the server refuses.
    pub async fn update_metadata(&self, id: &str, edit: MetadataEdit) -> Result<(), Problem> {
        let id: SecretId = names::id(id)?;
        let book = self.inner.book()?;
        let before = names::entry(&book, id)?;
        let rest = Rest {
            owner: before.owner,
            rotate_after_days: before.rotate_after_days,
            expires_at: before.expires_at,
        };
        let said = Said {
            title: &edit.title,
            env_name: edit.env_name.as_deref(),
            kind: edit.kind,
            tags: &edit.tags,
            note: edit.note.as_deref(),
        };
        let call = EditSecret {
            revision: edit.revision.into(),
            description: input::description(&said, rest)?,
        };
        drop(book);
        let record: SecretRecord = self
            .inner
            .call(route::EDIT_SECRET, &[&id], &call)
            .await
            .map_err(|error| self.outdated(error))?;
        self.learned(record).await;
        Ok(())
    }

    /// Writes a new version, which may fulfil a request for rotation; answers with its number.
    ///
    /// # Errors
    /// When the value is too large, or the server refuses.
    pub async fn new_version(
        &self,
        id: &str,
        value: ValueInput,
        fulfils: Option<&str>,
    ) -> Result<u32, Problem> {
        let value = input::value(value)?;
        let id: SecretId = names::id(id)?;
        let fulfils: Option<RequestId> = fulfils.map(names::id).transpose()?;
        let version = names::entry(&*self.inner.book()?, id)?.version.saturating_add(1);
        let call = |value| WriteVersion {
            version,
            value,
            fulfils,
        };
        let record: SecretRecord = self
            .inner
            .send_value(route::WRITE_VERSION, &[&id], (id, version, &value), call)
            .await
            .map_err(|error| self.unsent(error))?;
        let (written, at) = (record.secret.version, record.secret.changed_at);
        self.learned(record).await;
        if let Some(request) = fulfils {
            self.fulfilled(request, at, written).await;
        }
        Ok(names::number(written))
    }

    /// Shows a request as done before the next sync brings it.
    async fn fulfilled(&self, request: RequestId, at: Timestamp, version: u64) {
        let Ok(live) = self.inner.live() else { return };
        let known = live.book().requests.get(&request).cloned();
        if let Some(known) = known {
            let state = RequestState::Done {
                at,
                by: live.principal,
                version,
            };
            self.learned_request(RequestRecord { state, ..known }).await;
        }
    }

    /// Puts a server's answer where lists and details see it, and asks for the rest.
    pub(super) async fn learned(&self, record: SecretRecord) {
        self.inner.learn_secret(record).await;
        self.inner.hint_sync();
    }

    /// Makes a change whose answer says nothing that is not synced anyway.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn done<B: serde::Serialize + Sync>(
        &self,
        route: Route,
        arguments: Arguments<'_>,
        body: &B,
    ) -> Result<(), Problem> {
        self.inner.call::<_, Nothing>(route, arguments, body).await?;
        self.inner.hint_sync();
        Ok(())
    }

    /// As [`Vault::outdated`], for a value that did not go out.
    pub(super) fn unsent(&self, error: ReleaseError) -> Problem {
        match error {
            ReleaseError::Call(error) => self.outdated(error),
            other => other.into(),
        }
    }

    /// A refusal for the page. Whoever was refused saw something outdated, so the newest is asked for.
    pub(super) fn outdated(&self, error: CallError) -> Problem {
        if error.code().is_some() {
            self.inner.hint_sync();
        }
        error.into()
    }
}
