//! What a change of a guardrail would do, and what a text would have refused.

use crate::{access::PlaceName, principals::PrincipalRecord, roles::Widening, wire::Bytes};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// [`crate::guardrails::PlanGuardrail`]'s answer. Access is compared as it is at best, for somebody as well signed in as can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailPlan {
    /// Says which plan it is; goes back with [`crate::guardrails::ChangeGuardrail`].
    pub digest: Bytes,
    /// How many people and services are concerned in each way.
    pub totals: EffectTotals,
    /// Those who are concerned, in the order of names: a page of at most [`PEOPLE`].
    pub people: Vec<PersonEffect>,
    /// The places concerned, those with the most people first; at most [`PLACES`].
    pub places: Vec<PlaceEffect>,
    /// How many places.
    pub places_total: u64,
    /// What the one who asks, or a service identity that they answer for, may come to do by it.
    pub widens: Vec<Widening>,
    /// Whether another Owner has to approve it (rule 13).
    pub second_owner: bool,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
}

/// People and services on a page of [`GuardrailPlan`].
pub const PEOPLE: usize = 50;
/// Places in a [`GuardrailPlan`], and of one person in it.
pub const PLACES: usize = 100;

/// How many people and services, in each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EffectTotals {
    /// Anybody who is concerned at all.
    pub people: u64,
    /// Who lose something.
    pub lost: u64,
    /// Who gain something.
    pub gained: u64,
    /// Whom it depends on circumstances for.
    pub hindered: u64,
    /// Whom it depends on circumstances for no more.
    pub eased: u64,
    /// Who lose it since the guardrail cannot be evaluated.
    pub fails: u64,
}

/// What changes for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonEffect {
    /// For whom.
    pub principal: PrincipalId,
    /// Where; at most [`PLACES`].
    pub places: Vec<EffectAt>,
    /// In how many places.
    pub places_total: u64,
}

/// What changes for somebody at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectAt {
    /// Where; not below it.
    pub scope: ScopeId,
    /// What can be done no more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lost: BTreeSet<Action>,
    /// What can be done newly.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gained: BTreeSet<Action>,
    /// What can be done under some circumstances only.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hindered: BTreeSet<Action>,
    /// What can be done whatever the circumstances, as far as this guardrail goes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub eased: BTreeSet<Action>,
}

/// How many people and services a change concerns at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceEffect {
    /// Where; not below it.
    pub scope: ScopeId,
    /// How many.
    pub totals: EffectTotals,
}

/// `POST /v1/guardrails/past`: what of the last 90 days a text would have refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastCall {
    /// As it stands in the editor.
    pub text: String,
    /// Rows to leave out, those of the pages before.
    #[serde(default)]
    pub skip: u32,
}

/// [`PastCall`]'s answer. People, teams and places are taken as they are today; of a call of that time it is known who did what
/// where, but not from which network, how well signed in or by a grant with an end: what depends on that is *perhaps*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastReply {
    /// From when on.
    pub since: Timestamp,
    /// Up to when the log was counted.
    pub counted_until: Timestamp,
    /// Those who would have been refused most first: a page of at most [`PEOPLE`].
    pub rows: Vec<PastRow>,
    /// How many rows.
    pub rows_total: u64,
    /// What would have been refused for certain, in all.
    pub certainly: u64,
    /// What would have been refused under some circumstances.
    pub perhaps: u64,
    /// What was looked at, in all: everything in these 90 days that the guardrail could be about.
    pub looked_at: u64,
    /// What was done at places that are gone, and cannot be judged.
    pub unknown: u64,
    /// The circumstances that the text looks at and the log does not tell, in the language's own words.
    pub not_known: Vec<String>,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
}

/// What somebody did at a place that would have been refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRow {
    /// Who.
    pub principal: PrincipalId,
    /// Where; not below it.
    pub scope: ScopeId,
    /// What.
    pub kinds: BTreeSet<EventKind>,
    /// How often for certain.
    pub certainly: u64,
    /// How often under some circumstances.
    pub perhaps: u64,
    /// When last.
    pub last_at: Timestamp,
}
