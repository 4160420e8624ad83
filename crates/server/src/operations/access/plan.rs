//! The plan of taking from a grant (`POST /v1/grants/{grant}/plan`): what is shown, and what is then carried out.
//!
//! One function makes both, from the state that it reads; the digest of everything that it found tells whether what is carried out
//! is what was shown.

use super::{
    forecast::{Forecast, Taking, forecast},
    named::Named,
    people::{Person, Where, people},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::{Circumstances, Place},
    http::Refusal,
    operations::{
        grants::{self, delegation::holds_own_service},
        path::Id,
        state::State as Asked,
        view::View,
    },
};
use axum::extract::State;
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{DeviceId, GrantId, PrincipalId, ScopeId},
    principal::Principal,
    time::Timestamp,
};
use claviger_policy::{
    assign::{AssignRefusal, Assignment, Giver, MayAssign},
    engine::PolicyEngine,
};
use claviger_protocol::{
    grant_change::{DeviceLoss, GrantChange, GrantPlan, Instead, LossGroup, PlanGrantChange, ScopeLoss},
    problem::Code,
    signed::{Signable, canonical},
    wire::Bytes,
};
use claviger_storage::{Reader, principals::Principal as Row};
use serde::{Deserialize, Serialize};

/// People, places and devices that a plan names; all of them count for the digest.
const NAMED: usize = 200;

/// A plan, with all that it takes to carry it out.
pub struct Plan {
    /// The grant as it stands.
    pub grant: Grant,
    /// What it will be, or what takes its place.
    pub instead: Option<Grant>,
    /// From when it is missing; none for at once.
    pub at: Option<Timestamp>,
    /// What it takes.
    pub forecast: Forecast,
    /// Says which plan it is.
    pub digest: [u8; 32],
}

/// Who wants it, for the delegation of what takes the grant's place.
pub struct Asking<'a> {
    /// Who.
    pub principal: &'a Row,
    /// How and when.
    pub circumstances: Circumstances,
}

/// All that a plan found, in the form that is hashed.
#[derive(Serialize, Deserialize)]
struct Found {
    grant: Grant,
    change: GrantChange,
    losses: Vec<(Vec<PrincipalId>, Vec<ScopeLoss>)>,
    devices: Vec<(DeviceId, u64, Bytes)>,
}

impl Signable for Found {
    const TYPE: &'static str = "claviger-grant-plan-v1";
}

/// Shows the plan.
pub async fn preview(
    State(app): State<Shared>,
    Id(id): Id<GrantId>,
    caller: Caller,
    Json(call): Json<PlanGrantChange>,
) -> Result<axum::Json<GrantPlan>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let grant = view.db().grant(id).await?.ok_or(Code::NotFound)?;
    let place = view.place(grant.scope).await?.ok_or(Code::NotFound)?;
    let own = grant.principal == view.principal.id;
    if !own {
        view.demand(Action::GrantView, &place, Code::NotFound).await?;
    }
    let narrows = matches!(call.change, GrantChange::Narrow { .. });
    if !own || narrows {
        view.demand(Action::GrantRevoke, &place, Code::Forbidden).await?;
    }
    let engine = view.engine().await?;
    let now = view.now();
    let instead = replacement(&grant, call.change, now)?;
    if let Some(instead) = instead.as_ref().filter(|_| narrows) {
        let asking = Asking {
            principal: &view.principal.clone(),
            circumstances: view.circumstances,
        };
        let below = view.place(instead.scope).await?.ok_or(Code::NotFound)?;
        lesser(&engine, &grant, instead, &below)?;
        Asked::committed(&mut view)
            .signed_in_enough(Action::GrantAssign, &below)
            .await?;
        may_give(view.db(), &engine, &asking, instead, &below).await?;
    }
    let plan = make(view.db(), &engine, grant, instead, call.change, now).await?;
    shown(view.db(), plan).await.map(axum::Json)
}

/// What the grant becomes; none when nothing is left of it.
///
/// # Errors
/// When it is over, or the change is none.
pub fn replacement(grant: &Grant, change: GrantChange, now: Timestamp) -> Result<Option<Grant>, Refusal> {
    if grant.ended.is_some() || grant.expires_at.is_some_and(|end| end <= now) {
        return Err(Code::WrongState.into());
    }
    let wrong = |detail: &str| Err(Refusal::new(Code::BadRequest).detail(detail));
    match change {
        GrantChange::Revoke => Ok(None),
        GrantChange::Shorten { expires_at } => {
            if expires_at <= now || grant.not_before.is_some_and(|start| expires_at <= start) {
                return wrong("the end must come after the start and after now");
            }
            if grant.expires_at.is_some_and(|end| end <= expires_at) {
                return wrong("the grant ends before that already");
            }
            Ok(Some(Grant {
                expires_at: Some(expires_at),
                ..grant.clone()
            }))
        }
        GrantChange::Narrow { .. } if grant.conditions.is_emergency() => {
            wrong("emergency access is ended, not narrowed")
        }
        GrantChange::Narrow { role, scope } => {
            let instead = Grant {
                role: role.unwrap_or(grant.role),
                scope: scope.unwrap_or(grant.scope),
                ..grant.clone()
            };
            if (instead.role, instead.scope) == (grant.role, grant.scope) {
                return wrong("the grant would stay as it is");
            }
            Ok(Some(instead))
        }
    }
}

/// Whether what takes a grant's place is less: no action more, nothing more to grant, at the place or below.
///
/// # Errors
/// When it is not.
pub fn lesser(engine: &PolicyEngine, grant: &Grant, instead: &Grant, place: &Place) -> Result<(), Refusal> {
    let wrong = |detail: &str| Refusal::new(Code::BadRequest).detail(detail);
    let new = engine.role(instead.role).ok_or(Code::NotFound)?;
    let old = engine.role(grant.role);
    let no_more = old.is_some_and(|old| {
        let every = |mine: &claviger_model::role::MayGrant| match mine {
            claviger_model::role::MayGrant::Roles(roles) => {
                roles.iter().all(|role| old.may_grant.includes(*role))
            }
            claviger_model::role::MayGrant::Every => old.may_grant == *mine,
        };
        new.actions.is_subset(&old.actions) && every(&new.may_grant)
    });
    if !no_more {
        return Err(wrong("the role can do more than the one that it would replace"));
    }
    if !place.resource.chain.contains(&grant.scope) {
        return Err(wrong("the place is not below the one that it would replace"));
    }
    Ok(())
}

/// Whether the one who asks may give what takes the grant's place.
///
/// # Errors
/// When they may not, in the words of the rule that says so.
pub async fn may_give(
    db: &mut dyn Reader,
    engine: &PolicyEngine,
    asking: &Asking<'_>,
    instead: &Grant,
    place: &Place,
) -> Result<MayAssign, Refusal> {
    let now = asking.circumstances.now;
    let chain = &place.resource.chain;
    let found = people(db, vec![asking.principal.clone()], Where::At(chain), now).await?;
    let giver: &Person = found.first().ok_or(Code::NotFound)?;
    let row = db.principal(instead.principal).await?.ok_or(Code::NotFound)?;
    let along = giver.along(chain);
    // As when it is given: who holds a key of a service gives it nothing, not even less.
    if holds_own_service(db, &giver.caller, &row, now).await? {
        return Err(grants::refusal(&AssignRefusal::ToOwnService));
    }
    let receiver = Principal {
        id: row.id,
        name: row.name,
        state: row.state,
        nature: row.nature,
    };
    let may = engine.may_assign(
        &Giver {
            caller: &giver.caller,
            grants: &along,
            circumstances: &asking.circumstances,
        },
        &Assignment {
            role: instead.role,
            receiver: &receiver,
            scope: &place.resource,
            not_before: instead.not_before,
            expires_at: instead.expires_at,
        },
    );
    may.map_err(|refused| grants::refusal(&refused))
}

/// Makes the plan of a change that is in order.
///
/// # Errors
/// When the tables cannot be read.
pub async fn make(
    db: &mut dyn Reader,
    engine: &PolicyEngine,
    grant: Grant,
    instead: Option<Grant>,
    change: GrantChange,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    let at = match change {
        GrantChange::Shorten { expires_at } => expires_at,
        // What has not begun yet is missing from its beginning.
        GrantChange::Revoke | GrantChange::Narrow { .. } => grant.not_before.unwrap_or(now).max(now),
    };
    let taking = Taking {
        grant: &grant,
        instead: instead.as_ref(),
        at,
        now,
    };
    let forecast = forecast(db, engine, &taking).await?;
    let scope_losses = |loss: &super::forecast::Loss| -> Vec<ScopeLoss> {
        loss.iter()
            .map(|(scope, actions)| ScopeLoss {
                scope: *scope,
                secrets: forecast.secrets.get(scope).copied().unwrap_or(0),
                actions: actions.iter().copied().collect(),
            })
            .collect()
    };
    let found = Found {
        grant: grant.clone(),
        change,
        losses: forecast
            .losses
            .iter()
            .map(|(loss, people)| (people.clone(), scope_losses(loss)))
            .collect(),
        devices: forecast
            .devices
            .iter()
            .map(|(device, doomed)| (*device, doomed.leases, Bytes::from(doomed.digest)))
            .collect(),
    };
    let digest = sha256(&canonical(&found).map_err(Refusal::internal)?);
    Ok(Plan {
        at: (at > now).then_some(at),
        grant,
        instead,
        forecast,
        digest,
    })
}

async fn shown(db: &mut dyn Reader, plan: Plan) -> Result<GrantPlan, Refusal> {
    let Plan {
        grant,
        instead,
        at,
        forecast,
        digest,
    } = plan;
    let mut named = Named::default();
    named.person(grant.principal);
    named.person(grant.granted_by);
    named.scope(grant.scope);
    let instead = instead.map(|instead| Instead {
        role: instead.role,
        scope: instead.scope,
    });
    if let Some(instead) = instead {
        named.scope(instead.scope);
    }
    let secrets = |scope: &ScopeId| forecast.secrets.get(scope).copied().unwrap_or(0);
    let mut losses: Vec<_> = forecast
        .losses
        .iter()
        .map(|(loss, people)| LossGroup {
            people: people.iter().take(NAMED).copied().collect(),
            people_total: people.len() as u64,
            scopes: loss
                .iter()
                .take(NAMED)
                .map(|(scope, actions)| ScopeLoss {
                    scope: *scope,
                    secrets: secrets(scope),
                    actions: actions.iter().copied().collect(),
                })
                .collect(),
            scopes_total: loss.len() as u64,
            secrets_total: loss.keys().map(secrets).sum(),
        })
        .collect();
    losses.sort_by_key(|group| std::cmp::Reverse(group.people_total));
    losses.truncate(NAMED);
    for group in &losses {
        group.people.iter().for_each(|person| named.person(*person));
        group.scopes.iter().for_each(|loss| named.scope(loss.scope));
    }
    let devices: Vec<_> = forecast
        .devices
        .iter()
        .take(NAMED)
        .map(|(device, doomed)| DeviceLoss {
            principal: doomed.person,
            device: *device,
            name: doomed.name.clone(),
            leases: doomed.leases,
        })
        .collect();
    devices.iter().for_each(|device| named.person(device.principal));
    let (principals, scopes) = named.read(db).await?;
    Ok(GrantPlan {
        digest: Bytes::from(digest),
        grant,
        instead,
        at,
        losses,
        reached: forecast.reached,
        devices,
        devices_total: forecast.devices.len() as u64,
        leases_total: forecast.devices.values().map(|doomed| doomed.leases).sum(),
        principals,
        scopes,
    })
}
