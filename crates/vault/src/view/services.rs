//! Service identities and their keys.

use super::{places::EnvironmentClass, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a service identity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ServiceKind {
    /// A job of continuous integration.
    CiJob,
    /// An application while it runs.
    Application,
    /// A bot.
    Bot,
    /// An agent that acts for people.
    Agent,
}

/// A page of service identities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServicesView {
    /// By name.
    pub services: Vec<ServiceView>,
    /// Handed back for the next page; null at the end.
    pub next: Option<String>,
}

/// A service identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub kind: ServiceKind,
    /// The class of the environments that it works in.
    pub class: EnvironmentClass,
    /// Whether it can act.
    pub active: bool,
    /// The team that answers for it.
    pub owner: PersonRef,
    /// Whether that team is active and has somebody in it.
    pub answered_for: bool,
    /// Where it was made: the place's id.
    pub home: String,
    /// Its path, for those who may see it.
    pub home_path: Option<String>,
    /// Who made it.
    pub made_by: Option<PersonRef>,
    /// When.
    pub made_at: i64,
    /// Newest first; ended ones for 90 days.
    pub keys: Vec<ServiceKeyView>,
    /// What this person may do with it.
    pub rights: ServiceRights,
}

/// What this person may do with a service identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRights {
    /// Rename it, and give it to another team.
    pub edit: bool,
    /// Disable it.
    pub disable: bool,
    /// Make keys.
    pub make_keys: bool,
    /// End keys.
    pub end_keys: bool,
}

/// A key of a service identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceKeyView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The thumbprint of its public half.
    pub thumbprint: String,
    /// From where it is good; anywhere when empty.
    pub networks: Vec<String>,
    /// Who made it.
    pub made_by: PersonRef,
    /// When.
    pub made_at: i64,
    /// From when it is not good any more.
    pub ends_at: i64,
    /// When it was ended before its time.
    pub ended_at: Option<i64>,
    /// By whom.
    pub ended_by: Option<PersonRef>,
    /// Whether it is good at present.
    pub live: bool,
    /// When it was last exchanged for a token; null for never.
    pub last_used_at: Option<i64>,
    /// How often in 90 days.
    pub uses: u32,
}

/// A service identity that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDraft {
    /// Name.
    pub name: String,
    /// What it is for.
    pub kind: ServiceKind,
    /// The class of the environments that it works in; for ever.
    pub class: EnvironmentClass,
    /// The id of the team that answers for it.
    pub owner: String,
    /// The id of a place where this person may manage services.
    pub home: String,
}

/// What is changed of a service; null stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another team that answers for it.
    pub owner: Option<String>,
    /// With another team: the live keys that were shown to end with it.
    pub ends: Vec<String>,
}

/// A key that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceKeyDraft {
    /// Name.
    pub name: String,
    /// From when it is not good any more; 90 days from now when null.
    pub ends_at: Option<i64>,
    /// From where it is good, as `10.0.0.0/8`; anywhere when empty.
    pub networks: Vec<String>,
}

/// A key that was made here, whose private half stands in a file that nobody else can read, and nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceKeyFile {
    /// The service as it is now.
    pub service: ServiceView,
    /// The key's id.
    pub key: String,
    /// Where the file is.
    pub path: String,
}
