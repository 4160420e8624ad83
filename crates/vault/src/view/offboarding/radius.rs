//! The blast radius as the page sees it.

use super::{ConcernedSecret, HoldingView, connected::FoundSystemView};
use crate::view::{access::RoleRef, places::EnvironmentClass, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whom or what a blast radius is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SuspectKind {
    /// A person who leaves, or whose account is in doubt.
    Person,
    /// A device that was lost.
    Device,
    /// A session.
    Session,
    /// A service identity.
    Service,
    /// A secret: everyone who holds its value.
    Secret,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SuspectRef {
    /// What it is.
    pub kind: SuspectKind,
    /// Its id.
    pub id: String,
}

/// A blast radius in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusNumbers {
    /// Grants.
    pub grants: u32,
    /// Places where values can be reached.
    pub places: u32,
    /// Secrets whose values can be reached.
    pub secrets: u32,
    /// Rights to emergency access.
    pub emergency: u32,
    /// Values held that are current.
    pub known: u32,
    /// Those of them that were shown or copied.
    pub seen: u32,
    /// Those of them that may be kept on a device.
    pub kept: u32,
    /// What waits for them.
    pub waiting: u32,
    /// What only they answer for.
    pub alone: u32,
    /// Devices.
    pub devices: u32,
    /// Sessions.
    pub sessions: u32,
    /// Keys of services.
    pub keys: u32,
    /// Of a secret: how many reach its value.
    pub reachers: u32,
}

/// A value that is current somewhere, and how it came to those whom this is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownValue {
    /// The secret that has it today.
    pub secret: ConcernedSecret,
    /// The version that is current.
    pub version: u32,
    /// Since when the value has not changed.
    pub since: i64,
    /// Who answers for it.
    pub owner: Option<PersonRef>,
    /// How bad it is, from 1 to 100.
    pub risk: u32,
    /// How it came; the riskiest and latest first.
    pub holdings: Vec<HoldingView>,
}

/// A place where values can be reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReachedPlace {
    /// The place.
    pub id: String,
    /// Its path.
    pub path: String,
    /// The class of the environment around it.
    pub class: EnvironmentClass,
    /// How many living secrets stand directly in it.
    pub secrets: u32,
    /// What can be done with their values.
    pub actions: Vec<String>,
}

/// A grant by which something is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusGrant {
    /// The grant.
    pub id: String,
    /// Its role.
    pub role: RoleRef,
    /// Where it was given.
    pub path: String,
    /// The team that holds it; null when it was given to them.
    pub team: Option<String>,
    /// From when it counts.
    pub from: Option<i64>,
    /// Until when.
    pub ends_at: Option<i64>,
}

/// A right to emergency access that could be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusRight {
    /// The right.
    pub id: String,
    /// What it would give.
    pub role: RoleRef,
    /// Where.
    pub path: String,
    /// Until when.
    pub ends_at: i64,
}

/// Something that nobody else answers for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum AloneView {
    /// A secret that they own.
    #[serde(rename_all = "camelCase")]
    Secret {
        /// Which one.
        secret: ConcernedSecret,
    },
    /// A team in which nobody else is active.
    #[serde(rename_all = "camelCase")]
    Team {
        /// Which one.
        team: PersonRef,
    },
    /// A service identity whose team has nobody else.
    #[serde(rename_all = "camelCase")]
    Service {
        /// Which one.
        service: PersonRef,
    },
}

/// What waits for a person, or they began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingCounts {
    /// They asked for access.
    pub requests: u32,
    /// They asked that a value be changed; that stays.
    pub rotations: u32,
    /// They approved a request that is still open.
    pub approvals: u32,
    /// They proposed a change that waits for a second Owner.
    pub proposals: u32,
    /// Requests of others that they may answer.
    pub answers: u32,
    /// Emergency access of others that they may review.
    pub reviews: u32,
}

/// A device that may hold something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusDevice {
    /// The device.
    pub id: String,
    /// As its owner calls it.
    pub name: String,
    /// Operating system.
    pub system: String,
    /// Its last contact.
    pub seen_at: i64,
    /// How many values it may keep now.
    pub leases: u32,
    /// When the longest of them ends.
    pub leased_until: Option<i64>,
}

/// A session that lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusSession {
    /// The session.
    pub id: String,
    /// The name of its device.
    pub device_name: String,
    /// Since when.
    pub started_at: i64,
    /// Until when at the longest.
    pub ends_at: i64,
}

/// A living key of a service identity that they made, so that they may have its private half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusKey {
    /// The key.
    pub id: String,
    /// Whose.
    pub service: PersonRef,
    /// Until when.
    pub ends_at: i64,
    /// When it was last exchanged for a token.
    pub last_used_at: Option<i64>,
}

/// Somebody who reaches the value of a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReacherView {
    /// A person or a service identity.
    pub person: PersonRef,
    /// Whether it may be shown to them; else it is used in programs only.
    pub reveals: bool,
    /// Through what.
    pub through: Vec<RadiusGrant>,
}

/// The place of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SuspectPlace {
    /// The place.
    pub id: String,
    /// Its path.
    pub path: String,
}

/// A blast radius, or a further page of one of its long lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RadiusView {
    /// About whom or what.
    pub of: SuspectRef,
    /// By name.
    pub name: String,
    /// Whose device, where it is about one.
    pub whose: Option<PersonRef>,
    /// Where it stands, where it is about a secret.
    pub place: Option<SuspectPlace>,
    /// When it was counted.
    pub at: i64,
    /// SHA-256 of all of it: the same facts, the same digest.
    pub digest: String,
    /// All of it in numbers.
    pub numbers: RadiusNumbers,
    /// The values that are held and current, the riskiest first.
    pub known: Vec<KnownValue>,
    /// Where values are reached.
    pub reach: Vec<ReachedPlace>,
    /// What nobody else answers for.
    pub alone: Vec<AloneView>,
    /// Of a secret: who reaches its value now.
    pub reachers: Vec<ReacherView>,
    /// Grants; with the first page only, as all that follows.
    pub grants: Vec<RadiusGrant>,
    /// Rights to emergency access.
    pub emergency: Vec<RadiusRight>,
    /// What waits.
    pub waiting: WaitingCounts,
    /// Devices.
    pub devices: Vec<RadiusDevice>,
    /// Sessions.
    pub sessions: Vec<RadiusSession>,
    /// Keys of services.
    pub keys: Vec<RadiusKey>,
    /// Accounts in connected systems, asked now.
    pub connected: Vec<FoundSystemView>,
    /// For more values.
    pub more_known: Option<String>,
    /// For more places.
    pub more_reach: Option<String>,
    /// For more of what nobody else answers for.
    pub more_alone: Option<String>,
    /// For more of those who reach a secret.
    pub more_reachers: Option<String>,
}
