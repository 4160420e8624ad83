//! The blast radius, page by page (`POST /v1/offboarding/radius`).

use super::{conducted, connected, facts::Facts, named::Names};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    connected::rules::Known,
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_crypto::bytes::sha256;
use claviger_model::blast::{BlastRadius, Known as Value, Numbers, Suspect};
use claviger_protocol::{
    offboarding::radius::{After, Next, PAGE, RadiusCall, RadiusReply},
    problem::Code,
    signed::canonical,
};
use std::cmp::Reverse;

/// For those who may conduct offboarding; all others are refused, whoever or whatever they ask about.
pub async fn radius(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<RadiusCall>,
) -> Result<axum::Json<RadiusReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    let (now, (epoch, entitlements)) = (view.now(), view.ground());
    let mut facts = Facts {
        reader: view.db(),
        epoch,
        entitlements: &entitlements,
        now,
    };
    let radius = facts.radius(call.of).await?.ok_or(Code::NotFound)?;
    let (digest, numbers) = (digest(&radius)?, radius.numbers());
    let (page, next) = paged(radius, &call);
    let mut names = Names::default();
    name(&mut names, &page);
    let told = names.read(view.db()).await?;
    let known = match (call.of, call.after) {
        (Suspect::Person(person), None) => Some(Known::of(view.db(), person).await?),
        _ => None,
    };
    // No connection to the tables is held while others are asked.
    drop(view);
    let mut reply = reply(page, next, numbers, digest, now, told);
    if let Some(known) = known {
        reply.connected = connected::now(&app, &known).await?;
    }
    Ok(axum::Json(reply))
}

/// SHA-256 over the canonical form.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn digest(radius: &BlastRadius) -> Result<[u8; 32], Refusal> {
    Ok(sha256(&canonical(radius).map_err(Refusal::internal)?))
}

fn key(known: &Value) -> (Reverse<u8>, claviger_model::ids::SecretId) {
    (Reverse(known.risk.number()), known.secret)
}

/// What of it is on this page, and where its lists go on.
fn paged(radius: BlastRadius, call: &RadiusCall) -> (BlastRadius, Next) {
    let limit = call.limit.unwrap_or(PAGE).clamp(1, PAGE) as usize;
    let mut page = match call.after {
        None => radius,
        Some(after) => {
            let mut rest = BlastRadius::nothing(radius.of);
            match after {
                After::Known { risk, secret } => {
                    rest.known = radius.known;
                    rest.known
                        .retain(|known| key(known) > (Reverse(risk.number()), secret));
                }
                After::Reach { scope } => {
                    rest.reach = radius.reach;
                    rest.reach.retain(|reached| reached.scope > scope);
                }
                After::Reachers { principal } => {
                    rest.reachers = radius.reachers;
                    rest.reachers.retain(|one| one.principal > principal);
                }
                After::Alone { shown } => {
                    rest.alone = radius.alone.into_iter().skip(shown as usize).collect()
                }
            }
            rest
        }
    };
    let before = match call.after {
        Some(After::Alone { shown }) => shown,
        _ => 0,
    };
    let mut next = Next::default();
    if page.known.len() > limit {
        page.known.truncate(limit);
        next.known = page.known.last().map(|known| After::Known {
            risk: known.risk,
            secret: known.secret,
        });
    }
    if page.reach.len() > limit {
        page.reach.truncate(limit);
        next.reach = page
            .reach
            .last()
            .map(|reached| After::Reach { scope: reached.scope });
    }
    if page.reachers.len() > limit {
        page.reachers.truncate(limit);
        next.reachers = page.reachers.last().map(|last| After::Reachers {
            principal: last.principal,
        });
    }
    if page.alone.len() > limit {
        page.alone.truncate(limit);
        let shown = u32::try_from(limit).unwrap_or(u32::MAX);
        next.alone = Some(After::Alone {
            shown: before.saturating_add(shown),
        });
    }
    (page, next)
}

fn name(names: &mut Names, page: &BlastRadius) {
    page.known.iter().for_each(|known| names.known(known));
    page.alone.iter().for_each(|alone| names.alone(alone));
    for reached in &page.reach {
        names.scope(reached.scope);
    }
    for grant in &page.grants {
        names.scope(grant.scope);
        if let Some(team) = grant.team {
            names.person(team);
        }
    }
    for one in &page.reachers {
        names.person(one.principal);
        for grant in &one.through {
            names.scope(grant.scope);
            if let Some(team) = grant.team {
                names.person(team);
            }
        }
    }
    for right in &page.emergency {
        names.scope(right.scope);
    }
    for device in &page.devices {
        names.device(device.device);
    }
    for session in &page.sessions {
        names.device(session.device);
    }
    for key in &page.keys {
        names.person(key.service);
    }
    match page.of {
        claviger_model::blast::Suspect::Person(id) | claviger_model::blast::Suspect::Service(id) => {
            names.person(id);
        }
        claviger_model::blast::Suspect::Device(id) => names.device(id),
        claviger_model::blast::Suspect::Secret(id) => names.secret(id),
        claviger_model::blast::Suspect::Session(_) => {}
    }
}

fn reply(
    page: BlastRadius,
    next: Next,
    numbers: Numbers,
    digest: [u8; 32],
    at: claviger_model::time::Timestamp,
    told: super::named::Told,
) -> RadiusReply {
    RadiusReply {
        of: page.of,
        at,
        digest: digest.into(),
        numbers,
        known: page.known,
        reach: page.reach,
        alone: page.alone,
        reachers: page.reachers,
        grants: page.grants,
        emergency: page.emergency,
        waiting: page.waiting,
        devices: page.devices,
        sessions: page.sessions,
        keys: page.keys,
        connected: Vec::new(),
        next,
        principals: told.principals,
        scopes: told.scopes,
        secrets: told.secrets,
        named_devices: told.devices,
    }
}
