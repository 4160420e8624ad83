//! People, teams and services; who they are at the identity provider; who is in which team.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::PrincipalId,
    name::Name,
    principal::{Nature, PrincipalKind, PrincipalState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A person, a team or a service, as its row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Stays the same through renames.
    pub id: PrincipalId,
    /// What it is called; unique among teams and among services, case aside.
    pub name: Name,
    /// Whether it may act.
    pub state: PrincipalState,
    /// What it is.
    pub nature: Nature,
    /// For showing and notifying; never identifies anyone (rule 4).
    pub email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Principal {
    /// What it is, without details.
    pub const fn kind(&self) -> PrincipalKind {
        self.nature.kind()
    }
}

/// Who somebody is at an identity provider (rule 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The provider's issuer URL.
    pub issuer: String,
    /// The provider's immutable subject.
    pub subject: String,
}

/// Who put a member into a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberSource {
    /// The identity provider's groups.
    Provider,
    /// A person here.
    Local,
}

/// Whose word about somebody's time zone it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ZoneSource {
    /// The claim of an ID token.
    SignIn,
    /// The provider's SCIM client.
    Scim,
}

/// A membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamMember {
    /// The team.
    pub team: PrincipalId,
    /// A person, a service or another team.
    pub member: PrincipalId,
    /// Who said so.
    pub source: MemberSource,
}

/// What differed when a person's provider groups were taken anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TeamsChanged {
    /// Teams joined.
    pub joined: Vec<PrincipalId>,
    /// Teams left.
    pub left: Vec<PrincipalId>,
}

/// Where a page in the order of names goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamePlace {
    /// The last name shown, folded as [`Name::folded`] does.
    pub folded: String,
    /// Whose it is.
    pub id: PrincipalId,
}

/// Which principals a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrincipalFilter {
    /// Only this kind.
    pub kind: Option<PrincipalKind>,
    /// Only this state.
    pub state: Option<PrincipalState>,
}

/// Reads of principals.
#[async_trait]
pub trait PrincipalReads {
    /// One principal.
    async fn principal(&mut self, id: PrincipalId) -> Result<Option<Principal>>;
    /// Those of the given ones that exist, in no order.
    async fn principals(&mut self, ids: &[PrincipalId]) -> Result<Vec<Principal>>;
    /// Where those of these people can be written to whose address the provider vouches for.
    async fn mail_addresses(&mut self, people: &[PrincipalId]) -> Result<Vec<(PrincipalId, String)>>;
    /// In which time zone a person works, and whose word it is; a sign-in's first.
    async fn zones_of(&mut self, person: PrincipalId) -> Result<Vec<(ZoneSource, String)>>;
    /// A page in the order of ids, after the given one.
    async fn principals_page(
        &mut self,
        filter: PrincipalFilter,
        after: Option<PrincipalId>,
        limit: u32,
    ) -> Result<Vec<Principal>>;
    /// A page in the order of names, after the given one, of those whose name or e-mail address contains a text, case
    /// aside; the empty text is in every name.
    async fn principals_by_name(
        &mut self,
        filter: PrincipalFilter,
        text: &str,
        after: Option<&NamePlace>,
        limit: u32,
    ) -> Result<Vec<Principal>>;
    /// The team or service of this name, case aside.
    async fn principal_named(&mut self, kind: PrincipalKind, name: &Name) -> Result<Option<Principal>>;
    /// Who has this identity.
    async fn principal_by_identity(&mut self, identity: &Identity) -> Result<Option<Principal>>;
    /// The identities of a principal.
    async fn identities(&mut self, principal: PrincipalId) -> Result<Vec<Identity>>;
    /// The direct members of a team.
    async fn team_members(&mut self, team: PrincipalId) -> Result<Vec<TeamMember>>;
    /// The teams that a principal is directly in.
    async fn teams_of(&mut self, member: PrincipalId) -> Result<Vec<TeamMember>>;
    /// The same for many.
    async fn teams_of_all(&mut self, members: &[PrincipalId]) -> Result<Vec<TeamMember>>;
    /// The principal itself and all active teams it is in, directly or through other teams; safe with cycles.
    async fn team_closure(&mut self, principal: PrincipalId) -> Result<Vec<PrincipalId>>;
    /// Everyone in a team, directly or through other teams, teams included; safe with cycles.
    async fn members_closure(&mut self, team: PrincipalId) -> Result<Vec<PrincipalId>>;
    /// The teams that the provider's groups stand for.
    async fn teams_of_groups(&mut self, issuer: &str, groups: &[String]) -> Result<Vec<PrincipalId>>;
    /// All mappings of groups to teams for an issuer: (group, team).
    async fn group_mappings(&mut self, issuer: &str) -> Result<Vec<(String, PrincipalId)>>;
}

/// Writes of principals.
#[async_trait]
pub trait PrincipalWrites {
    /// Remembers where a person can be written to, or that they cannot be.
    async fn set_mail_address(&mut self, person: PrincipalId, address: Option<&str>) -> Result<()>;
    /// Takes over what one source says of a person's time zone, by its name in the IANA database, or that it says nothing any more.
    async fn set_zone(&mut self, person: PrincipalId, said_by: ZoneSource, zone: Option<&str>) -> Result<()>;
    /// Makes a principal; [`crate::Conflict::NameTaken`] among teams or services.
    async fn insert_principal(&mut self, principal: &Principal) -> Result<()>;
    /// Writes name, e-mail, state and nature (never the kind); whether it exists.
    async fn update_principal(&mut self, principal: &Principal) -> Result<bool>;
    /// Links an identity; [`crate::Conflict::IdentityLinked`].
    async fn link_identity(&mut self, principal: PrincipalId, identity: &Identity) -> Result<()>;
    /// Puts someone into a team; whether anything changed.
    async fn add_team_member(&mut self, member: TeamMember) -> Result<bool>;
    /// Takes someone out of a team; whether anything changed.
    async fn remove_team_member(&mut self, member: TeamMember) -> Result<bool>;
    /// Makes the provider's memberships exactly these; touches only what differs, so that the epoch stays when nothing does.
    async fn set_provider_teams(
        &mut self,
        member: PrincipalId,
        teams: &[PrincipalId],
    ) -> Result<TeamsChanged>;
    /// Lets a group of the provider stand for a team (replaces the mapping of that group).
    async fn map_group(&mut self, issuer: &str, group: &str, team: PrincipalId) -> Result<()>;
    /// Forgets a mapping; whether it existed.
    async fn unmap_group(&mut self, issuer: &str, group: &str) -> Result<bool>;
}
