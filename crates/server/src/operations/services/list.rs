//! Services that the caller manages, answers for or may browse (`POST /v1/services/list`, `GET /v1/services/{service}`).

use super::{
    held::of,
    record::{people, records, reply},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, principals::named, state::State, view::View},
};
use axum::extract::State as Extract;
use claviger_model::ids::PrincipalId;
use claviger_protocol::{
    giving::NamePlace,
    services::{PAGE, ServiceReply, ServicesCall, ServicesReply},
};
use claviger_storage::principals::NamePlace as After;

/// Services that are looked at for one page, so that a call ends.
const LOOKED_AT: usize = 2_000;

/// One service.
pub async fn one(
    Extract(app): Extract<Shared>,
    Id(service): Id<PrincipalId>,
    caller: Caller,
) -> Result<axum::Json<ServiceReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let mut state = State::committed(&mut view);
    reply(&mut state, service).await.map(axum::Json)
}

/// A page of them, by name.
pub async fn list(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<ServicesCall>,
) -> Result<axum::Json<ServicesReply>, Refusal> {
    let most = call
        .limit
        .map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE))
        .clamp(1, PAGE);
    let mut view = View::open(&app, &caller).await?;
    let mut state = State::committed(&mut view);
    let mut after = call.after.map(|after| After {
        folded: after.folded,
        id: after.id,
    });
    let (mut found, mut looked_at) = (Vec::new(), 0);
    let page = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let more = 'pages: loop {
        let rows = state.reader.services(after.as_ref(), page).await?;
        let full = rows.len() >= PAGE;
        for (service, row) in rows {
            // One more is left, or may be: the next page tells.
            if found.len() >= most || looked_at >= LOOKED_AT {
                break 'pages true;
            }
            looked_at += 1;
            after = Some(After {
                folded: row.name.folded(),
                id: row.id,
            });
            found.extend(of(&mut state, service, row).await?.filter(|held| held.seen));
        }
        if !full {
            break false;
        }
    };
    let services = records(&mut state, found).await?;
    let principals = named(state.reader, people(&services)).await?;
    let next = after.filter(|_| more).map(|after| NamePlace {
        folded: after.folded,
        id: after.id,
    });
    Ok(axum::Json(ServicesReply {
        services,
        principals,
        next,
    }))
}
