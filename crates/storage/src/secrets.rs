//! Secrets' metadata. Every write moves the secret's sync cursor and tells the feed of changes.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    name::Name,
    secret::{Description, Secret},
    time::Timestamp,
};

/// Where a page of secrets goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretKey {
    /// The last secret's scope.
    pub scope: ScopeId,
    /// The last secret.
    pub id: SecretId,
}

impl From<&Secret> for SecretKey {
    fn from(secret: &Secret) -> Self {
        Self {
            scope: secret.scope,
            id: secret.id,
        }
    }
}

/// A secret with the cursor of its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedSecret {
    /// The secret, in the bin or not.
    pub secret: Secret,
    /// Where it stands in the feed.
    pub cursor: u64,
}

/// How the secrets directly in a scope stand, those in the bin included. Two equal states of a scope hold the same
/// secrets with the same metadata: a secret that changed or came has a newer cursor than any before, and one that only
/// left is counted no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeState {
    /// How many there are.
    pub secrets: u64,
    /// The newest cursor among them.
    pub newest: u64,
}

/// What stands beside a secret's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFacts {
    /// Which.
    pub id: SecretId,
    /// The cursor of its last change; also tells one state of it from another.
    pub cursor: u64,
    /// Bytes of the current value; 0 while there is none.
    pub size: u64,
    /// Who put it into the bin.
    pub deleted_by: Option<PrincipalId>,
}

/// Reads of secrets' metadata. *Living* means not in the bin.
#[async_trait]
pub trait SecretReads {
    /// One secret, in the bin or not.
    async fn secret(&mut self, id: SecretId) -> Result<Option<Secret>>;
    /// Those of the given ones that exist, in the bin or not, in no order.
    async fn secrets(&mut self, ids: &[SecretId]) -> Result<Vec<Secret>>;
    /// Cursor, size of the current value and remover of those of the given ones that exist, in one statement and no order.
    async fn secret_facts(&mut self, ids: &[SecretId]) -> Result<Vec<SecretFacts>>;
    /// The living secret of this name in a scope, case aside.
    async fn secret_named(&mut self, scope: ScopeId, name: &Name) -> Result<Option<Secret>>;
    /// Living secrets directly in these scopes, ordered by (scope, id), after the given key.
    async fn secrets_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<Secret>>;
    /// A page with what else is known of each, in the order of [`SecretReads::secrets_in`] and one statement.
    async fn secrets_with_facts_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<(Secret, SecretFacts)>>;
    /// Secrets in the bin directly in these scopes, ordered by (scope, id), after the given key.
    async fn bin_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<Secret>>;
    /// Secrets directly in these scopes that changed after a cursor, oldest change first; those in the bin included.
    async fn secrets_changed(
        &mut self,
        scopes: &[ScopeId],
        since: u64,
        limit: u32,
    ) -> Result<Vec<ChangedSecret>>;
    /// How the secrets of each of these scopes stand; scopes without any are left out.
    async fn scope_states(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, ScopeState)>>;
    /// How many living secrets each of these scopes has directly; scopes without any are left out.
    async fn count_secrets(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, u64)>>;
    /// Secrets that went into the bin before a moment, oldest first.
    async fn bin_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<Secret>>;
}

/// Writes of secrets' metadata.
#[async_trait]
pub trait SecretWrites {
    /// Makes a secret with no version yet (`version` 0 until [`crate::versions::VersionWrites::add_version`]);
    /// [`crate::Conflict::NameTaken`] among the living of its scope.
    async fn insert_secret(
        &mut self,
        id: SecretId,
        scope: ScopeId,
        description: &Description,
        by: Option<PrincipalId>,
        at: Timestamp,
    ) -> Result<Secret>;
    /// Makes many secrets in few statements (seeding, imports); all as in `insert_secret`.
    async fn insert_secrets(
        &mut self,
        secrets: &[(SecretId, ScopeId, Description)],
        by: Option<PrincipalId>,
        at: Timestamp,
    ) -> Result<()>;
    /// Writes what people say of it; [`crate::Conflict::NameTaken`]; whether it exists and lives.
    async fn describe_secret(
        &mut self,
        id: SecretId,
        description: &Description,
        at: Timestamp,
    ) -> Result<bool>;
    /// Puts it into another scope; the old scope hears of a removal; whether it exists and lives.
    async fn move_secret(&mut self, id: SecretId, to: ScopeId, at: Timestamp) -> Result<bool>;
    /// Puts it into the bin; whether it existed and lived.
    async fn delete_secret(&mut self, id: SecretId, by: PrincipalId, at: Timestamp) -> Result<bool>;
    /// Brings it back; [`crate::Conflict::NameTaken`] when its name went to another; whether it was in the bin.
    async fn restore_secret(&mut self, id: SecretId, at: Timestamp) -> Result<bool>;
    /// Removes it and all its versions for good; only from the bin; whether it was there.
    async fn erase_secret(&mut self, id: SecretId, at: Timestamp) -> Result<bool>;
}
