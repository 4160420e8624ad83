//! The end of a proposal: refused, or taken back; approving is in `approve`.

use super::{content, named, object_at_root};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, words},
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{event::EventKind, grant::MAX_REASON_BYTES, ids::ProposalId};
use claviger_protocol::{
    problem::Code,
    roles::{ProposedChange, RefuseProposal},
    stream::Hint,
};
use claviger_storage::proposals::{Proposal, ProposalAnswer, ProposalState};

pub(super) const KIND: EventKind = EventKind::ProposalAnswered;

/// Says no, with a word.
pub async fn refuse(
    State(app): State<Shared>,
    Id(id): Id<ProposalId>,
    caller: Caller,
    Json(call): Json<RefuseProposal>,
) -> Result<StatusCode, Refusal> {
    let words = words::checked(&call.words, MAX_REASON_BYTES)?;
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let (row, content, _) = open(change, &acting, id).await?;
            if row.author == acting.who.principal {
                return Err(Code::SeparationOfDuties.into());
            }
            end(change, &acting, &row, &content, ProposalState::Refused, words).await
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes one's own proposal back.
pub async fn withdraw(
    State(app): State<Shared>,
    Id(id): Id<ProposalId>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let own = change.db().proposal(id).await?;
            let Some(row) = own.filter(|row| row.author == acting.who.principal) else {
                return Err(change.unknown(&acting, KIND, id));
            };
            let content = read(&row)?;
            if row.state != ProposalState::Open {
                return Err(Code::WrongState.into());
            }
            end(
                change,
                &acting,
                &row,
                &content,
                ProposalState::Withdrawn,
                String::new(),
            )
            .await
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

/// A proposal that can still be answered, for those who have the right to its change.
pub(super) async fn open(
    change: &mut Change,
    acting: &Acting,
    id: ProposalId,
) -> Result<(Proposal, ProposedChange, Vec<String>), Stop> {
    let Some(row) = change.db().proposal(id).await? else {
        return Err(change.unknown(acting, KIND, id));
    };
    let content = read(&row)?;
    let policies = object_at_root(
        change,
        acting,
        content::action(&content),
        KIND,
        content::object(&content),
    )
    .await?;
    if row.state != ProposalState::Open {
        return Err(Code::WrongState.into());
    }
    if row.expires_at <= change.now() {
        return Err(Refusal::new(Code::WrongState)
            .detail("nobody approved it in time; it has to be proposed again")
            .into());
    }
    Ok((row, content, policies))
}

/// Writes the answer, with its event.
pub(super) async fn end(
    change: &mut Change,
    acting: &Acting,
    row: &Proposal,
    content: &ProposedChange,
    state: ProposalState,
    word: String,
) -> Result<(), Stop> {
    let answer = ProposalAnswer {
        by: acting.who.principal,
        at: change.now(),
        word: word.clone(),
    };
    change.db().answer_proposal(row.id, state, &answer).await?;
    let mut event = named(change.event(acting.who, KIND), row.id)
        .on(content::object(content))
        .concerning(row.author);
    let label = match state {
        ProposalState::Open => "open",
        ProposalState::Executed => "executed",
        ProposalState::Refused => "refused",
        ProposalState::Withdrawn => "withdrawn",
    };
    if let Ok(label) = Label::new(label) {
        event = event.fact("state", Fact::Label(label));
    }
    if !word.is_empty() {
        event = event.because(word);
    }
    change.record(event);
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}

pub(super) fn read(row: &Proposal) -> Result<ProposedChange, Refusal> {
    serde_json::from_str(&row.content).map_err(Refusal::internal)
}
