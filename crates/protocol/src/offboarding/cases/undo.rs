//! What a case ended, given again; somebody who left comes back.

use crate::access::PlaceName;
use claviger_model::ids::{CaseId, GrantId, PrincipalId};
use serde::{Deserialize, Serialize};

/// Grants and memberships that one call gives again.
pub const MOST_RESTORED: usize = 200;

/// `POST /v1/offboarding/cases/{case}/restore`: gives ended grants again, each by somebody who may give it, and memberships of local
/// teams, each by somebody who may put them into it; all or none. The person has to be enabled before, which restores nothing. Answers
/// with [`RestoredGrants`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreGrants {
    /// The grants that the case ended.
    #[serde(default)]
    pub grants: Vec<GrantId>,
    /// The local teams that the case took them out of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<PrincipalId>,
    /// Why.
    pub reason: String,
}

/// What was given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredGrants {
    /// The new grants, in the order of the ended ones.
    pub grants: Vec<GrantId>,
    /// The teams that they are in again.
    #[serde(default)]
    pub teams: Vec<PrincipalId>,
}

/// `GET /v1/offboarding/cases/{case}/grants`: the grants that a case ended, and the local teams that it took its person out of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndedGrants {
    /// Each with what it was given again as.
    pub grants: Vec<EndedGrant>,
    /// Teams that people here had put them into; those of the provider's groups are the provider's to give.
    #[serde(default)]
    pub teams: Vec<EndedTeam>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
}

/// `GET /v1/offboarding/people/{person}/ended`: what the person's newest case ended not longer than 30 days ago, as far as the caller
/// may give such things; nothing to anybody else, as of a person who never left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndedOf {
    /// The case, where there is anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What it ended.
    pub ended: EndedGrants,
}

/// A grant that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedGrant {
    /// The grant as it ended.
    pub grant: claviger_model::grant::Grant,
    /// The new grant.
    pub restored_as: Option<GrantId>,
}

/// A membership that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedTeam {
    /// The team.
    pub team: PrincipalId,
    /// What it is called.
    pub name: String,
    /// Whether they were put into it again by way of the case.
    pub restored: bool,
}

/// `POST /v1/people/{person}/enable`: somebody who left comes back. Nothing that they had comes back with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnablePerson {
    /// Why.
    pub reason: String,
}
