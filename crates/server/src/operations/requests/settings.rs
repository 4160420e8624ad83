//! How a scope approves (`GET` and `PUT /v1/scopes/{scope}/requests`).

use super::make::judge;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::Refusal,
    operations::{grants::delegation, path::Id, view::View},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    action::Action,
    approval::{
        ApprovalRule, Approves, LONGEST_SECONDS, MAX_RULES, MAX_STEPS, RequestSettings, SHORTEST_SECONDS,
    },
    event::EventKind,
    ids::ScopeId,
    principal::PrincipalKind,
};
use claviger_policy::hours::zone_is_known;
use claviger_protocol::{
    problem::Code,
    requests::{RequestSettingsReply, SetRequestSettings},
    stream::Hint,
};
use std::{collections::BTreeSet, time::Duration};

const KIND: EventKind = EventKind::ScopeEdited;

/// For those who see the scope and can edit it or answer requests there.
pub async fn read(
    State(app): State<Shared>,
    Id(id): Id<ScopeId>,
    caller: Caller,
) -> Result<axum::Json<RequestSettingsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let place = view.place(id).await?.ok_or(Code::NotFound)?;
    let edits = view.decide(Action::ScopeEdit, &place).await?.decision.allowed;
    let answers = view.decide(Action::RequestAnswer, &place).await?.decision.allowed;
    if !(edits || answers) {
        let sees = view.decide(Action::ScopeView, &place).await?.decision.allowed;
        return Err(if sees { Code::Forbidden } else { Code::NotFound }.into());
    }
    let judge = view.judge();
    let settings = judge.settings(view.db(), &place).await?;
    Ok(axum::Json(reply(id, &settings)))
}

fn reply(id: ScopeId, settings: &[(ScopeId, RequestSettings)]) -> RequestSettingsReply {
    let chain = || settings.iter().map(|(_, settings)| settings);
    let here = settings.iter().find(|(scope, _)| *scope == id);
    RequestSettingsReply {
        here: here.map(|(_, settings)| settings.clone()).unwrap_or_default(),
        steps: RequestSettings::steps_of(chain()),
        rotations_need_approval: RequestSettings::rotation_needs_approval(chain()),
    }
}

/// Sets them. A rule that is new or differs becomes its editor's own, who must be able to give to its teams by hand what it gives.
pub async fn set(
    State(app): State<Shared>,
    Id(id): Id<ScopeId>,
    caller: Caller,
    Json(call): Json<SetRequestSettings>,
) -> Result<axum::Json<RequestSettingsReply>, Refusal> {
    well_formed(&call.after)?;
    let job = job::<RequestSettingsReply, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let Some(place) = change.place(id).await? else {
                return Err(change.unknown(&acting, KIND, id));
            };
            let object = Object {
                scope: Some(id),
                ..Object::default()
            };
            let demand = Demand {
                action: Action::ScopeEdit,
                place: &place,
                kind: KIND,
                known_by: Action::ScopeView,
                object: object.clone(),
                asked: &id,
            };
            let policies = change.demand(&acting, demand).await?.policies();
            let here = change.db().request_settings(&[id]).await?;
            let here = here
                .into_iter()
                .next()
                .map(|(_, settings)| settings)
                .unwrap_or_default();
            let mut after = call.after;
            for rule in &mut after.rules {
                let known = here.rules.contains(rule);
                if !known {
                    rule.author = acting.who.principal;
                    may_write(change, &acting, &place, rule).await?;
                }
            }
            let now = change.now();
            if after != here {
                if here != call.before {
                    return Err(Code::Conflict.into());
                }
                change.db().put_request_settings(id, &after, now).await?;
                let rules = Fact::Number(i64::try_from(after.rules.len()).unwrap_or(i64::MAX));
                let mut event = change
                    .event(acting.who, KIND)
                    .on(object)
                    .decided_by(policies)
                    .fact("approval-rules", rules)
                    .commit(NAME, place.scope.path.to_string(), None);
                if let Some(steps) = after.steps {
                    event = event.fact("approval-steps", Fact::Number(steps.into()));
                }
                if let Some(needs) = after.rotations_need_approval {
                    event = event.fact("rotations-need-approval", Fact::Flag(needs));
                }
                change.record(event);
                change.hint(Audience::Everyone, Hint::Sync);
            }
            let entitlements = change.entitlements();
            let judge = judge(change, &entitlements).await?;
            let settings = judge.settings(change.db(), &place).await?;
            Ok(reply(id, &settings))
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

fn well_formed(settings: &RequestSettings) -> Result<(), Refusal> {
    let bad = |words: &str| Err(Refusal::new(Code::BadRequest).detail(words));
    if settings
        .steps
        .is_some_and(|steps| !(1..=MAX_STEPS).contains(&steps))
    {
        return bad("from 1 to 5 people can be asked to approve");
    }
    if settings.rules.len() > MAX_RULES {
        return bad("a scope can have 50 rules at most");
    }
    let ids: BTreeSet<_> = settings.rules.iter().map(|rule| rule.id).collect();
    if ids.len() < settings.rules.len() {
        return bad("two rules have the same id");
    }
    for rule in &settings.rules {
        if rule.teams.is_empty() {
            return bad("a rule names the teams that it is for");
        }
        if let Approves::Access { most_seconds, .. } = rule.approves
            && !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&most_seconds)
        {
            return bad("a rule gives access for 5 minutes to 90 days");
        }
        if rule.conditions.emergency {
            return bad("emergency access is drawn, never given");
        }
        let hours = rule.conditions.hours.as_ref();
        if hours.is_some_and(|hours| !zone_is_known(&hours.zone)) {
            return bad("the time zone is not known");
        }
    }
    Ok(())
}

/// Whether the editor could give this to each of the rule's teams by hand, and answer requests here; a team that they are in is
/// refused by the same function.
async fn may_write(
    change: &mut Change,
    acting: &Acting,
    place: &Place,
    rule: &ApprovalRule,
) -> Result<(), Stop> {
    let object = Object {
        scope: Some(place.id()),
        policy: Some(rule.id),
        ..Object::default()
    };
    let demand = Demand {
        action: Action::RequestAnswer,
        place,
        kind: KIND,
        known_by: Action::ScopeView,
        object: object.clone(),
        asked: &place.id(),
    };
    change.demand(acting, demand).await?;
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let subject = judge
        .entitlements
        .subject(change.db(), judge.epoch, &acting.principal, &acting.circumstances)
        .await?;
    for team in &rule.teams {
        let found = change.db().principal(*team).await?;
        let Some(found) = found.filter(|found| found.kind() == PrincipalKind::Team) else {
            return Err(Refusal::new(Code::NotFound)
                .detail("there is no such team")
                .into());
        };
        if subject.caller.membership(*team).is_some() {
            let event = change.event(acting.who, KIND).on(object);
            return Err(change.refuse(event, Code::SeparationOfDuties));
        }
        let Approves::Access { role, most_seconds } = rule.approves else {
            continue;
        };
        let until = judge.now.plus(Duration::from_secs(most_seconds.into()));
        let may = judge
            .may_give(
                change.db(),
                (&acting.principal, &acting.circumstances),
                &found,
                place,
                role,
                until,
            )
            .await?;
        if let Err(refused) = may {
            let refusal = delegation::refusal(&refused);
            let event = change.event(acting.who, KIND).on(object).refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    }
    Ok(())
}
