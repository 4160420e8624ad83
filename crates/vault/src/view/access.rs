//! Who has what.

use super::{places::EnvironmentClass, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A place where this person may look at grants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessPlace {
    /// Id.
    pub id: String,
    /// Empty for the organization.
    pub path: String,
    /// Number of segments.
    pub depth: u32,
    /// Of an environment and of what lies within.
    pub class: Option<EnvironmentClass>,
    /// This person may give access here.
    pub may_give: bool,
}

/// Where this person may look at grants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessPlaces {
    /// Parents first.
    pub places: Vec<AccessPlace>,
    /// Further places show after a fresh sign-in.
    pub afresh: bool,
}

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PrincipalKind {
    /// A human being.
    Person,
    /// A set of principals.
    Team,
    /// A program.
    Service,
}

/// Somebody or something that can hold grants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrincipalView {
    /// Who.
    pub person: PersonRef,
    /// What it is.
    pub kind: PrincipalKind,
    /// Whether it can act at present.
    pub active: bool,
}

/// How often something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsesView {
    /// Null for never. Looking at names leaves no trace.
    pub last_at: Option<i64>,
    /// In the last 90 days.
    pub recent: u32,
}

/// How a grant stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum GrantStands {
    /// It counts.
    Counts,
    /// It begins later.
    #[serde(rename_all = "camelCase")]
    NotYet {
        /// When.
        from: i64,
    },
    /// It is over.
    Over,
    /// It can never count.
    Void,
    /// Its conditions do not hold now.
    #[serde(rename_all = "camelCase")]
    Unmet {
        /// What is missing, in words.
        words: Vec<String>,
    },
}

/// What may be taken from a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GrantStep {
    /// An earlier end.
    Shorten,
    /// A lesser role or a place below.
    Narrow,
    /// All of it.
    Revoke,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RoleRef {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A grant, and how it reaches somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessWay {
    /// The grant.
    pub grant: String,
    /// Its role.
    pub role: RoleRef,
    /// Where it was given: id.
    pub place: String,
    /// Where it was given: path, empty for the organization.
    pub path: String,
    /// Whether that is above the place in question.
    pub inherited: bool,
    /// The team that holds it; null when the principal itself does.
    pub team: Option<String>,
    /// The nested team on the way.
    pub through: Option<String>,
    /// Null where it is not for this person.
    pub reason: Option<String>,
    /// As the reason.
    pub given_by: Option<String>,
    /// Given at.
    pub given_at: i64,
    /// From when it counts.
    pub from: Option<i64>,
    /// Until when.
    pub ends_at: Option<i64>,
    /// In words.
    pub conditions: Vec<String>,
    /// The time zone of its hours, by its IANA name.
    pub zone: Option<String>,
    /// How it stands.
    pub stands: GrantStands,
    /// How often anybody used it.
    pub uses: UsesView,
    /// What this person may take from it.
    pub may: Vec<GrantStep>,
}

/// Whether something is allowed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// Yes or no.
    pub allowed: bool,
    /// Why, in a sentence.
    pub words: String,
    /// Guardrails that forbid it, by name.
    pub guardrails: Vec<String>,
}

/// Somebody's access at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessPerson {
    /// Who.
    pub principal: PrincipalView,
    /// The strongest role.
    pub role: RoleRef,
    /// Whether what it is for is allowed now.
    pub now: VerdictView,
    /// Of anything here and below.
    pub uses: UsesView,
    /// Every grant that reaches them here, the strongest first.
    pub ways: Vec<AccessWay>,
}

/// Who has access at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessAtView {
    /// In the order of names.
    pub people: Vec<AccessPerson>,
    /// Handed back for the next page.
    pub next: Option<String>,
    /// Uses are counted until this moment.
    pub counted_until: i64,
}

/// A grant that reaches somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessGrant {
    /// The grant.
    pub way: AccessWay,
    /// Whether what its role is for is allowed there now.
    pub now: VerdictView,
    /// Of anything there and below, by this principal.
    pub uses: UsesView,
}

/// What reaches somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessOfView {
    /// Whose.
    pub principal: PrincipalView,
    /// In the order of places.
    pub grants: Vec<AccessGrant>,
    /// Handed back for the next page.
    pub next: Option<String>,
    /// In which time zone a person works, by its IANA name, as the identity provider says.
    pub zone: Option<String>,
    /// Uses are counted until this moment.
    pub counted_until: i64,
}

/// How a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CellStands {
    /// It counts.
    Counts,
    /// It begins later.
    NotYet,
    /// Its conditions do not hold now.
    Unmet,
    /// A guardrail forbids what the role is for.
    Guardrail,
    /// The principal cannot act at present.
    Inactive,
}

/// A cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatrixCell {
    /// Number of the place.
    pub place: u32,
    /// Number of the role.
    pub role: u32,
    /// How it stands.
    pub stands: CellStands,
    /// Further grants there.
    pub more: u32,
    /// Whether it comes from above.
    pub inherited: bool,
    /// Whether it comes by a team.
    pub by_team: bool,
    /// Ends at.
    pub ends_at: Option<i64>,
}

/// Somebody's line of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatrixRow {
    /// Who.
    pub principal: PrincipalView,
    /// Only places with access.
    pub cells: Vec<MatrixCell>,
}

/// People and places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatrixView {
    /// In the order of paths.
    pub places: Vec<AccessPlace>,
    /// The roles that the cells name.
    pub roles: Vec<RoleRef>,
    /// In the order of names.
    pub rows: Vec<MatrixRow>,
    /// Handed back for the next people.
    pub next: Option<String>,
    /// Handed back for the next places.
    pub next_places: Option<String>,
}
