//! Guardrails, for those who may change them.

use super::{role::ProposalGain, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A guardrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its Cedar text.
    pub text: String,
    /// It is switched on and off, never changed or deleted.
    pub builtin: bool,
    /// It decides.
    pub enabled: bool,
    /// Of the guardrail as it is, handed back to change it.
    pub digest: String,
    /// Who changed it last; null for a built-in one that is as it came.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: Option<i64>,
    /// How often it could not be evaluated since then; what it was asked about was refused.
    pub failures: u32,
    /// When last.
    pub failed_at: Option<i64>,
}

/// What a guardrail can speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailLanguage {
    /// Actions and groups of them.
    pub actions: Vec<LanguageAction>,
    /// Kinds of principals and places.
    pub entities: Vec<LanguageEntity>,
    /// What is known of a call.
    pub context: Vec<LanguageAttribute>,
    /// Places, teams, people and services as they are written, with their names.
    pub named: Vec<NamedEntity>,
}

/// An action, or a group of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LanguageAction {
    /// Its code.
    pub code: String,
    /// In words; null for a group.
    pub words: Option<String>,
}

/// A kind of principals or places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LanguageEntity {
    /// As it is written.
    pub name: String,
    /// What is known of one.
    pub attributes: Vec<LanguageAttribute>,
}

/// Something that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LanguageAttribute {
    /// As it is written.
    pub name: String,
    /// What it is, in the language's own word.
    pub kind: String,
    /// One has to ask with `has` first.
    pub optional: bool,
}

/// Something that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NamedEntity {
    /// As it is written: its kind and its id.
    pub written: String,
    /// What people call it.
    pub name: String,
}

/// What is wrong or odd in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailCheck {
    /// It can be a guardrail.
    pub usable: bool,
    /// What is wrong or odd.
    pub problems: Vec<GuardrailProblem>,
}

/// Something wrong or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailProblem {
    /// It is only odd.
    pub warning: bool,
    /// In words.
    pub message: String,
    /// What helps.
    pub help: Option<String>,
    /// Where; null for the whole text.
    pub place: Option<TextPlace>,
}

/// A place in a text, in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TextPlace {
    /// From the beginning.
    pub start: u32,
    /// How much.
    pub length: u32,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// What is to become of a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum GuardrailWish {
    /// It is made, or written anew.
    #[serde(rename_all = "camelCase")]
    Put {
        /// Name.
        name: String,
        /// Cedar text.
        text: String,
        /// Whether it decides.
        enabled: bool,
    },
    /// It is switched on or off.
    #[serde(rename_all = "camelCase")]
    Switch {
        /// Whether it decides.
        enabled: bool,
    },
    /// It is deleted.
    Delete,
}

/// Which guardrail, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailEdit {
    /// Null for a new one that was not planned yet.
    pub id: Option<String>,
    /// [`GuardrailView::digest`] of the one that is changed.
    pub replaces: Option<String>,
    /// What.
    pub wish: GuardrailWish,
}

/// How many people and services, in each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EffectTotals {
    /// Anybody who is concerned.
    pub people: u32,
    /// Who lose something.
    pub lost: u32,
    /// Who gain something.
    pub gained: u32,
    /// For whom it depends on circumstances then.
    pub hindered: u32,
    /// For whom it depends on circumstances no more.
    pub eased: u32,
    /// Who lose it since the guardrail cannot be evaluated.
    pub fails: u32,
}

/// Who loses and gains what; access as it is at best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailPlanView {
    /// The guardrail; handed back with the digest.
    pub id: String,
    /// Handed back to do just this.
    pub digest: String,
    /// Counts.
    pub totals: EffectTotals,
    /// A page of those who are concerned, by name.
    pub people: Vec<PersonEffect>,
    /// The places with the most people.
    pub places: Vec<PlaceEffect>,
    /// How many places.
    pub places_total: u32,
    /// What this person would gain by it.
    pub gains: Vec<ProposalGain>,
    /// Another owner has to approve it.
    pub second_owner: bool,
}

/// What changes for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonEffect {
    /// Who.
    pub who: PersonRef,
    /// The first places.
    pub places: Vec<EffectAt>,
    /// How many places.
    pub places_total: u32,
}

/// What changes for somebody at a place; actions in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EffectAt {
    /// Where; empty for the organization itself.
    pub path: String,
    /// What can be done no more.
    pub lost: Vec<String>,
    /// What can be done newly.
    pub gained: Vec<String>,
    /// What can be done under some circumstances only.
    pub hindered: Vec<String>,
    /// What can be done whatever the circumstances, as far as this guardrail goes.
    pub eased: Vec<String>,
}

/// How many a change concerns at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceEffect {
    /// Where; empty for the organization itself.
    pub path: String,
    /// How many.
    pub totals: EffectTotals,
}

/// What of the last 90 days a text would have refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailPast {
    /// From when on.
    pub since: i64,
    /// Up to when the log was counted.
    pub counted_until: i64,
    /// A page, those who would have been refused most first.
    pub rows: Vec<PastRow>,
    /// How many rows.
    pub rows_total: u32,
    /// What would have been refused for certain.
    pub certainly: u32,
    /// What would have been refused under some circumstances.
    pub perhaps: u32,
    /// What was looked at in all.
    pub looked_at: u32,
    /// What was done at places that are gone.
    pub unknown: u32,
    /// Circumstances that the text looks at and the log does not tell, in words.
    pub not_known: Vec<String>,
}

/// What somebody did at a place that would have been refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastRow {
    /// Who.
    pub who: PersonRef,
    /// Where; empty for the organization itself.
    pub path: String,
    /// What, in words.
    pub kinds: Vec<String>,
    /// How often for certain.
    pub certainly: u32,
    /// How often under some circumstances.
    pub perhaps: u32,
    /// When last.
    pub last_at: i64,
}
