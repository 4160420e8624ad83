//! Changes that may widen their author's own access (rule 13): those that do wait for a second Owner.
//!
//! A change is a [`ProposedChange`]. [`submit`] checks it, simulates what its author would gain, and makes it at once when
//! that is nothing; otherwise it is kept as a proposal, and approving it makes it by the same code. To let another kind of
//! change wait: a variant of [`ProposedChange`], and its line in `content` and `simulate`.

mod answer;
mod approve;
mod content;
mod delegation;
mod drawable;
mod group;
mod guardrail;
mod list;
mod role;
mod simulate;

pub use content::kind;
pub use guardrail::{felt as guardrails_felt, widens as guardrail_widens, write as write_guardrail};
pub use role::{execute as write_role, within as role_within};
pub use simulate::{by_roles, compare, grants_of};

use crate::{
    events::Event,
    http::{Handled, Refusal, handle},
    operations::guardrails::effect::Simulation,
    sequencer::{Acting, Change, Stop, change::Demand},
    stream::Audience,
};
use claviger_crypto::bytes::sha256;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{PrincipalId, ProposalId},
};
use claviger_protocol::{
    problem::Code,
    roles::{Changed, ProposedChange},
    route,
    stream::Hint,
};
use claviger_storage::proposals::{Proposal, ProposalState};
use std::time::Duration;

/// How long a proposal can be approved.
const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::PROPOSALS, list::list),
        handle(route::APPROVE_PROPOSAL, approve::approve),
        handle(route::REFUSE_PROPOSAL, answer::refuse),
        handle(route::WITHDRAW_PROPOSAL, answer::withdraw),
    ]
}

/// What it takes to make a change.
pub struct Execution<'a> {
    /// The configured identity provider.
    pub issuer: &'a str,
    /// Whose change it is.
    pub author: PrincipalId,
    /// Who approved it, where somebody had to.
    pub approved_by: Option<PrincipalId>,
    /// Why.
    pub reason: &'a str,
    /// What it does, where that was found out in this transaction already.
    pub simulation: Option<Simulation>,
    /// The event that it is.
    pub event: Event,
}

/// A change that somebody wants.
pub struct Submission {
    /// Exactly what.
    pub content: ProposedChange,
    /// Why.
    pub reason: String,
    /// The id of the proposal, should it need a second Owner.
    pub proposal: Option<ProposalId>,
    /// The configured identity provider.
    pub issuer: String,
    /// What it does, where that was found out for it already.
    pub simulation: Option<Simulation>,
}

/// Makes a change, or proposes it when its author would gain by it.
///
/// # Errors
/// When the right is missing, the change is not well formed, or a second Owner is needed and no proposal was asked for.
pub async fn submit(change: &mut Change, acting: &Acting, submission: Submission) -> Result<Changed, Stop> {
    let Submission {
        content,
        reason,
        proposal,
        issuer,
        simulation,
    } = submission;
    let (kind, object) = (content::kind(&content), content::object(&content));
    let policies = object_at_root(change, acting, content::action(&content), kind, object.clone()).await?;
    let canonical = canonical(&content)?;
    if let Some(known) = known(change, proposal).await? {
        let same = known.author == acting.who.principal && known.content == canonical;
        return if same {
            Ok(Changed::Proposed { proposal: known.id })
        } else {
            Err(Code::Conflict.into())
        };
    }
    if content::stands(change, acting, &content, &issuer).await? {
        return Ok(Changed::Made);
    }
    let widens = simulate::simulate(change, acting, &content).await?;
    if widens.is_empty() && !content::asks_for_two(change, &content).await? {
        let event = change
            .event(acting.who, kind)
            .on(object)
            .decided_by(policies)
            .because(reason.clone());
        let execution = Execution {
            issuer: &issuer,
            author: acting.who.principal,
            approved_by: None,
            reason: &reason,
            simulation,
            event,
        };
        content::execute(change, &content, execution).await?;
        return Ok(Changed::Made);
    }
    let Some(id) = proposal else {
        let event = change.event(acting.who, kind).on(object).decided_by(policies);
        return Err(change.refuse(event, Code::SecondOwner));
    };
    let row = Proposal {
        id,
        kind: content::code(&content).to_owned(),
        content: canonical,
        widens: serde_json::to_value(&widens).map_err(Refusal::internal)?,
        reason: reason.clone(),
        author: acting.who.principal,
        proposed_at: change.now(),
        expires_at: change.now().plus(LIFE),
        state: ProposalState::Open,
        answer: None,
    };
    change.db().insert_proposal(&row).await?;
    let event = change
        .event(acting.who, EventKind::ProposalMade)
        .on(object)
        .decided_by(policies)
        .because(reason);
    change.record(named(event, id));
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(Changed::Proposed { proposal: id })
}

/// Demands a right at the organization's own scope.
///
/// # Errors
/// The refusal.
pub async fn object_at_root(
    change: &mut Change,
    acting: &Acting,
    action: Action,
    kind: EventKind,
    object: Object,
) -> Result<Vec<String>, Stop> {
    let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = change.place(root.id).await?.ok_or(Code::NotFound)?;
    let demand = Demand {
        action,
        place: &place,
        kind,
        known_by: Action::ScopeView,
        object,
        asked: &root.id,
    };
    Ok(change.demand(acting, demand).await?.policies())
}

async fn known(change: &mut Change, id: Option<ProposalId>) -> Result<Option<Proposal>, Stop> {
    match id {
        Some(id) => Ok(change.db().proposal(id).await?),
        None => Ok(None),
    }
}

fn canonical(content: &ProposedChange) -> Result<String, Refusal> {
    let bytes = serde_json_canonicalizer::to_vec(content).map_err(Refusal::internal)?;
    String::from_utf8(bytes).map_err(Refusal::internal)
}

fn digest(row: &Proposal) -> [u8; 32] {
    sha256(row.content.as_bytes())
}

/// An event that names a proposal.
fn named(event: Event, id: ProposalId) -> Event {
    match Label::new(&format!("p-{id}")) {
        Ok(label) => event.fact("proposal", Fact::Label(label)),
        Err(_) => event,
    }
}
