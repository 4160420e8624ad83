//! Who has what: effective access by place and by principal, and the matrix of both.

use crate::principals::PrincipalRecord;
use claviger_model::{
    conditions::GrantConditions,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    scope::ScopePath,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// People of one page at most, unless asked for fewer.
pub const MOST_PEOPLE: u32 = 200;
/// Places of one page of the matrix at most.
pub const MOST_PLACES: u32 = 60;

/// Where a page in the order of names goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameCursor {
    /// The last one's name, as it is compared.
    pub name: String,
    /// The last one's id.
    pub id: PrincipalId,
}

/// A scope with its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceName {
    /// Its id.
    pub id: ScopeId,
    /// Where it stands today.
    pub path: ScopePath,
}

/// How often something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Uses {
    /// The last time; none for never. Looking at names is no use.
    pub last_at: Option<Timestamp>,
    /// In the last 90 days, by UTC days.
    pub recent: u64,
}

/// A condition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "unmet")]
pub enum Unmet {
    /// A multi-factor sign-in at most so old is needed.
    MultiFactor {
        /// In seconds.
        seconds: u32,
    },
    /// The call comes from elsewhere, or nobody can tell from where it would.
    Network,
    /// The device is not enrolled.
    EnrolledDevice,
    /// It is another hour.
    Hours {
        /// When they begin.
        from: Option<Timestamp>,
    },
    /// This server cannot read the conditions.
    Unreadable,
}

/// How a grant stands to the present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Stands {
    /// It counts.
    Counts,
    /// It begins later.
    NotYet {
        /// When.
        from: Timestamp,
    },
    /// It is over or was ended.
    Over {
        /// Since when.
        since: Timestamp,
    },
    /// Its role is not known, or cannot be held by this kind of principal.
    Void,
    /// Some of its conditions do not hold.
    Unmet {
        /// Which.
        conditions: Vec<Unmet>,
    },
}

/// What a caller may do to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantStep {
    /// Give it an earlier end.
    Shorten,
    /// Replace it by a lesser one.
    Narrow,
    /// End it now.
    Revoke,
}

/// A grant, and how it reaches somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPath {
    /// The grant.
    pub grant: GrantId,
    /// Its role.
    pub role: RoleId,
    /// Where it was given.
    pub scope: ScopeId,
    /// Whether that is above the place in question.
    pub inherited: bool,
    /// The team that holds it; none when the principal itself does.
    pub team: Option<PrincipalId>,
    /// The nested team by which the principal is in it; none for a direct member.
    pub through: Option<PrincipalId>,
    /// Why; only for those who may look at grants where it was given, and for those whom it reaches.
    pub reason: Option<String>,
    /// By whom; as the reason.
    pub granted_by: Option<PrincipalId>,
    /// When it was given.
    pub granted_at: Timestamp,
    /// From when it counts.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// What must hold besides.
    pub conditions: GrantConditions,
    /// How it stands now, for somebody as well signed in as can be.
    pub stands: Stands,
    /// How often anybody used it.
    pub uses: Uses,
    /// What the caller may do to it.
    pub may: Vec<GrantStep>,
}

/// A guardrail by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailName {
    /// Its id.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
}

/// Whether something is allowed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Yes or no.
    pub allowed: bool,
    /// The stable code of the reason.
    pub reason: String,
    /// Guardrails that forbid it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guardrails: Vec<GuardrailName>,
}

/// `POST /v1/access/scope`: who has access at a scope. Without `grant.view` there, only oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessAt {
    /// Where.
    pub scope: ScopeId,
    /// After this one.
    #[serde(default)]
    pub after: Option<NameCursor>,
    /// How many; [`MOST_PEOPLE`] at most.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Somebody's access at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRow {
    /// A person or a service.
    pub principal: PrincipalId,
    /// The strongest role, one that counts before one that does not.
    pub role: RoleId,
    /// Whether what that role is for is allowed now, for somebody as well signed in as can be.
    pub now: Verdict,
    /// How often they used anything here and below.
    pub uses: Uses,
    /// Every grant that reaches them here, the strongest first.
    pub paths: Vec<AccessPath>,
}

/// [`AccessAt`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessAtReply {
    /// In the order of names.
    pub rows: Vec<AccessRow>,
    /// Where the next page begins; none after the last one.
    pub next: Option<NameCursor>,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
    /// Uses are counted until this moment.
    pub counted_until: Timestamp,
}

/// Where a page of somebody's grants goes on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantCursor {
    /// The last one's place.
    pub path: ScopePath,
    /// The last one.
    pub grant: GrantId,
}

/// `POST /v1/access/principal`: what reaches a person, a team or a service. Others than oneself: only what the caller may look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessOf {
    /// Whose.
    pub principal: PrincipalId,
    /// After this one.
    #[serde(default)]
    pub after: Option<GrantCursor>,
    /// How many; [`MOST_PEOPLE`] at most.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A grant that reaches somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessOfRow {
    /// The grant, and how it reaches them.
    pub path: AccessPath,
    /// Whether what its role is for is allowed there now, for somebody as well signed in as can be; a team does nothing itself.
    pub now: Verdict,
    /// How often they used anything there and below.
    pub uses: Uses,
}

/// [`AccessOf`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessOfReply {
    /// Whose.
    pub principal: PrincipalId,
    /// In the order of places.
    pub rows: Vec<AccessOfRow>,
    /// Where the next page begins; none after the last one.
    pub next: Option<GrantCursor>,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
    /// In which time zone a person works, by its IANA name, as the identity provider says; for oneself, and for whoever may look at
    /// grants somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Uses are counted until this moment.
    pub counted_until: Timestamp,
}

/// `POST /v1/access/matrix`: people × scopes, at a scope and below; only scopes with `grant.view`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessMatrix {
    /// The topmost place.
    pub top: ScopeId,
    /// People after this one.
    #[serde(default)]
    pub after: Option<NameCursor>,
    /// How many people; [`MOST_PEOPLE`] at most.
    #[serde(default)]
    pub people: Option<u32>,
    /// Places after this path.
    #[serde(default)]
    pub after_path: Option<ScopePath>,
    /// How many places; [`MOST_PLACES`] at most.
    #[serde(default)]
    pub places: Option<u32>,
}

/// How a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStands {
    /// It counts.
    Counts,
    /// It begins later.
    NotYet,
    /// Under conditions that do not hold now.
    Unmet,
    /// A guardrail forbids what the role is for.
    Guardrail,
    /// The principal cannot act at present.
    Inactive,
}

/// Somebody's access at one place of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The place, by its number in the reply.
    pub place: u32,
    /// The strongest role, one that counts before one that does not.
    pub role: RoleId,
    /// How it stands.
    pub stands: CellStands,
    /// How many further grants reach them here.
    pub more: u32,
    /// Whether it comes from above.
    pub inherited: bool,
    /// Whether it comes by a team.
    pub by_team: bool,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A person's or service's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// Who.
    pub principal: PrincipalRecord,
    /// Only places with access.
    pub cells: Vec<Cell>,
}

/// [`AccessMatrix`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessMatrixReply {
    /// In the order of paths.
    pub places: Vec<PlaceName>,
    /// In the order of names.
    pub rows: Vec<MatrixRow>,
    /// Where the next people begin.
    pub next: Option<NameCursor>,
    /// After which path the next places begin.
    pub next_path: Option<ScopePath>,
}
