//! Opening a case (`POST /v1/offboarding/cases`): the one entrance, for people and for the identity provider.

use super::{
    begin, brake,
    counting::Counting,
    event, heir,
    heir_teams::{self, HeirTeams},
    join, label, record,
    start::moment,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    connected::rules::Known,
    events::Event,
    http::Refusal,
    operations::{offboarding::demanded, words},
    sequencer::{Acting, Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::{CaseId, PrincipalId},
    offboarding::{Brake, Case, CaseState, Cause, Counted, Start},
    principal::{PrincipalKind, PrincipalState},
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::cases::{OpenCase, OpenedCase},
    problem::Code,
};
use claviger_storage::principals::Principal;

const KIND: EventKind = EventKind::OffboardingOpened;

/// What a case is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its id; the same one again is the same case.
    pub id: CaseId,
    /// Who leaves.
    pub person: PrincipalId,
    /// Why.
    pub reason: String,
    /// Who takes over.
    pub heir: Option<PrincipalId>,
    /// Teams that the heir comes into, as far as whoever opens the case may put them there.
    pub teams: Vec<PrincipalId>,
    /// When it begins; none for now.
    pub start: Option<Start>,
    /// When somebody or something asked for it.
    pub clicked_at: Timestamp,
    /// The blast radius at that moment; none where it is not counted yet.
    pub counted: Option<Counted>,
    /// The user name that the provider takes from them in the same transaction, if it does.
    pub called: Option<String>,
}

/// Who opens a case.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Somebody whose right was asked for under the lock.
    Admin(&'a Acting),
    /// The identity provider.
    Provider,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The case of this person.
    pub case: CaseId,
    /// Whether there was one.
    pub merged: bool,
}

/// Opens a case, as somebody who conducts offboarding.
pub async fn open(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<OpenCase>,
) -> Result<axum::Json<OpenedCase>, Refusal> {
    let clicked_at = app.clock.now();
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let start = match &call.start {
        Some(said) => moment(said, clicked_at)?,
        None => None,
    };
    let teams = heir_teams::checked(call.teams)?;
    let mut counting = Counting::by(&app, &caller, call.person).await;
    let counted = counting.now().await;
    let job = job::<Opened, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let policies = demanded(change, &acting, KIND, Object::default()).await?;
            if change.db().principal(call.person).await?.is_none() {
                return Err(change.unknown(&acting, KIND, call.person));
            }
            let opening = Opening {
                id: call.id,
                person: call.person,
                reason,
                heir: call.heir,
                teams,
                start,
                clicked_at,
                counted,
                called: None,
            };
            open_case(change, By::Admin(&acting), opening, policies).await
        })
    });
    let opened = app.sequencer.change(job).await?;
    // What somebody has by now says nothing of a case that began before.
    if !opened.merged {
        counting.later(&app, opened.case);
    }
    Ok(axum::Json(OpenedCase {
        case: record::committed(&app, opened.case, None).await?,
        merged: opened.merged,
    }))
}

/// Opens the case of a person, or joins the one that is open: there is one case for one leaver. It begins in this transaction, waits
/// for a second pair of eyes, or is planned.
///
/// # Errors
/// When it is oneself, the last Owner, somebody who left already, or the heir is not fit.
pub async fn open_case(
    change: &mut Change,
    by: By<'_>,
    opening: Opening,
    policies: Vec<String>,
) -> Result<Opened, Stop> {
    let admin = match by {
        By::Admin(acting) => Some(acting),
        By::Provider => None,
    };
    let who = admin.map(|acting| acting.who);
    let mut case = new(change, admin, &opening);
    if let Some(known) = change.db().case(opening.id).await? {
        // Before anything else: what was opened is opened, whoever has left by now.
        let same =
            (known.person, known.opened_by, &known.reason) == (case.person, case.opened_by, &case.reason);
        return if same {
            Ok(Opened {
                case: known.id,
                merged: false,
            })
        } else {
            Err(Code::Conflict.into())
        };
    }
    let refused = |event: Event, code| change.refuse(event, code);
    let asked = event(change, who, KIND, &case).decided_by(policies.clone());
    if admin.is_some_and(|acting| acting.who.principal == opening.person) {
        return Err(refused(asked, Code::SeparationOfDuties));
    }
    let Some(person) = change.db().principal(opening.person).await? else {
        return Err(Code::NotFound.into());
    };
    if person.kind() != PrincipalKind::Person {
        let refusal =
            Refusal::new(Code::WrongState).detail("a service identity or a team is disabled, not offboarded");
        return Err(Stop::Refused(refusal, Box::new(asked.refused(Code::WrongState))));
    }
    let heir = match opening.heir {
        Some(heir) => heir::fit(change.db(), heir, opening.person).await?,
        None => None,
    };
    if opening.heir.is_some() && heir.is_none() {
        return Err(change.refuse(asked, Code::UnfitHeir));
    }
    let mut known = Known::of(change.db(), opening.person).await?.by;
    known.user_names.extend(opening.called.clone());
    if let Some(mut open) = change.db().open_case_of(opening.person).await? {
        change.db().add_case_known(open.id, &known).await?;
        if !(open.state.has_begun() && person.state == PrincipalState::Active) {
            return join::join(change, admin, open, opening, policies).await;
        }
        // They came back, by whatever way, and leave again: what the other case began goes on beside this one.
        open.returned_at = Some(change.now());
        change.db().update_case(&open).await?;
    }
    if person.state == PrincipalState::Disabled {
        return Err(change.refuse(asked, Code::AlreadyLeft));
    }
    if begin::is_last_owner(change, &person).await? {
        return Err(change.refuse(asked, Code::LastOwner));
    }
    change.db().insert_case(&case).await?;
    change.db().add_case_known(case.id, &known).await?;
    let event = event(change, who, KIND, &case).decided_by(policies);
    let event = label(event, "cause", cause(case.cause));
    let event = match &case.start {
        Some(start) => event.fact("starts-at", Fact::Number(start.at.millis())),
        None => event,
    };
    change.record(event.because(case.reason.clone()));
    if case.start.is_none() {
        // Whoever opens it is here, so that their own right to put somebody into teams can be asked for.
        let teams = admin.zip(heir.as_ref()).map(|(acting, heir)| HeirTeams {
            acting,
            heir,
            wanted: &opening.teams,
        });
        let when = (opening.clicked_at, opening.counted);
        go(change, &mut case, who, when, person, teams.as_ref()).await?;
    }
    Ok(Opened {
        case: case.id,
        merged: false,
    })
}

/// Begins a case whose time has come, or brakes it: then its person is suspended until somebody else has looked.
///
/// # Errors
/// As [`begin::begin`].
pub async fn go(
    change: &mut Change,
    case: &mut Case,
    who: Option<crate::events::Who>,
    (clicked_at, counted): (Timestamp, Option<Counted>),
    person: Principal,
    heir: Option<&HeirTeams<'_>>,
) -> Result<(), Stop> {
    let now = change.now();
    let Some(why) = brake::of_case(change.db(), case, now).await? else {
        return begin::begin(change, case, who, clicked_at, counted, heir).await;
    };
    if begin::is_last_owner(change, &person).await? {
        let event = event(change, who, KIND, case);
        return Err(change.refuse(event, Code::LastOwner));
    }
    case.state = CaseState::Braked;
    case.brake = Some(why);
    case.look_at = None;
    change.db().update_case(case).await?;
    let suspended = Principal {
        state: PrincipalState::Suspended,
        ..person
    };
    change.db().update_principal(&suspended).await?;
    let event = event(change, who, EventKind::PrincipalChanged, case);
    let event = label(event, "state", "suspended");
    change.record(label(event, "brake", brake_label(why)));
    Ok(())
}

fn new(change: &Change, admin: Option<&Acting>, opening: &Opening) -> Case {
    Case {
        id: opening.id,
        person: opening.person,
        cause: if admin.is_some() {
            Cause::Admin
        } else {
            Cause::Provider
        },
        state: CaseState::Planned,
        reason: opening.reason.clone(),
        opened_by: admin.map(|acting| acting.who.principal),
        opened_at: change.now(),
        heir: opening.heir,
        start: opening.start.clone(),
        brake: None,
        approved: None,
        begun: None,
        closed: None,
        returned_at: None,
        look_at: opening.start.as_ref().map(|start| start.at),
    }
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Admin => "admin",
        Cause::Provider => "provider",
    }
}

/// How the log names a brake.
pub const fn brake_label(brake: Brake) -> &'static str {
    match brake {
        Brake::Protected => "protected",
        Brake::Many => "many",
    }
}
