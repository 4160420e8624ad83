//! Teams: made here or by the identity provider's groups.

use claviger_model::{
    ids::{PrincipalId, ProposalId},
    name::Name,
    principal::{PrincipalKind, PrincipalState},
};
use serde::{Deserialize, Serialize};

/// `POST /v1/teams`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    /// Chosen by the caller, so that a repeated call makes one team.
    pub id: PrincipalId,
    /// Unique among teams, case aside.
    pub name: Name,
}

/// `PATCH /v1/teams/{team}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameTeam {
    /// Unique among teams, case aside.
    pub name: Name,
}

/// `GET /v1/teams/{team}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamReply {
    /// Its id.
    pub id: PrincipalId,
    /// Its name.
    pub name: String,
    /// Whether it counts.
    pub state: PrincipalState,
    /// Direct members, by name.
    pub members: Vec<Member>,
    /// Teams that it is directly nested in.
    pub within: Vec<PrincipalId>,
    /// The identity provider's groups that stand for it; only for those who may manage teams.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A direct member of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: PrincipalId,
    /// What they are.
    pub kind: PrincipalKind,
    /// Their name.
    pub name: String,
    /// Put in by the identity provider's groups.
    pub by_provider: bool,
    /// Put in by somebody here.
    pub by_hand: bool,
}

/// `POST /v1/teams/{team}/members`: puts somebody in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// A person, a service identity or another team.
    pub member: PrincipalId,
}

/// `DELETE /v1/teams/{team}/members`: takes somebody out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveMember {
    /// Who was put in by hand; what the identity provider says is changed there.
    pub member: PrincipalId,
}

/// `POST /v1/teams/{team}/groups`: lets a group of the identity provider stand for a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapGroup {
    /// Its name at the provider.
    pub group: String,
    /// Why; shown to the second Owner.
    pub reason: String,
    /// The proposal that the call makes if it needs a second Owner; without, it is refused then.
    #[serde(default)]
    pub proposal: Option<ProposalId>,
}

/// `DELETE /v1/teams/{team}/groups`: the group stands for this team no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmapGroup {
    /// Its name at the provider.
    pub group: String,
}
