//! Guardrails: seeing, checking and changing them; what a change does is in [`crate::guardrail_plan`].

use crate::{principals::PrincipalRecord, wire::Bytes};
use claviger_model::{
    guardrail::Guardrail,
    ids::{PrincipalId, ProposalId},
    name::Name,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `GET /v1/guardrails`: all of them, for those who may manage policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailsReply {
    /// In the order of names.
    pub guardrails: Vec<GuardrailRecord>,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
}

/// A guardrail with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailRecord {
    /// What it says.
    pub guardrail: Guardrail,
    /// SHA-256 of [`canonical_guardrail`].
    pub digest: Bytes,
    /// Who changed it last; nobody a built-in one that is as it came.
    #[serde(default)]
    pub changed_by: Option<PrincipalId>,
    /// When.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
    /// How often it could not be evaluated since it was changed. What it was asked about was refused.
    #[serde(default)]
    pub failures: u64,
    /// When last.
    #[serde(default)]
    pub failed_at: Option<Timestamp>,
}

/// `GET /v1/guardrails/language`: what a guardrail can speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageReply {
    /// Actions and groups of them.
    pub actions: Vec<LanguageWord>,
    /// Kinds of principals and places.
    pub entities: Vec<LanguageEntity>,
    /// What is known of a call.
    pub context: Vec<LanguageAttribute>,
}

/// An action, or a group of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageWord {
    /// Its code.
    pub code: String,
    /// Whether it stands for several.
    pub group: bool,
}

/// A kind of principals or places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageEntity {
    /// As it is written.
    pub name: String,
    /// What is known of one.
    pub attributes: Vec<LanguageAttribute>,
    /// Kinds that one of it can be in.
    pub within: Vec<String>,
}

/// Something that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageAttribute {
    /// As it is written.
    pub name: String,
    /// What it is, in the language's own word.
    pub kind: String,
    /// Whether one has to ask with `has` first.
    pub optional: bool,
}

/// `POST /v1/guardrails/check`: checks a text against the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckGuardrail {
    /// As it stands in the editor.
    pub text: String,
}

/// What is wrong or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReply {
    /// Whether it can be a guardrail.
    pub usable: bool,
    /// At most 50.
    pub problems: Vec<TextProblem>,
}

/// Something wrong or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextProblem {
    /// Whether it is only odd.
    pub warning: bool,
    /// In words.
    pub message: String,
    /// What helps.
    #[serde(default)]
    pub help: Option<String>,
    /// Where; the whole text when absent.
    #[serde(default)]
    pub place: Option<TextPlace>,
}

/// A place in a text, in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// From the beginning of the text.
    pub start: u32,
    /// How much is meant.
    pub length: u32,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// What is to become of a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum GuardrailChange {
    /// It is made, or written anew; never a built-in one.
    Put {
        /// Unique, case aside.
        name: Name,
        /// Its Cedar text.
        text: String,
        /// Whether it decides.
        enabled: bool,
    },
    /// It is switched on or off.
    Switch {
        /// Whether it decides.
        enabled: bool,
    },
    /// It is deleted; never a built-in one.
    Delete,
}

/// `POST /v1/guardrails/{policy}/plan`: who loses and gains what by a change; nothing is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanGuardrail {
    /// What.
    pub change: GuardrailChange,
    /// [`GuardrailRecord::digest`] of what is changed; absent for a new one.
    #[serde(default)]
    pub replaces: Option<Bytes>,
    /// People and services to leave out, those of the pages before.
    #[serde(default)]
    pub skip: u32,
}

/// `POST /v1/guardrails/{policy}/change`: carries a plan out; `stale_plan` when it would be another one by now. The id of a new
/// guardrail is chosen by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeGuardrail {
    /// What.
    pub change: GuardrailChange,
    /// [`GuardrailRecord::digest`] of what is changed; absent for a new one.
    #[serde(default)]
    pub replaces: Option<Bytes>,
    /// [`crate::guardrail_plan::GuardrailPlan::digest`].
    pub digest: Bytes,
    /// Why; shown to the second Owner.
    pub reason: String,
    /// The proposal that the call makes if it needs a second Owner; without, it is refused then.
    #[serde(default)]
    pub proposal: Option<ProposalId>,
}

/// The canonical form (RFC 8785) that a guardrail's digest is of.
///
/// # Errors
/// When JSON cannot hold it, which no guardrail causes.
pub fn canonical_guardrail(guardrail: &Guardrail) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(guardrail)
}
