//! What of the last 90 days a text would have refused (`POST /v1/guardrails/past`).
//!
//! From the counts of what was done by kind, person, place and day (`storage::deeds`), and the events beyond them. A place is judged
//! as it is today, and so is who did it; what was known of a call and is not in the log is taken both ways.

use super::{effect::tree, managed};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        access::{
            named::Named,
            people::{Crowd, Where},
        },
        view::View,
    },
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use claviger_policy::{
    guardrails::{CheckedGuardrail, GuardrailChecker},
    question::Caller as Who,
    refusing::{Refused, Refusing, as_then},
};
use claviger_protocol::{
    guardrail_plan::{PEOPLE, PastCall, PastReply, PastRow},
    problem::Code,
};
use claviger_storage::{
    Reader,
    deeds::{Deed, Deeds},
    usage::{Day, Used},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Events beyond the table that are counted for one call; more only while the job catches up.
const TAIL: u32 = 10_000;
const AT_ONCE: usize = 500;
const DAY_MILLIS: i64 = 24 * 3600 * 1000;

/// Looks back.
pub async fn past(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<PastCall>,
) -> Result<axum::Json<PastReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    managed(&mut view).await?;
    let checker = GuardrailChecker::new().map_err(Refusal::internal)?;
    let checked = checker
        .check(&call.text)
        .map_err(|error| Refusal::new(Code::BadRequest).detail(error.to_string()))?;
    let now = view.now();
    let skip = usize::try_from(call.skip).unwrap_or(usize::MAX);
    look_back(view.db(), &checked, now, skip).await.map(axum::Json)
}

/// The right that an event of a kind was done by, where it is one that guardrails decide on by person and place.
pub const fn action(kind: EventKind) -> Option<Action> {
    use EventKind as Kind;
    Some(match kind {
        Kind::SecretUsed | Kind::SecretLeased | Kind::SecretReadOffline => Action::SecretUse,
        Kind::SecretCopied | Kind::SecretRevealed => Action::SecretReveal,
        Kind::SecretCreated => Action::SecretCreate,
        Kind::SecretWritten | Kind::SecretRolledBack => Action::SecretWrite,
        Kind::SecretEdited => Action::SecretEdit,
        Kind::SecretMoved => Action::SecretMove,
        Kind::SecretDeleted => Action::SecretDelete,
        Kind::SecretRestored => Action::SecretRestore,
        Kind::ScopeCreated => Action::ScopeCreate,
        Kind::ScopeEdited => Action::ScopeEdit,
        Kind::ScopeMoved => Action::ScopeMove,
        Kind::GrantGiven => Action::GrantAssign,
        Kind::GrantEnded | Kind::GrantShortened => Action::GrantRevoke,
        Kind::RequestMade => Action::RequestAsk,
        Kind::RequestAnswered => Action::RequestAnswer,
        Kind::RoleChanged | Kind::RoleDeleted => Action::RoleManage,
        Kind::PolicyChanged | Kind::PolicyDeleted => Action::PolicyManage,
        Kind::TeamChanged => Action::TeamManage,
        Kind::ServiceKeyMade | Kind::ServiceKeyEnded => Action::ServiceManage,
        Kind::LogExported => Action::LogRead,
        _ => return None,
    })
}

async fn look_back(
    db: &mut dyn Reader,
    checked: &CheckedGuardrail,
    now: Timestamp,
    skip: usize,
) -> Result<PastReply, Refusal> {
    let since = Day::of(now).recent_since();
    let (deeds, counted_until) = deeds(db, checked, since, now).await?;
    let tree = tree(db).await?;
    let who = callers(db, deeds.iter().map(|(deed, _)| deed.principal).collect(), now).await?;
    let refusing = Refusing::of(checked).map_err(Refusal::internal)?;
    let mut survey = refusing.survey(now);
    let mut rows: HashMap<(PrincipalId, ScopeId), PastRow> = HashMap::new();
    let (mut looked_at, mut unknown) = (0_u64, 0_u64);
    for (deed, used) in deeds {
        looked_at = looked_at.saturating_add(used.recent);
        let place = tree.places.resource(deed.scope);
        let (Some(place), Some(caller), Some(action)) = (place, who.get(&deed.principal), action(deed.kind))
        else {
            unknown = unknown.saturating_add(used.recent);
            continue;
        };
        let refused = survey.ask(caller, action, place);
        if refused == Refused::No {
            continue;
        }
        let row = rows
            .entry((deed.principal, deed.scope))
            .or_insert_with(|| PastRow {
                principal: deed.principal,
                scope: deed.scope,
                kinds: BTreeSet::new(),
                certainly: 0,
                perhaps: 0,
                last_at: used.last_at,
            });
        row.kinds.insert(deed.kind);
        row.last_at = row.last_at.max(used.last_at);
        let count = if refused == Refused::Yes {
            &mut row.certainly
        } else {
            &mut row.perhaps
        };
        *count = count.saturating_add(used.recent);
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|row| {
        let most = std::cmp::Reverse((row.certainly, row.perhaps, row.last_at));
        (most, row.principal, row.scope)
    });
    let (certainly, perhaps) = (
        rows.iter().map(|row| row.certainly).sum(),
        rows.iter().map(|row| row.perhaps).sum(),
    );
    let rows_total = rows.len() as u64;
    let rows: Vec<_> = rows.into_iter().skip(skip).take(PEOPLE).collect();
    let mut named = Named::default();
    for row in &rows {
        named.person(row.principal);
        named.scope(row.scope);
    }
    let (principals, scopes) = named.read(db).await?;
    Ok(PastReply {
        since: Timestamp::from_millis(since.0.saturating_mul(DAY_MILLIS)),
        counted_until,
        rows,
        rows_total,
        certainly,
        perhaps,
        looked_at,
        unknown,
        not_known: checked.looks.names().into_iter().map(str::to_owned).collect(),
        principals,
        scopes,
    })
}

/// What was done that the guardrail could be about: what the table holds, and what the log holds beyond it.
async fn deeds(
    db: &mut dyn Reader,
    checked: &CheckedGuardrail,
    since: Day,
    now: Timestamp,
) -> Result<(Vec<(Deed, Used)>, Timestamp), Refusal> {
    let about = |kind: &EventKind| action(*kind).is_some_and(|action| checked.actions.contains(&action));
    let kinds: Vec<_> = EventKind::ALL.iter().copied().filter(about).collect();
    let root = db.root_scope().await?.ok_or(Code::NotFound)?;
    let mark = db.deeds_mark().await?;
    let (events, next) = db.usage_events(mark, TAIL).await?;
    let whole = next.saturating_sub(mark) < u64::from(TAIL);
    let until = events.last().map_or(now, |event| event.at);
    let mut further: HashMap<Deed, Used> = HashMap::new();
    for ((deed, day), used) in Deeds::of(mark, next, &events, root.id).counts {
        if day >= since && about(&deed.kind) {
            further
                .entry(deed)
                .and_modify(|known| *known = known.and(used))
                .or_insert(used);
        }
    }
    let mut found = if kinds.is_empty() {
        Vec::new()
    } else {
        db.deeds(&kinds, since).await?
    };
    if !further.is_empty() {
        for (deed, used) in &mut found {
            if let Some(more) = further.remove(deed) {
                *used = used.and(more);
            }
        }
        found.extend(further);
    }
    Ok((found, if whole { now } else { until }))
}

/// People and services with the teams that they are in today.
async fn callers(
    db: &mut dyn Reader,
    ids: HashSet<PrincipalId>,
    now: Timestamp,
) -> Result<HashMap<PrincipalId, Who>, Refusal> {
    let ids: Vec<_> = ids.into_iter().collect();
    let mut found = HashMap::new();
    let mut crowd = Crowd::default();
    for some in ids.chunks(AT_ONCE) {
        let rows = db.principals(some).await?;
        for person in crowd.people(db, rows, Where::At(&[]), now).await? {
            found.insert(person.row.id, as_then(person.caller));
        }
    }
    Ok(found)
}
