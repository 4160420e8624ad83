//! Cases: all of somebody's access is taken away.
//!
//! Whoever opens a case, a person or the identity provider, comes through [`open::open_case`]. [`begin::begin`] is the one
//! transaction from which on everything of the person is refused; a job ([`drive`]) does the steps after it ([`steps`]), each of
//! which writes down what it did in the transaction that did it, and finds nothing left when it is done again. A case is over when
//! its devices and values are ([`settle`]).

mod answer;
mod begin;
mod brake;
mod changed;
mod counting;
pub mod drive;
mod enable;
mod grants;
mod heir;
mod heir_teams;
mod join;
mod left;
mod list;
mod memberships;
pub mod open;
pub mod record;
mod rehearse;
mod rotations;
mod settings;
pub mod settle;
mod start;
mod steps;

pub(super) use self::{count as count_of, label as label_of};
pub use begin::effect as effect_of;
pub use changed::{erased, value_changed};
pub use counting::Counting;
pub use heir_teams::AS_HEIR;
pub use left::NOBODY_LEFT;
pub use rotations::record as rotation_record;
pub use steps::MEMBER_LEFT;

pub use crate::operations::teams::MEMBER_ADDED;

use crate::{
    events::{Event, Who},
    http::{Handled, handle},
    sequencer::Change,
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{
    event::EventKind,
    ids::PrincipalId,
    offboarding::{Case, CaseState},
};
use claviger_protocol::route;

/// The routes of cases.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::OPEN_CASE, open::open),
        handle(route::REHEARSE_CASE, rehearse::rehearse),
        handle(route::CASES, list::list),
        handle(route::CASE, list::one),
        handle(route::APPROVE_CASE, answer::approve),
        handle(route::CANCEL_CASE, answer::cancel),
        handle(route::CASE_ROTATIONS, rotations::list),
        handle(route::ACCEPT_ROTATION, rotations::accept),
        handle(route::CASE_GRANTS, grants::list),
        handle(route::ENDED_OF, grants::of_person),
        handle(route::RESTORE_GRANTS, grants::restore),
        handle(route::ENABLE_PERSON, enable::enable),
        handle(route::OFFBOARDING_SETTINGS, settings::read),
        handle(route::SET_OFFBOARDING_SETTINGS, settings::set),
    ]
}

/// An event of a case: who caused it, or the server by itself; it concerns its person.
fn event_of(change: &Change, who: Option<Who>, kind: EventKind, case: &Case) -> Event {
    let event = match who {
        Some(who) => change.event(who, kind),
        None => change.own_event(kind),
    };
    of_case(event, case)
}

/// The same, about its person.
fn event(change: &Change, who: Option<Who>, kind: EventKind, case: &Case) -> Event {
    event_of(change, who, kind, case).on(Object {
        principal: Some(case.person),
        ..Object::default()
    })
}

/// Lets an event name its case and concern the case's person.
pub fn of_case(event: Event, case: &Case) -> Event {
    // A label begins with a letter, which an id need not.
    let event = event.concerning(case.person);
    label(event, "case", &format!("case-{}", case.id))
}

/// A fact that is a label.
pub(super) fn label(event: Event, name: &str, text: &str) -> Event {
    match Label::new(text) {
        Ok(label) => event.fact(name, Fact::Label(label)),
        Err(_) => event,
    }
}

/// A fact that is a count.
pub(super) fn count(event: Event, name: &str, number: usize) -> Event {
    event.fact(name, Fact::Number(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// How the log names a state.
const fn state_label(state: CaseState) -> &'static str {
    match state {
        CaseState::Planned => "planned",
        CaseState::Braked => "braked",
        CaseState::Running => "running",
        CaseState::Waiting => "waiting",
        CaseState::Done => "done",
        CaseState::Cancelled => "cancelled",
    }
}

/// In whose name a case ends what is ended: of who opened it or let it go on; of the person themselves where the provider did.
fn in_the_name_of(case: &Case) -> PrincipalId {
    let approved = case.approved.map(|approved| approved.by);
    case.opened_by.or(approved).unwrap_or(case.person)
}
