//! Asking (`POST /v1/requests`): for a rotation, or for access to a place that the caller may know of.

use super::{
    askable::{askable, within_limit},
    give,
    record::{Seen, records},
    rules::{self, Wanted as ByRule},
    terms::{self, Judge},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::{Epoch, best::after_step_up},
    http::Refusal,
    operations::{
        secrets::locate::{Wanted, locate, object},
        words,
    },
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::{RequestId, ScopeId, SecretId},
};
use claviger_protocol::{
    problem::Code,
    requests::{MAX_WORDS, MakeRequest, RequestRecord, Want},
    stream::Hint,
};
use claviger_storage::{
    approvals::Step,
    requests::{Asked, Request, RequestState},
};

pub(super) const KIND: EventKind = EventKind::RequestMade;

/// Makes a request; a repeated call makes the same one.
pub async fn make(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<MakeRequest>,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let most = match call.want {
        Want::Rotation { .. } => MAX_WORDS,
        Want::Access { .. } => MAX_REASON_BYTES,
    };
    let reason = words::checked(&call.reason, most)?;
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            match call.want {
                Want::Rotation { secret } => rotation(change, &acting, call.id, secret, reason).await,
                Want::Access {
                    role,
                    scope,
                    secret,
                    seconds,
                    extends,
                } => {
                    let asked = Asked::Access {
                        role,
                        secret,
                        seconds,
                        extends,
                    };
                    access(change, &acting, call.id, (asked, scope), reason).await
                }
            }
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn rotation(
    change: &mut Change,
    acting: &Acting,
    id: RequestId,
    secret: SecretId,
    reason: String,
) -> Result<RequestRecord, Stop> {
    let wanted = Wanted {
        secret,
        action: Action::RotationRequest,
        kind: KIND,
        in_bin: false,
    };
    let located = locate(change, acting, wanted).await?;
    let asked = Asked::Rotation { secret };
    let scope = located.secret.scope;
    if let Some(known) = repeated(change, acting, id, (asked, scope)).await? {
        return Ok(known);
    }
    within_limit(change, acting, scope).await?;
    let request = row(change, acting, id, (asked, scope), reason);
    change.db().insert_request(&request).await?;
    let object = Object {
        request: Some(id),
        ..object(&located.secret)
    };
    let event = located.event(change, acting, KIND).on(object.clone());
    change.record(event.because(request.reason.clone()));
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let place = &located.place;
    if let Some(by) = rules::approving(change.db(), judge, &acting.principal, place, ByRule::Rotation).await?
    {
        let step = Step {
            request: id,
            by: by.author.id,
            at: judge.now,
            terms: None,
            word: by.rule.name.to_string(),
        };
        change.db().insert_step(&step).await?;
        let object = Object {
            policy: Some(by.rule.id),
            ..object
        };
        let event = change.own_event(EventKind::RequestAnswered).on(object);
        let event = event.concerning(acting.who.principal).concerning(by.author.id);
        change.record(give::state(event, "approved-by-rule"));
    }
    change.hint(Audience::Everyone, Hint::Sync);
    told(change, acting, id).await
}

async fn access(
    change: &mut Change,
    acting: &Acting,
    id: RequestId,
    (asked, scope): (Asked, ScopeId),
    reason: String,
) -> Result<RequestRecord, Stop> {
    let place = askable(change, acting, scope, asked).await?;
    if let Some(known) = repeated(change, acting, id, (asked, scope)).await? {
        return Ok(known);
    }
    let request = row(change, acting, id, (asked, scope), reason);
    let begin = give::begin(change, &request, None).await?;
    let terms = terms::asked(&request).ok_or(Code::Internal)?;
    give::ending(change, terms, begin)?;
    within_limit(change, acting, scope).await?;
    change.db().insert_request(&request).await?;
    let event = change.event(acting.who, KIND).on(give::object(&request)).commit(
        NAME,
        place.scope.path.to_string(),
        None,
    );
    change.record(event.because(request.reason.clone()));
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let wanted = ByRule::Access(terms, begin);
    if let Some(by) = rules::approving(change.db(), judge, &acting.principal, &place, wanted).await? {
        give::by_rule(change, &request, &by, terms, begin).await?;
    }
    change.hint(Audience::Everyone, Hint::Sync);
    told(change, acting, id).await
}

async fn repeated(
    change: &mut Change,
    acting: &Acting,
    id: RequestId,
    (asked, scope): (Asked, ScopeId),
) -> Result<Option<RequestRecord>, Stop> {
    let Some(known) = change.db().request(id).await? else {
        return Ok(None);
    };
    let moved = matches!(asked, Asked::Rotation { .. });
    let same =
        known.asked_by == acting.who.principal && known.asked == asked && (moved || known.scope == scope);
    if !same {
        return Err(Code::Conflict.into());
    }
    told(change, acting, id).await.map(Some)
}

fn row(
    change: &Change,
    acting: &Acting,
    id: RequestId,
    (asked, scope): (Asked, ScopeId),
    reason: String,
) -> Request {
    Request {
        id,
        asked,
        scope,
        asked_by: acting.who.principal,
        asked_at: change.now(),
        reason,
        state: RequestState::Open,
        answer: None,
    }
}

/// For judging in a transaction as it stands.
///
/// # Errors
/// When the tables cannot be read.
pub async fn judge<'a>(
    change: &mut Change,
    entitlements: &'a crate::entitlement::Entitlements,
) -> Result<Judge<'a>, Stop> {
    Ok(Judge {
        entitlements,
        epoch: Epoch::of(change.db()).await?,
        now: change.now(),
    })
}

/// A request as the caller sees it now.
///
/// # Errors
/// When it cannot be read.
pub async fn told(change: &mut Change, acting: &Acting, id: RequestId) -> Result<RequestRecord, Stop> {
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let request = change.db().request(id).await?.ok_or(Code::Internal)?;
    let seen = Seen {
        judge,
        by: &acting.principal,
        circumstances: &after_step_up(acting.circumstances),
    };
    let found = records(change.db(), seen, &[request]).await?;
    Ok(found.into_iter().next().ok_or(Code::Internal)?)
}
