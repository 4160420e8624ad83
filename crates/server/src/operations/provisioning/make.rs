//! Making a token, and letting another one follow it.

use super::{ENDED, event, may_manage, stop};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::path::Id,
    sequencer::{Acting, Change, Stop, job},
};
use axum::extract::State;
use claviger_crypto::token::OpaqueToken;
use claviger_ledger::leaf::Fact;
use claviger_model::{event::EventKind, ids::KeyId, name::Name, time::Timestamp};
use claviger_protocol::{
    problem::Code,
    provisioning::{LONGEST_DAYS, LONGEST_OVERLAP_HOURS, MOST_LIVE, MadeToken, MakeToken, RotateToken},
    wire::Token,
};
use claviger_storage::scim::ScimToken;
use std::time::Duration;

const KIND: EventKind = EventKind::ProvisioningTokenMade;
const HOUR: Duration = Duration::from_secs(3600);
/// Tokens that are looked through for live ones.
const LOOKED_AT: u32 = 10_000;

/// What a token is made with.
struct Terms {
    id: KeyId,
    name: Name,
    days: u32,
    replaces: Option<KeyId>,
}

/// Makes a token. It is shown in this reply only: whoever lost it ends it and makes another one.
pub async fn make(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<MakeToken>,
) -> Result<axum::Json<MadeToken>, Refusal> {
    let job = job::<MadeToken, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let policies = may_manage(change, &acting, KIND).await?;
            let terms = Terms {
                id: call.id,
                name: call.name,
                days: call.days,
                replaces: None,
            };
            put(change, &acting, terms, policies).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Makes a token in place of another one, which goes on for a while, so that the provider has time to take the new one.
pub async fn rotate(
    State(app): State<Shared>,
    Id(before): Id<KeyId>,
    caller: Caller,
    Json(call): Json<RotateToken>,
) -> Result<axum::Json<MadeToken>, Refusal> {
    if call.overlap_hours > LONGEST_OVERLAP_HOURS {
        return Err(Refusal::new(Code::BadRequest).detail(format!(
            "the token before can go on for {LONGEST_OVERLAP_HOURS} hours"
        )));
    }
    let job = job::<MadeToken, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let policies = may_manage(change, &acting, KIND).await?;
            let Some(old) = change.db().scim_token(before).await? else {
                return Err(change.unknown(&acting, KIND, before));
            };
            let now = change.now();
            if !old.is_live(now) {
                return Err(Refusal::new(Code::WrongState)
                    .detail("this token has ended; make a new one")
                    .into());
            }
            let terms = Terms {
                id: call.id,
                name: old.name.clone(),
                days: call.days,
                replaces: Some(old.id),
            };
            let made = put(change, &acting, terms, policies).await?;
            if call.overlap_hours == 0 {
                let event = event(change, &acting, ENDED, &old);
                stop(change, &acting, &old).await?;
                change.record(event);
            } else {
                let end = now.plus(HOUR * call.overlap_hours);
                change.db().shorten_scim_token(old.id, end).await?;
            }
            Ok(made)
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn put(
    change: &mut Change,
    acting: &Acting,
    terms: Terms,
    policies: Vec<String>,
) -> Result<MadeToken, Stop> {
    let Terms {
        id,
        name,
        days,
        replaces,
    } = terms;
    if days == 0 || days > LONGEST_DAYS {
        return Err(Refusal::new(Code::BadRequest)
            .detail(format!("a token lasts 1 to {LONGEST_DAYS} days"))
            .into());
    }
    if change.db().scim_token(id).await?.is_some() {
        // It was shown to whoever made it, and to nobody again.
        return Err(Refusal::new(Code::Conflict)
            .detail("this token was made before, and is shown once; end it and make another one")
            .into());
    }
    let now = change.now();
    let live = change.db().scim_tokens(LOOKED_AT).await?;
    if live.iter().filter(|token| token.is_live(now)).count() >= MOST_LIVE {
        return Err(Refusal::new(Code::WrongState)
            .detail(format!(
                "an organization can have {MOST_LIVE} live tokens; end one first"
            ))
            .into());
    }
    let token = OpaqueToken::random(&*change.entropy());
    let ends_at: Timestamp = now.plus(HOUR * 24 * days);
    let row = ScimToken {
        id,
        name,
        hash: *token.hash().as_bytes(),
        made_by: acting.who.principal,
        made_at: now,
        ends_at,
        last_used_at: None,
        replaces,
        ended: None,
    };
    change.db().insert_scim_token(&row).await?;
    let made = event(change, acting, KIND, &row)
        .decided_by(policies)
        .fact("ends-at", Fact::Number(ends_at.millis()))
        .fact("follows", Fact::Flag(replaces.is_some()));
    change.record(made);
    Ok(MadeToken {
        id,
        token: Token::new(token.to_text().expose().to_owned()),
        ends_at,
    })
}
