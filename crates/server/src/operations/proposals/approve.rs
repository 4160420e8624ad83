//! Approving a proposal: by a second Owner, exactly as it was read.

use super::{
    Execution,
    answer::{KIND, end, open, read},
    content, digest, named, simulate,
};
use crate::{
    app::{App, Shared},
    caller::{Caller, body::Json},
    entitlement::Circumstances,
    http::Refusal,
    operations::{
        guardrails::{
            ahead::{Wanted, ahead, simulated},
            effect::Simulation,
        },
        path::Id,
    },
    sequencer::{Acting, Change, Stop},
};
use axum::{extract::State, http::StatusCode};
use claviger_model::{action::Action, builtin_roles::OWNER, ids::ProposalId, principal::PrincipalState};
use claviger_protocol::{
    problem::Code,
    roles::{ApproveProposal, ProposedChange},
};
use claviger_storage::proposals::{Proposal, ProposalState};

/// Approves a proposal and makes its change, by the code that makes every such change.
pub async fn approve(
    State(app): State<Shared>,
    Id(id): Id<ProposalId>,
    caller: Caller,
    Json(call): Json<ApproveProposal>,
) -> Result<StatusCode, Refusal> {
    let issuer = app.config.oidc.issuer.clone();
    let wanted = guardrail_of(&app, id).await?;
    let who = caller.clone();
    let find = || ahead(&app, &who, wanted.as_ref());
    simulated(&app, find, move |change, simulation| {
        let (caller, call, issuer) = (caller.clone(), call.clone(), issuer.clone());
        Box::pin(async move { carry_out(change, &caller, id, &call, &issuer, simulation).await })
    })
    .await
    .map(|()| StatusCode::NO_CONTENT)
}

/// The change of a guardrail that is proposed, to be simulated before the lock; none of another change.
async fn guardrail_of(app: &App, id: ProposalId) -> Result<Option<Wanted>, Refusal> {
    let row = app.store.reader().await?.proposal(id).await?;
    let open = row.filter(|row| row.state == ProposalState::Open);
    Ok(match open.map(|row| read(&row)).transpose()? {
        Some(ProposedChange::Guardrail { id, what, replaces }) => Some(Wanted { id, what, replaces }),
        _ => None,
    })
}

async fn carry_out(
    change: &mut Change,
    caller: &Caller,
    id: ProposalId,
    call: &ApproveProposal,
    issuer: &str,
    simulation: Option<Simulation>,
) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let (row, content, policies) = open(change, &acting, id).await?;
    if call.digest.0 != digest(&row) {
        return Err(Code::StalePlan.into());
    }
    second_owner(change, &acting, &row).await?;
    if let Err(refusal) = content::suits_approver(change, &acting, &content).await? {
        let event = named(change.event(acting.who, KIND), row.id).on(content::object(&content));
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    let author = author(change, &row, &content).await?;
    if content::stands(change, &author, &content, issuer).await? {
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
    let execution = Execution {
        issuer,
        author: row.author,
        approved_by: Some(acting.who.principal),
        reason: &row.reason,
        simulation,
        event: named(event, id),
    };
    content::execute(change, &content, execution).await?;
    let state = ProposalState::Executed;
    end(change, &acting, &row, &content, state, String::new()).await
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
