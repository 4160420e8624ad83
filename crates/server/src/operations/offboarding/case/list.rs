//! Cases, newest first, and one of them.

use super::record;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        offboarding::{conducted, named::Names},
        path::Id,
        view::View,
    },
};
use axum::extract::State;
use claviger_model::{ids::CaseId, offboarding::Case};
use claviger_protocol::{
    offboarding::cases::{CaseLine, CaseRecord, CasesCall, CasesReply, PAGE},
    problem::Code,
};
use claviger_storage::offboarding::BeforeCase;

/// A page of them.
pub async fn list(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CasesCall>,
) -> Result<axum::Json<CasesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    let before = match call.before {
        Some(id) => {
            let case = view.db().case(id).await?.ok_or(Code::NotFound)?;
            Some(BeforeCase {
                opened_at: case.opened_at,
                id,
            })
        }
        None => None,
    };
    // One more than a page, which tells whether another one follows.
    let mut found = view.db().cases(call.open, before, PAGE.saturating_add(1)).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let (mut cases, mut names) = (Vec::with_capacity(found.len()), Names::default());
    for case in found {
        names.person(case.person);
        if let Some(by) = case.opened_by {
            names.person(by);
        }
        let open_rotations = view.db().count_open_rotations(case.id).await?;
        cases.push(line(case, open_rotations));
    }
    let told = names.read(view.db()).await?;
    Ok(axum::Json(CasesReply {
        cases,
        more,
        principals: told.principals,
    }))
}

fn line(case: Case, open_rotations: u64) -> CaseLine {
    CaseLine {
        id: case.id,
        person: case.person,
        cause: case.cause,
        state: case.state,
        opened_by: case.opened_by,
        opened_at: case.opened_at,
        start: case.start,
        begun_at: case.begun.map(|begun| begun.at),
        brake: case.brake,
        closed_at: case.closed.map(|closed| closed.at),
        open_rotations,
    }
}

/// One case.
pub async fn one(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
) -> Result<axum::Json<CaseRecord>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    let case = view.db().case(id).await?.ok_or(Code::NotFound)?;
    let by = view.principal.id;
    record::record(view.db(), case, Some(by)).await.map(axum::Json)
}
