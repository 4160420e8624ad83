//! What the identity provider says through SCIM: users, groups, and the tokens that it comes with.

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId, ScimId},
    name::Name,
    time::Timestamp,
};
use serde_json::{Map, Value};

/// A provisioning client's token; of itself only the hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimToken {
    /// Its id, which stands in the log.
    pub id: KeyId,
    /// As people call it.
    pub name: Name,
    /// SHA-256 of its 32 bytes.
    pub hash: Digest,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// The token that it follows.
    pub replaces: Option<KeyId>,
    /// That it was ended before.
    pub ended: Option<TokenEnded>,
}

/// The end of a token before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenEnded {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
}

impl ScimToken {
    /// Whether it counts at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.ends_at
    }
}

/// A person as the provider knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScimUser {
    /// Its id with us, made here.
    pub id: ScimId,
    /// The person here.
    pub principal: PrincipalId,
    /// What the provider calls them; unique, case aside.
    pub user_name: String,
    /// What the configured claim says of them.
    pub external_id: Option<String>,
    /// The provider's word.
    pub active: bool,
    /// The rest, in the schema's form.
    pub attributes: Map<String, Value>,
    /// Counts the changes.
    pub version: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A group of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimGroup {
    /// Its id with us, made here.
    pub id: ScimId,
    /// What the provider calls it; unique, case aside.
    pub display: String,
    /// The provider's own id of it.
    pub external_id: Option<String>,
    /// Counts the changes, those of members too.
    pub version: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A user in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimMember {
    /// The group.
    pub group: ScimId,
    /// The user.
    pub user: ScimId,
}

/// Reads of what the provider said.
#[async_trait]
pub trait ScimReads {
    /// One token, ended or not.
    async fn scim_token(&mut self, id: KeyId) -> Result<Option<ScimToken>>;
    /// The token with this hash, ended or not.
    async fn scim_token_by_hash(&mut self, hash: &Digest) -> Result<Option<ScimToken>>;
    /// All of them, newest first.
    async fn scim_tokens(&mut self, limit: u32) -> Result<Vec<ScimToken>>;
    /// Whether somebody made a token that counts.
    async fn made_live_token(&mut self, person: PrincipalId, now: Timestamp) -> Result<bool>;
    /// One user.
    async fn scim_user(&mut self, id: ScimId) -> Result<Option<ScimUser>>;
    /// The user of this name, case aside.
    async fn scim_user_named(&mut self, user_name: &str) -> Result<Option<ScimUser>>;
    /// The user with this external id.
    async fn scim_user_by_external(&mut self, external_id: &str) -> Result<Option<ScimUser>>;
    /// The user that stands for a person.
    async fn scim_user_of(&mut self, principal: PrincipalId) -> Result<Option<ScimUser>>;
    /// Those of the given users that exist, in no order.
    async fn scim_users_among(&mut self, ids: &[ScimId]) -> Result<Vec<ScimUser>>;
    /// Users in the order in which they were made.
    async fn scim_users(&mut self, skip: u64, limit: u32) -> Result<Vec<ScimUser>>;
    /// How many there are.
    async fn count_scim_users(&mut self) -> Result<u64>;
    /// One group.
    async fn scim_group(&mut self, id: ScimId) -> Result<Option<ScimGroup>>;
    /// The group of this name, case aside.
    async fn scim_group_named(&mut self, display: &str) -> Result<Option<ScimGroup>>;
    /// The group with this external id.
    async fn scim_group_by_external(&mut self, external_id: &str) -> Result<Option<ScimGroup>>;
    /// Groups in the order in which they were made.
    async fn scim_groups(&mut self, skip: u64, limit: u32) -> Result<Vec<ScimGroup>>;
    /// How many there are.
    async fn count_scim_groups(&mut self) -> Result<u64>;
    /// The users in groups.
    async fn scim_members(&mut self, groups: &[ScimId]) -> Result<Vec<ScimMember>>;
    /// The groups that users are in: (user, group).
    async fn scim_groups_of(&mut self, users: &[ScimId]) -> Result<Vec<(ScimId, ScimGroup)>>;
    /// Of whom a claim said this at a sign-in.
    async fn person_by_claim(
        &mut self,
        issuer: &str,
        claim: &str,
        value: &str,
    ) -> Result<Option<PrincipalId>>;
}

/// Writes of it.
#[async_trait]
pub trait ScimWrites {
    /// Makes a token; [`crate::Conflict::IdTaken`].
    async fn insert_scim_token(&mut self, token: &ScimToken) -> Result<()>;
    /// Gives a token an earlier end.
    async fn shorten_scim_token(&mut self, id: KeyId, ends_at: Timestamp) -> Result<()>;
    /// Ends a token; [`crate::Conflict::Changed`] when it was ended before.
    async fn end_scim_token(&mut self, id: KeyId, ended: TokenEnded) -> Result<()>;
    /// Notes that a token was used.
    async fn note_scim_token_use(&mut self, id: KeyId, at: Timestamp) -> Result<()>;
    /// Makes a user; [`crate::Conflict::NameTaken`].
    async fn insert_scim_user(&mut self, user: &ScimUser) -> Result<()>;
    /// Writes all of a user but its id; [`crate::Conflict::NameTaken`].
    async fn update_scim_user(&mut self, user: &ScimUser) -> Result<()>;
    /// Forgets a user with its memberships; the person stays.
    async fn delete_scim_user(&mut self, id: ScimId) -> Result<()>;
    /// Takes a user out of every group.
    async fn clear_scim_memberships(&mut self, user: ScimId) -> Result<()>;
    /// Makes a group; [`crate::Conflict::NameTaken`].
    async fn insert_scim_group(&mut self, group: &ScimGroup) -> Result<()>;
    /// Writes all of a group but its id and members; [`crate::Conflict::NameTaken`].
    async fn update_scim_group(&mut self, group: &ScimGroup) -> Result<()>;
    /// Forgets a group with its members.
    async fn delete_scim_group(&mut self, id: ScimId) -> Result<()>;
    /// Puts users into a group and takes others out; none of the first may be in it.
    async fn change_scim_members(&mut self, group: ScimId, join: &[ScimId], leave: &[ScimId]) -> Result<()>;
    /// Remembers of whom a claim said this, unless it is somebody's already.
    async fn note_claim(
        &mut self,
        issuer: &str,
        claim: &str,
        value: &str,
        principal: PrincipalId,
    ) -> Result<()>;
}
