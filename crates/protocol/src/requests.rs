//! Requests for a rotation or for access, and their answers.

mod answers;
mod evidence;
mod history;
mod known;
mod settings;

pub use answers::{
    Answer, AnswersCall, AnswersReply, ApproveRequest, MAX_ANSWERS, OneAnswer, Outcome, RefuseRequest,
};
pub use evidence::{Evidence, Newly, OptionsCall, OptionsReply, PlaceName, RoleOption, Similar};
pub use history::{HISTORY_PAGE, RequestHistoryCall, RequestHistoryReply, RequestKey};
pub use known::{KnownCall, KnownKey, KnownReply, KnownScope, KnownSecret};
pub use settings::{RequestSettingsReply, SetRequestSettings};

use crate::{principals::PrincipalRecord, wire::Bytes};
use claviger_model::{
    ids::{GrantId, PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The longest reason or answer, in bytes.
pub const MAX_WORDS: usize = 2_000;

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
    /// What an approval would give now: what was asked for, or what the approvals so far left of it. Only while a request for
    /// access is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
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

/// What is on the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The role.
    pub role: RoleId,
    /// The role's name.
    pub role_name: String,
    /// Where.
    pub scope: ScopeId,
    /// Where that is.
    pub path: String,
    /// For how long, in seconds.
    pub seconds: u32,
    /// From when, where that is not the approval: the end of what is prolonged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Timestamp>,
    /// Says what is shown here, with all that the role allows and may give; an approval sends it back as
    /// [`ApproveRequest::shown`].
    pub digest: Bytes,
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

/// `GET /v1/requests`: mine, and those that I may answer; the newest 500 of each, and all that are open up to 500. Older ones are in
/// `POST /v1/requests/history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsReply {
    /// Newest first.
    pub requests: Vec<RequestRecord>,
    /// Everyone whom they name.
    #[serde(default)]
    pub principals: Vec<PrincipalRecord>,
}
