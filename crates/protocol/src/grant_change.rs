//! Taking from a grant: first the plan, then that very plan.

use crate::{access::PlaceName, principals::PrincipalRecord, wire::Bytes};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{DeviceId, GrantId, PrincipalId, RoleId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What is to become of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum GrantChange {
    /// It ends now.
    Revoke,
    /// It ends earlier than it would.
    Shorten {
        /// When; in the future.
        expires_at: Timestamp,
    },
    /// It ends now, and a lesser one takes its place: a role that can do less, a place below, or both.
    Narrow {
        /// The role; the same when absent.
        #[serde(default)]
        role: Option<RoleId>,
        /// The place; the same when absent.
        #[serde(default)]
        scope: Option<ScopeId>,
    },
}

/// `POST /v1/grants/{grant}/plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanGrantChange {
    /// What.
    pub change: GrantChange,
}

/// What is lost at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeLoss {
    /// Where.
    pub scope: ScopeId,
    /// How many living secrets are directly there.
    pub secrets: u64,
    /// What can be done there no more.
    pub actions: Vec<Action>,
}

/// People who lose the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossGroup {
    /// Who; the first of them.
    pub people: Vec<PrincipalId>,
    /// How many they are.
    pub people_total: u64,
    /// What; the first places.
    pub scopes: Vec<ScopeLoss>,
    /// How many places it is.
    pub scopes_total: u64,
    /// Secrets of all places together.
    pub secrets_total: u64,
}

/// A device that is told to destroy something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLoss {
    /// Whose.
    pub principal: PrincipalId,
    /// The device.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// How many values it keeps that it must destroy.
    pub leases: u64,
}

/// [`PlanGrantChange`]'s answer: exactly what will be lost, by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrantPlan {
    /// Says which plan it is; goes back with [`ChangeGrant`].
    pub digest: Bytes,
    /// The grant as it stands.
    pub grant: Grant,
    /// What takes its place.
    pub instead: Option<Instead>,
    /// When it is lost: now when absent.
    pub at: Option<Timestamp>,
    /// By groups of people who lose the same; those who lose nothing are left out.
    pub losses: Vec<LossGroup>,
    /// How many people the grant reaches, whether they lose something or not.
    pub reached: u64,
    /// Devices that are told to destroy something at once; the first of them.
    pub devices: Vec<DeviceLoss>,
    /// How many devices.
    pub devices_total: u64,
    /// Values kept on them that are destroyed.
    pub leases_total: u64,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
}

/// The lesser grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// Its role.
    pub role: RoleId,
    /// Its place.
    pub scope: ScopeId,
}

/// `POST /v1/grants/{grant}/change`: carries out a plan; `stale_plan` when it would be another one by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeGrant {
    /// What.
    pub change: GrantChange,
    /// [`GrantPlan::digest`].
    pub digest: Bytes,
    /// Why, in words; not empty.
    pub reason: String,
    /// The id of the lesser grant, chosen by the caller; only to narrow.
    #[serde(default)]
    pub new_grant: Option<GrantId>,
}

/// [`ChangeGrant`]'s answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeGrantReply {
    /// The grant as it stands now.
    pub grant: Grant,
    /// The lesser one.
    pub new: Option<Grant>,
}
