//! What they asked for and approved is taken back. That a value be changed stays asked for, whoever asked.

use super::{Left, ROUND};
use crate::{
    operations::{
        offboarding::case::{begin::effect, in_the_name_of, label, of_case},
        requests::give::object,
    },
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    offboarding::{Case, EffectKind},
};
use claviger_protocol::stream::Hint;
use claviger_storage::{
    proposals::{ProposalAnswer, ProposalState},
    requests::{Answer, Asked, RequestState},
};

/// Takes back some of it.
pub(super) async fn withdraw(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    let (now, by) = (change.now(), in_the_name_of(case));
    let mut effects = Vec::new();
    let mut open = change.db().open_requests_by(case.person).await?;
    open.retain(|request| matches!(request.asked, Asked::Access { .. }));
    let left = if open.len() > ROUND {
        Left::Some
    } else {
        Left::Nothing
    };
    open.truncate(ROUND);
    for request in open {
        let answer = Answer {
            by,
            at: now,
            word: case.reason.clone(),
            version: None,
        };
        change
            .db()
            .answer_request(request.id, RequestState::Withdrawn, &answer)
            .await?;
        let event = of_case(change.own_event(EventKind::RequestAnswered), case).on(object(&request));
        change.record(label(event, "state", "withdrawn"));
        effects.push(effect(case, EffectKind::Request, *request.id.as_bytes(), now));
    }
    for id in change.db().withdraw_approvals_of(case.person).await? {
        let object = Object {
            request: Some(id),
            ..Object::default()
        };
        let event = of_case(change.own_event(EventKind::RequestAnswered), case).on(object);
        change.record(label(event, "state", "approval-withdrawn"));
        effects.push(effect(case, EffectKind::Approval, *id.as_bytes(), now));
    }
    for id in change.db().open_proposals_by(case.person).await? {
        let answer = ProposalAnswer {
            by,
            at: now,
            word: case.reason.clone(),
        };
        change
            .db()
            .answer_proposal(id, ProposalState::Withdrawn, &answer)
            .await?;
        let event = of_case(change.own_event(EventKind::ProposalAnswered), case);
        let event = label(event, "state", "withdrawn");
        change.record(label(event, "proposal", &format!("proposal-{id}")));
        effects.push(effect(case, EffectKind::Proposal, *id.as_bytes(), now));
    }
    change.db().insert_effects(&effects).await?;
    if !effects.is_empty() {
        change.hint(Audience::Everyone, Hint::Sync);
    }
    Ok(left)
}
