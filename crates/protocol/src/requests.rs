//! Requests for a rotation or for access, and their answers.

use crate::{principals::PrincipalRecord, problem::Problem};
use claviger_model::{
    approval::RequestSettings,
    ids::{GrantId, PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The longest reason or answer, in bytes.
pub const MAX_WORDS: usize = 2_000;
/// The most answers of one call.
pub const MAX_ANSWERS: usize = 100;

/// `POST /v1/requests`. Answers with [`RequestRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeRequest {
    /// Chosen by the caller, so that a repeated call makes one request.
    pub id: RequestId,
    /// What is asked for.
    pub want: Want,
    /// Why, in words; not empty, at most [`MAX_WORDS`].
    pub reason: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Want {
    /// A new value.
    Rotation {
        /// Of which secret.
        secret: SecretId,
    },
    /// A role at a scope, for a time.
    Access {
        /// The role.
        role: RoleId,
        /// Where; it reaches everything in and below this scope.
        scope: ScopeId,
        /// The secret in that scope for whose sake it is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SecretId>,
        /// For how long, in seconds, from the approval on.
        seconds: u32,
        /// An approved request of one's own, whose access goes on for so long after its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extends: Option<RequestId>,
    },
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum RequestState {
    /// Nobody answered yet.
    Open,
    /// A new version was written.
    Done {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PrincipalId,
        /// The version.
        version: u64,
    },
    /// Access was given.
    Approved {
        /// When.
        at: Timestamp,
        /// By whom, or by whose rule.
        by: PrincipalId,
    },
    /// Nobody answered in time.
    Lapsed {
        /// When.
        at: Timestamp,
    },
    /// Somebody said no.
    Refused {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PrincipalId,
        /// Why.
        words: String,
    },
    /// Taken back by its author.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// A request, as its author and those who can answer see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Its id.
    pub id: RequestId,
    /// What is asked for.
    pub want: Want,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub asked_by: PrincipalId,
    /// Since when.
    pub asked_at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub state: RequestState,
    /// How it goes on.
    #[serde(default)]
    pub course: Course,
}

/// How a request goes on, and what the reader can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Course {
    /// Where it is about, for people; the reader may not see the scope itself.
    #[serde(default)]
    pub path: String,
    /// The role's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who approved so far, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// How many have to approve; 0 where nobody has to.
    #[serde(default)]
    pub needed: u32,
    /// Some who can approve it, the nearest first; only while it is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<PrincipalId>,
    /// What the reader can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<May>,
    /// When it lapses if nobody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapses_at: Option<Timestamp>,
    /// What it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What they said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// What the reader of a request can do about it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum May {
    /// Approve it.
    Approve,
    /// Refuse it.
    Refuse,
    /// Fulfil a rotation with a new version.
    Fulfil,
    /// Take it back.
    Withdraw,
    /// Give back what it became.
    HandBack,
}

/// The grant that a request became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The grant.
    pub grant: GrantId,
    /// Its role, perhaps less than was asked for.
    pub role: RoleId,
    /// The role's name.
    pub role_name: String,
    /// Its scope, perhaps below the one that was asked for.
    pub scope: ScopeId,
    /// Where that is.
    pub path: String,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When it was ended before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// By whom; by whoever asked, if they handed it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<PrincipalId>,
    /// The rule that approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<PolicyId>,
}

/// `GET /v1/requests`: mine, and those that I may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsReply {
    /// Newest first.
    pub requests: Vec<RequestRecord>,
    /// Everyone whom they name.
    #[serde(default)]
    pub principals: Vec<PrincipalRecord>,
}

/// `POST /v1/requests/{request}/refuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// Why; not empty, at most [`MAX_WORDS`].
    pub words: String,
}

/// `POST /v1/requests/{request}/approve`; absent = as asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// A lesser role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// A scope below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// A shorter time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// A word to whoever asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// `POST /v1/requests/answers`: many at once, each with its own outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersCall {
    /// At most [`MAX_ANSWERS`].
    pub answers: Vec<OneAnswer>,
}

/// An answer among many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneAnswer {
    /// To which request.
    pub request: RequestId,
    /// What is said.
    pub answer: Answer,
}

/// Yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Yes, perhaps to less.
    Approve(ApproveRequest),
    /// No.
    Refuse(RefuseRequest),
}

/// The outcomes, in the order of the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersReply {
    /// One for each answer.
    pub outcomes: Vec<Outcome>,
}

/// What became of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The request as it stands now.
    Done(Box<RequestRecord>),
    /// Why it could not be answered so.
    Problem(Box<Problem>),
}

/// `POST /v1/requests/options`: what could be asked for at a place that one may know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptionsCall {
    /// At a scope.
    Scope(ScopeId),
    /// For the sake of a secret.
    Secret(SecretId),
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionsReply {
    /// Where it would be given.
    pub scope: ScopeId,
    /// Where that is, for people.
    pub path: String,
    /// How many secrets it would reach, for those who may see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches: Option<u64>,
    /// Roles that somebody may give here and that would give something new, from least to most.
    pub roles: Vec<RoleOption>,
    /// By how many people it has to be approved.
    pub steps: u32,
    /// Everyone who is named.
    pub principals: Vec<PrincipalRecord>,
}

/// A role that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleOption {
    /// The role.
    pub role: RoleId,
    /// What it is called.
    pub name: String,
    /// What it would newly allow.
    pub newly: Vec<claviger_model::action::Action>,
    /// Some who can approve it, the nearest first.
    pub approvers: Vec<PrincipalId>,
    /// For at most so many seconds a rule approves it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once_seconds: Option<u32>,
}

/// `GET /v1/requests/{request}/evidence`, for those who can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it would newly allow: each action with the number of scopes and secrets.
    pub newly: Vec<Newly>,
    /// Requests of the last 90 days at the same place or below, by the same person.
    pub same_person: Similar,
    /// And by others.
    pub others: Similar,
    /// When this person last read a value there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<Timestamp>,
    /// When anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read_by_anyone: Option<Timestamp>,
    /// Whether the person is from outside.
    pub outside: bool,
    /// Lesser roles that the reader may give instead, from least to most.
    pub lesser: Vec<crate::sync::RoleName>,
    /// Places below that it could be given at instead; the first 100.
    pub below: Vec<PlaceName>,
}

/// A place's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceName {
    /// Its id.
    pub scope: ScopeId,
    /// Where it stands.
    pub path: String,
}

/// An action that would newly be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newly {
    /// The action.
    pub action: claviger_model::action::Action,
    /// In how many scopes.
    pub scopes: u64,
    /// For how many secrets.
    pub secrets: u64,
}

/// How requests like this one were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Similar {
    /// All of them.
    pub asked: u64,
    /// Those that were approved.
    pub approved: u64,
    /// Those that were refused.
    pub refused: u64,
}

/// `POST /v1/known`: what one may know of without a right to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownCall {
    /// The last secret of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<KnownKey>,
}

/// Where a page of known secrets ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKey {
    /// Its scope.
    pub scope: ScopeId,
    /// The secret.
    pub secret: SecretId,
}

/// A page of what can be known of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownReply {
    /// In the order of scopes and ids; a page may show fewer than it looked at.
    pub secrets: Vec<KnownSecret>,
    /// The scopes that they are in.
    pub scopes: Vec<KnownScope>,
    /// Everyone who is named.
    pub principals: Vec<PrincipalRecord>,
    /// Where the next page begins; none after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<KnownKey>,
}

/// All that shows of a discoverable secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSecret {
    /// Its id.
    pub secret: SecretId,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub scope: ScopeId,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PrincipalId>,
}

/// A discoverable scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownScope {
    /// Its id.
    pub scope: ScopeId,
    /// Where it stands.
    pub path: String,
    /// Some who can grant here, the nearest first.
    pub can_grant: Vec<PrincipalId>,
}

/// `GET /v1/scopes/{scope}/requests`: how requests are approved at a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSettingsReply {
    /// What is set here.
    pub here: RequestSettings,
    /// By how many people access has to be approved, with what is set above.
    pub steps: u32,
    /// Whether rotations have to be approved, with what is set above.
    pub rotations_need_approval: bool,
}

/// `PUT /v1/scopes/{scope}/requests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRequestSettings {
    /// As the caller read them; they are not written when they changed since.
    pub before: RequestSettings,
    /// As they shall be. The author of a rule that is new or differs is the caller.
    pub after: RequestSettings,
}
