//! The end of a proposal: approved by a second Owner, refused, or taken back.

use super::{content, digest, named, object_at_root, simulate};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Circumstances,
    http::Refusal,
    operations::{path::Id, words},
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    action::Action, builtin_roles::OWNER, event::EventKind, grant::MAX_REASON_BYTES, ids::ProposalId,
    principal::PrincipalState,
};
use claviger_protocol::{
    problem::Code,
    roles::{ApproveProposal, ProposedChange, RefuseProposal},
    stream::Hint,
};
use claviger_storage::proposals::{Proposal, ProposalAnswer, ProposalState};

const KIND: EventKind = EventKind::ProposalAnswered;

/// Approves a proposal and makes its change, by the code that makes every such change.
pub async fn approve(
    State(app): State<Shared>,
    Id(id): Id<ProposalId>,
    caller: Caller,
    Json(call): Json<ApproveProposal>,
) -> Result<StatusCode, Refusal> {
    let issuer = app.config.oidc.issuer.clone();
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let (row, content, policies) = open(change, &acting, id).await?;
            if call.digest.0 != digest(&row) {
                return Err(Code::StalePlan.into());
            }
            second_owner(change, &acting, &row).await?;
            let author = author(change, &row, &content).await?;
            if content::stands(change, &author, &content, &issuer).await? {
                return Err(Code::WrongState.into());
            }
            let widens = simulate::simulate(change, &author, &content).await?;
            if serde_json::to_value(&widens).map_err(Refusal::internal)? != row.widens {
                return Err(Code::StalePlan.into());
            }
            let event = change
                .event(acting.who, content::kind(&content))
                .on(content::object(&content))
                .concerning(row.author)
                .decided_by(policies)
                .because(row.reason.clone());
            content::execute(change, &content, &issuer, named(event, id)).await?;
            end(
                change,
                &acting,
                &row,
                &content,
                ProposalState::Executed,
                String::new(),
            )
            .await
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

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
async fn open(
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

/// Another person than the author, who is an Owner here and now.
async fn second_owner(change: &mut Change, acting: &Acting, row: &Proposal) -> Result<(), Stop> {
    let content = read(row)?;
    let event = named(change.event(acting.who, KIND), row.id).on(content::object(&content));
    if row.author == acting.who.principal {
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = change.place(root.id).await?.ok_or(Code::NotFound)?;
    let answer = change.decide(acting, content::action(&content), &place).await?;
    for grant in &answer.decision.grants {
        if change
            .db()
            .grant(*grant)
            .await?
            .is_some_and(|grant| grant.role == OWNER)
        {
            return Ok(());
        }
    }
    Err(change.refuse(event, Code::Forbidden))
}

/// The author, who must still have the right; signed in as well as can be, since they are not here.
async fn author(change: &mut Change, row: &Proposal, content: &ProposedChange) -> Result<Acting, Stop> {
    let now = change.now();
    let principal = change.db().principal(row.author).await?.ok_or(Code::WrongState)?;
    let devices = change.db().devices_of(row.author).await?;
    let device = devices.into_iter().next().ok_or(Code::WrongState)?;
    let who = crate::events::Who {
        principal: principal.id,
        service: false,
        session: None,
        device: None,
        call: claviger_model::ids::CallId::random(&*change.entropy()),
        address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        device_time: None,
    };
    let acting = Acting {
        who,
        principal,
        device,
        circumstances: Circumstances {
            now,
            multi_factor_at: Some(now),
            enrolled_device: true,
            source: None,
        },
    };
    let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = change.place(root.id).await?.ok_or(Code::NotFound)?;
    let action: Action = content::action(content);
    let may = change.decide(&acting, action, &place).await?.decision.allowed;
    if acting.principal.state == PrincipalState::Active && may {
        Ok(acting)
    } else {
        Err(Refusal::new(Code::WrongState)
            .detail("its author may not do this any more")
            .into())
    }
}

async fn end(
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
