//! Giving access: which roles would do, who may receive one, and what a grant would newly allow.

use super::access::PrincipalView;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A role that could be given at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveChoice {
    /// Id.
    pub role: String,
    /// Name.
    pub name: String,
    /// Codes of its actions.
    pub actions: Vec<String>,
    /// Why this person may not give it here, in words; null when they may.
    pub refused: Option<String>,
    /// With an end it could be given.
    pub needs_end: bool,
}

/// Somebody who may receive a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveReceiver {
    /// Who.
    pub principal: PrincipalView,
    /// Only with an end, since they are from outside.
    pub needs_end: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveReceivers {
    /// In the order of names.
    pub receivers: Vec<GiveReceiver>,
    /// More have these letters than are shown.
    pub more: bool,
}

/// Access that is to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveAccess {
    /// To whom.
    pub principal: String,
    /// What.
    pub role: String,
    /// Where.
    pub place: String,
    /// From when; null for at once.
    pub starts_at: Option<i64>,
    /// Until when; null for no end.
    pub ends_at: Option<i64>,
    /// What must hold besides.
    pub conditions: GiveConditions,
}

/// What must hold for a grant to count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveConditions {
    /// The multi-factor sign-in is at most so old.
    pub multi_factor_minutes: Option<u32>,
    /// Only from an enrolled device.
    pub enrolled_device: bool,
    /// Only from these ranges, in CIDR notation; empty for anywhere.
    pub networks: Vec<String>,
    /// Only at these hours.
    pub hours: Option<GiveHours>,
}

/// Hours of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveHours {
    /// IANA name, such as `Europe/Berlin`.
    pub zone: String,
    /// 0 is Monday; empty for every day.
    pub days: Vec<u8>,
    /// Such as `08:00`.
    pub from: String,
    /// The first minute outside, perhaps of the next day.
    pub until: String,
}

/// An action that would newly be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveNewly {
    /// Code.
    pub action: String,
    /// At how many places.
    pub places: u32,
    /// How many secrets stand there.
    pub secrets: u32,
}

/// A place where something is newly allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GivePlace {
    /// Path, empty for the organization.
    pub path: String,
    /// Secrets directly there.
    pub secrets: u32,
}

/// Something to think of. None of them forbids the grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum GiveWarning {
    /// They have all of it already.
    NothingNew,
    /// It opens many values.
    Wide {
        /// How many.
        secrets: u32,
    },
    /// It opens values in production.
    Production {
        /// How many.
        secrets: u32,
    },
    /// It has no end.
    Permanent,
    /// Others hold the same by grants of their own.
    #[serde(rename_all = "camelCase")]
    TeamWouldDo {
        /// How many.
        others: u32,
    },
    /// It begins later.
    NotYet {
        /// When.
        from: i64,
    },
    /// It would not count at this hour.
    OutsideHours {
        /// When its hours begin, if they do.
        from: Option<i64>,
    },
    /// Guardrails keep back a part of it.
    HeldBack {
        /// Their names.
        guardrails: Vec<String>,
    },
}

/// Exactly what giving it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GivePlan {
    /// Of the grant or the right, handed back to give it: a call that is repeated gives one.
    pub grant: String,
    /// Handed back to give just this.
    pub digest: String,
    /// People who would have it.
    pub people: u32,
    /// Service identities that would have it.
    pub services: u32,
    /// What is new.
    pub newly: Vec<GiveNewly>,
    /// The first places, by path.
    pub places: Vec<GivePlace>,
    /// How many places more.
    pub further_places: u32,
    /// Whether what they have already was subtracted.
    pub exact: bool,
    /// What to think of.
    pub warnings: Vec<GiveWarning>,
}
