//! Places and their settings, as those see them who may change them.

use super::{places::EnvironmentClass, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A place with what was set at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ManagedPlace {
    /// Id.
    pub id: String,
    /// Null for the organization.
    pub parent: Option<String>,
    /// One segment; empty for the organization.
    pub name: String,
    /// Path, empty for the organization.
    pub path: String,
    /// Number of segments.
    pub depth: u32,
    /// Set here; null above and below environments, and for unclassified ones.
    pub class: Option<EnvironmentClass>,
    /// Whether it is an environment, which has a class.
    pub environment: bool,
    /// Who may know of its secrets.
    pub known_to: KnownTo,
    /// Set here, in seconds; null = as above it. 0 = no copies.
    pub copies_for: Option<u32>,
    /// Secrets here and beneath.
    pub secrets: u32,
    /// What this person may do.
    pub may: PlaceVerbs,
}

/// What somebody may do with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceVerbs {
    /// Make places in it.
    pub create: bool,
    /// Rename it, and say who may know of it and for how long copies are kept.
    pub edit: bool,
    /// Set the class of it and of environments in it, where it is or holds one.
    pub classify: bool,
    /// Move it.
    pub relocate: bool,
}

/// Who may know that secrets exist without a right to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum KnownTo {
    /// Nobody.
    Nobody,
    /// Members of these teams, by id.
    Teams {
        /// Which.
        teams: Vec<String>,
    },
    /// Everyone.
    Everyone,
}

/// A place to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPlace {
    /// Where.
    pub parent: String,
    /// One segment.
    pub name: String,
    /// Of an environment; null to leave it unclassified.
    pub class: Option<EnvironmentClass>,
}

/// Changes to a place; null = unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceEdit {
    /// A new name.
    pub name: Option<String>,
    /// A new class.
    pub class: Option<EnvironmentClass>,
    /// Who may know of its secrets.
    pub known_to: Option<KnownTo>,
    /// For how many seconds copies may be kept.
    pub copies_for: Option<u32>,
}

/// How somebody's access changes by a move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MoveChange {
    /// Who.
    pub who: PersonRef,
    /// Codes of what they could do afterwards and cannot now.
    pub gains: Vec<String>,
    /// Codes of what they can do now and could not afterwards.
    pub loses: Vec<String>,
}

/// Exactly what a move would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MovePlanView {
    /// Handed back to carry it out.
    pub digest: String,
    /// The path afterwards.
    pub path: String,
    /// Places that move.
    pub places: u32,
    /// Secrets that move.
    pub secrets: u32,
    /// Whether the class around any of them becomes another one.
    pub changes_class: bool,
    /// By name.
    pub changes: Vec<MoveChange>,
}
