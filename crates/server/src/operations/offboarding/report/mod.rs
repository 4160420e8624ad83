//! The report of a case (`GET /v1/offboarding/cases/{case}/report`): all that is told of it, with the leaves that prove it.

mod evidence;

use super::{case::record, conducted, named::Names};
use crate::{
    app::Shared,
    caller::Caller,
    http::Refusal,
    operations::{log::edge, path::Id, view::View},
    report,
};
use axum::extract::State;
use claviger_model::{
    grant::Grant,
    ids::{CaseId, GrantId, PrincipalId},
    offboarding::{Case, Effect, EffectKind, Rotation},
};
use claviger_protocol::{
    offboarding::{
        cases::EndedGrant,
        report::{EffectLine, NamedRole, Report, ReportReply, written},
    },
    problem::Code,
};
use claviger_storage::Reader;
use std::collections::BTreeSet;

/// Rows of one statement.
const PAGE: u32 = 500;

/// Makes the report of a case that has begun.
pub async fn report(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
) -> Result<axum::Json<ReportReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    let by = view.principal.id;
    let case = view.db().case(id).await?.ok_or(Code::NotFound)?;
    if case.begun.is_none() {
        return Err(Refusal::new(Code::WrongState).detail("there is a report once the case has begun"));
    }
    let report = collect(&app, view.db(), case, by).await?;
    drop(view);
    let keys = app.keys.now();
    let json = written(&report, |body| keys.orders.sign(body)).map_err(Refusal::internal)?;
    let html = report::html::page(&report, &json);
    Ok(axum::Json(ReportReply { json, html }))
}

async fn collect(
    app: &Shared,
    db: &mut dyn Reader,
    case: Case,
    made_by: PrincipalId,
) -> Result<Report, Refusal> {
    let effects = effects(db, case.id).await?;
    let rotations = rotations(db, case.id).await?;
    let head = db.committed_head().await?;
    let edge = edge(&head)?;
    let (history, reads) = evidence::leaves(db, &edge, &case, &rotations).await?;
    let devices = evidence::devices(db, case.id).await?;

    let mut names = Names::default();
    names.person(made_by);
    let grants = grants(db, &effects).await?;
    for EndedGrant { grant, .. } in &grants {
        names.scope(grant.scope);
        names.person(grant.granted_by);
    }
    for rotation in &rotations {
        names.secret(rotation.secret);
        let settled = rotation.settled.as_ref().and_then(|settled| settled.by);
        for person in rotation.owner.into_iter().chain(settled) {
            names.person(person);
        }
    }
    let told = names.read(db).await?;
    let held: BTreeSet<_> = grants.iter().map(|ended| ended.grant.role).collect();
    let roles = db.roles().await?.into_iter();
    let roles = roles
        .filter(|role| held.contains(&role.id))
        .map(|role| NamedRole {
            id: role.id,
            name: role.name.to_string(),
        });
    Ok(Report {
        organization: app.organization,
        organization_name: app.organization_name.to_string(),
        origin: app.origin.to_string(),
        made_at: app.clock.now(),
        made_by,
        case: record::record(db, case, None).await?,
        grants,
        effects: effects.iter().map(line).collect(),
        rotations: rotations.into_iter().map(super::case::rotation_record).collect(),
        devices,
        principals: told.principals,
        roles: roles.collect(),
        scopes: told.scopes,
        secrets: told.secrets,
        checkpoint: head.checkpoint,
        history,
        reads,
    })
}

fn line(effect: &Effect) -> EffectLine {
    EffectLine {
        kind: effect.kind,
        object: effect.object.into(),
        detail: effect.detail.map(Into::into),
        at: effect.at,
        restored_at: effect.restored.map(|restored| restored.at),
    }
}

async fn effects(db: &mut dyn Reader, id: CaseId) -> Result<Vec<Effect>, Refusal> {
    let (mut all, mut after): (Vec<Effect>, _) = (Vec::new(), None);
    loop {
        let page = db.case_effects(id, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|effect| (effect.kind, effect.object));
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

async fn rotations(db: &mut dyn Reader, id: CaseId) -> Result<Vec<Rotation>, Refusal> {
    let (mut all, mut after): (Vec<Rotation>, _) = (Vec::new(), None);
    loop {
        let page = db.case_rotations(id, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|last| (last.risk.number(), last.secret));
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

async fn grants(db: &mut dyn Reader, effects: &[Effect]) -> Result<Vec<EndedGrant>, Refusal> {
    let mut grants = Vec::new();
    for effect in effects.iter().filter(|effect| effect.kind == EffectKind::Grant) {
        let grant: Option<Grant> = db.grant(GrantId::from_bytes(effect.object)).await?;
        let restored_as = effect.restored.and_then(|restored| restored.as_grant);
        grants.extend(grant.map(|grant| EndedGrant { grant, restored_as }));
    }
    Ok(grants)
}
