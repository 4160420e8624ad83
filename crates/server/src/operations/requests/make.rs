//! Asking (`POST /v1/requests`): for a rotation, or for access to a place that the caller may know of.

use super::{
    give,
    known::may_ask,
    record::{Seen, records},
    rules::{self, Wanted as ByRule},
    terms::{self, Judge},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::{Epoch, Place},
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
    approval::{LONGEST_SECONDS, SHORTEST_SECONDS},
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
use std::sync::Arc;

const KIND: EventKind = EventKind::RequestMade;
/// How many open requests one person can have.
pub const OPEN_AT_ONCE: u64 = 20;

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
    let terms = terms::asked(&request).ok_or(Code::Internal)?;
    let wanted = ByRule::Access(terms, begin);
    if let Some(by) = rules::approving(change.db(), judge, &acting.principal, &place, wanted).await? {
        give::by_rule(change, &request, &by, terms, begin).await?;
    }
    change.hint(Audience::Everyone, Hint::Sync);
    told(change, acting, id).await
}

/// The place, where the caller may ask for this; not found where they may not know of it.
async fn askable(
    change: &mut Change,
    acting: &Acting,
    scope: ScopeId,
    asked: Asked,
) -> Result<Arc<Place>, Stop> {
    let Asked::Access {
        role,
        secret,
        seconds,
        ..
    } = asked
    else {
        return Err(Code::Internal.into());
    };
    let Some(place) = change.place(scope).await? else {
        return Err(change.unknown(acting, KIND, scope));
    };
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    if !may_ask(
        change.db(),
        judge,
        &acting.principal,
        &acting.circumstances,
        &place,
    )
    .await?
    {
        return Err(change.unknown(acting, KIND, scope));
    }
    if let Some(secret) = secret {
        let found = change.db().secret(secret).await?;
        if !found.is_some_and(|found| found.scope == scope && found.deleted_at.is_none()) {
            return Err(change.unknown(acting, KIND, secret));
        }
    }
    let engine = judge.engine(change.db()).await?;
    let Some(role) = engine.role(role) else {
        return Err(Refusal::new(Code::NotFound)
            .detail("there is no such role")
            .into());
    };
    if !role.may_be_held_by(acting.principal.kind()) {
        return Err(Refusal::new(Code::WrongState)
            .detail("a service identity cannot hold this role")
            .into());
    }
    if !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) {
        return Err(Refusal::new(Code::BadRequest)
            .detail("access can be asked for from 5 minutes to 90 days")
            .into());
    }
    Ok(place)
}

async fn within_limit(change: &mut Change, acting: &Acting, scope: ScopeId) -> Result<(), Stop> {
    let since = terms::open_since(change.now());
    let open = change.db().open_requests_of(acting.who.principal, since).await?;
    if open < OPEN_AT_ONCE {
        return Ok(());
    }
    let object = Object {
        scope: Some(scope),
        ..Object::default()
    };
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .refused(Code::RequestLimit);
    let refusal = Refusal::new(Code::RequestLimit).detail(format!(
        "{OPEN_AT_ONCE} of your requests wait for an answer; take one back, or wait"
    ));
    Err(Stop::Refused(refusal, Box::new(event)))
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
        circumstances: &acting.circumstances,
    };
    let found = records(change.db(), seen, &[request]).await?;
    Ok(found.into_iter().next().ok_or(Code::Internal)?)
}
