//! What could be asked for at a place (`POST /v1/requests/options`), from where somebody was refused.

use super::{
    approvers::approvers,
    known::may_ask,
    rules::{self, Wanted},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{principals::named, view::View},
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    approval::{Approves, RequestSettings, SHORTEST_SECONDS},
    ids::PrincipalId,
    role::Role,
};
use claviger_protocol::{
    problem::Code,
    requests::{OptionsCall, OptionsReply, RoleOption},
};
use claviger_storage::approvals::Terms;
use std::collections::BTreeSet;

/// Roles that somebody may give here and that would give the caller something new, from least to most.
pub async fn options(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<OptionsCall>,
) -> Result<axum::Json<OptionsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let scope = match call {
        OptionsCall::Scope(scope) => scope,
        OptionsCall::Secret(secret) => {
            let found = view.db().secret(secret).await?;
            let living = found.filter(|secret| secret.deleted_at.is_none());
            living.ok_or(Code::NotFound)?.scope
        }
    };
    let place = view.place(scope).await?.ok_or(Code::NotFound)?;
    let (judge, person, circumstances) = (view.judge(), view.principal.clone(), view.circumstances);
    if !may_ask(view.db(), judge, &person, &circumstances, &place).await? {
        return Err(Code::NotFound.into());
    }
    let listed = view.listed().await?;
    let has = listed
        .rights
        .scopes
        .get(&scope)
        .map(|rights| rights.actions.clone());
    let has: BTreeSet<Action> = has.into_iter().flatten().collect();
    let engine = judge.engine(view.db()).await?;
    let mut roles: Vec<Role> = engine
        .roles()
        .filter(|role| role.may_be_held_by(person.kind()) && !role.actions.is_subset(&has))
        .cloned()
        .collect();
    roles.sort_by_key(|role| (role.actions.len(), role.id));
    let settings = judge.settings(view.db(), &place).await?;
    let rules: Vec<_> = settings
        .iter()
        .flat_map(|(_, settings)| settings.rules.clone())
        .collect();
    let mut people: BTreeSet<PrincipalId> = BTreeSet::new();
    let mut offered = Vec::new();
    for role in roles {
        let terms = Terms {
            role: role.id,
            scope,
            seconds: SHORTEST_SECONDS,
        };
        let can_approve = approvers(view.db(), judge, &place, &person, terms).await?;
        if can_approve.is_empty() {
            continue;
        }
        let mut at_once_seconds = None;
        for rule in &rules {
            let Approves::Access {
                role: given,
                most_seconds,
            } = rule.approves
            else {
                continue;
            };
            let wanted = Wanted::Access(
                Terms {
                    seconds: most_seconds,
                    ..terms
                },
                judge.now,
            );
            if given == role.id
                && rules::approving(view.db(), judge, &person, &place, wanted)
                    .await?
                    .is_some()
            {
                at_once_seconds = at_once_seconds.max(Some(most_seconds));
            }
        }
        people.extend(&can_approve);
        offered.push(RoleOption {
            role: role.id,
            name: role.name.to_string(),
            newly: role.actions.difference(&has).copied().collect(),
            approvers: can_approve,
            at_once_seconds,
        });
    }
    let sees = has.contains(&Action::SecretView);
    let reaches = if sees {
        Some(view.db().secrets_under(scope).await?)
    } else {
        None
    };
    Ok(axum::Json(OptionsReply {
        scope,
        path: place.scope.path.to_string(),
        reaches,
        roles: offered,
        steps: RequestSettings::steps_of(settings.iter().map(|(_, settings)| settings)),
        principals: named(view.db(), people).await?,
    }))
}
