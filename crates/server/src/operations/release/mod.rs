//! Releasing values (`POST /v1/releases`): seal, decide and commit under the lock, and only then hand out.

mod encapsulations;
mod kept;
mod prepare;

pub use encapsulations::{Encapsulated, Encapsulations};
pub use kept::KeptValues;

use crate::{
    app::Shared,
    caller::{Caller, body::Json, session},
    http::Refusal,
    sequencer::release::{Call, Committed, Done, Settled},
};
use axum::extract::State;
use claviger_crypto::sealing::ReleaseInfo;
use claviger_ledger::{edge::TileId, prove::Prover};
use claviger_protocol::{
    log::OpeningRecord,
    problem::{Code, Problem},
    release::{MAX_ITEMS, Release, ReleaseCall, ReleaseReply, ReleaseResult},
};
use claviger_storage::log::Opening;
use prepare::{Prepared, prepare, recall};
use std::collections::HashMap;

/// How often a call is prepared anew when its secrets move meanwhile.
const ATTEMPTS: usize = 5;

/// Releases values.
pub async fn release(
    State(app): State<Shared>,
    mut caller: Caller,
    Json(call): Json<ReleaseCall>,
) -> Result<axum::Json<ReleaseReply>, Refusal> {
    if call.items.is_empty() || call.items.len() > MAX_ITEMS {
        return Err(Refusal::new(Code::BadRequest).detail(format!("a call has 1 to {MAX_ITEMS} items")));
    }
    let info = ReleaseInfo {
        organization: app.organization,
        device: caller.device,
        session: caller.session,
    };
    for attempt in 0..ATTEMPTS {
        let encapsulated = app
            .encapsulations
            .of(&caller.sealing_key, info, &*app.entropy)
            .map_err(Refusal::internal)?;
        let recalled = match attempt {
            0 => recall(&app, &caller, &encapsulated, &call.items),
            _ => None,
        };
        let prepared = match recalled {
            Some(prepared) => Some(prepared),
            None => prepare(&app, &caller, &encapsulated, &call.items).await?,
        };
        let Some(Prepared { items, sealed }) = prepared else {
            // Another process made or destroyed a generation of the key-encryption key.
            app.keys.learn(&app.store).await?;
            continue;
        };
        let settled = app
            .sequencer
            .release(Call {
                caller: caller.clone(),
                items,
            })
            .await?;
        if let Settled::Done(mut done) = settled {
            if let Some(problem) = stepping_up(&mut done, &app.config.oidc.multi_factor_acr) {
                return Err(Refusal::of(problem));
            }
            return reply(&encapsulated, done, sealed).map(axum::Json);
        }
        if caller.remembered {
            caller = session::anew(&app, caller).await?;
        }
    }
    Err(Refusal::new(Code::Conflict))
}

/// A call that gets nothing but "sign in afresh" is answered so as a whole (RFC 9470), with the strictest age.
fn stepping_up(done: &mut Done, acr_values: &[String]) -> Option<Problem> {
    let mut strictest = None;
    let mut all = true;
    for item in &mut done.items {
        match item {
            Err(Problem {
                sign_in: Some(asked), ..
            }) => {
                asked.acr_values = acr_values.to_vec();
                let age = asked.max_age;
                strictest = Some(strictest.map_or(age, |known: u32| known.min(age)));
            }
            _ => all = false,
        }
    }
    strictest.filter(|_| all).map(Problem::step_up)
}

fn reply(
    encapsulated: &Encapsulated,
    done: Done,
    sealed: Vec<(u64, Vec<u8>)>,
) -> Result<ReleaseReply, Refusal> {
    let Done { commit, items } = done;
    let prover = Prover::new(&commit.appended.edge, &commit.tiles);
    let mut results = Vec::with_capacity(items.len());
    for (item, (version, sealed)) in items.into_iter().zip(sealed) {
        results.push(match item {
            Ok(place) => ReleaseResult::Released(released(&commit, &prover, place, version, sealed)?),
            Err(problem) => ReleaseResult::Refused { problem },
        });
    }
    Ok(ReleaseReply {
        encapsulated: encapsulated.encapsulation.to_bytes().into(),
        checkpoint: commit.appended.checkpoint.clone(),
        results,
    })
}

fn released(
    commit: &Committed,
    prover: &Prover<'_, HashMap<TileId, Vec<u8>>>,
    place: usize,
    version: u64,
    sealed: Vec<u8>,
) -> Result<Release, Refusal> {
    let event = commit
        .appended
        .events
        .get(place)
        .ok_or_else(|| Refusal::internal("an event without a leaf"))?;
    let index = event.placement.index;
    let proof = prover.inclusion(index).map_err(Refusal::internal)?;
    Ok(Release {
        event: event.event,
        version,
        sealed: sealed.into(),
        leaf: event.leaf.clone().into(),
        index,
        proof: proof.iter().map(|hash| (*hash.as_bytes()).into()).collect(),
        openings: commit
            .openings
            .get(place)
            .into_iter()
            .flatten()
            .map(opening)
            .collect(),
    })
}

/// An opening, for the device of somebody whom its leaf concerns.
pub fn opening(opening: &Opening) -> OpeningRecord {
    OpeningRecord {
        field: opening.field.clone(),
        key: opening.key.into(),
        value: opening.value.clone(),
    }
}
