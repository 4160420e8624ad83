//! Emergency access (rule 14): a right that is given to one person beforehand, drawn by them with a reason, reviewed by somebody
//! else.
//!
//! What is drawn is a grant that decides like any other, with a mark: it has no power over access, nothing under it is leased, and
//! what is read under it alone queues a rotation (`sequencer::release`). So it ends as grants end, and no guardrail lets it pass.
//!
//! It is told by its events and by what falls due (`crate::telling`). A right can be drawn again as soon as its last draw is over: in
//! an emergency that lasts, those who could review may be asleep. Each further draw within a day is told as such, louder.

mod draw;
mod give;
mod list;
mod over;
mod plan;
mod records;
mod review;

pub use list::of_mine;
pub use over::close;
pub use records::SEEN;
pub use review::of_others;

use crate::http::{Handled, handle};
use claviger_ledger::{label::Label, leaf::Object};
use claviger_model::{
    emergency::{EmergencyDraw, EmergencyRight},
    ids::EmergencyId,
};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::EMERGENCY, list::list),
        handle(route::EMERGENCY_DRAWS, list::draws),
        handle(route::EMERGENCY_RIGHTS, list::rights),
        handle(route::PLAN_EMERGENCY, plan::preview),
        handle(route::GIVE_EMERGENCY, give::give),
        handle(route::END_EMERGENCY, give::end),
        handle(route::DRAW_EMERGENCY, draw::draw),
        handle(route::REVIEW_EMERGENCY, review::review),
    ]
}

/// What the events of a right name.
fn of_right(right: &EmergencyRight) -> Object {
    Object {
        principal: Some(right.principal),
        role: Some(right.role),
        scope: Some(right.scope),
        ..Object::default()
    }
}

/// What the events of a draw name.
fn of_draw(draw: &EmergencyDraw) -> Object {
    Object {
        grant: Some(draw.grant),
        principal: Some(draw.principal),
        role: Some(draw.role),
        scope: Some(draw.scope),
        ..Object::default()
    }
}

/// What an id begins with as a fact of a leaf: a label begins with a letter, where many an id does not.
const RIGHT: &str = "r-";

/// A right as a fact of a leaf.
fn label(right: EmergencyId) -> Option<Label> {
    Label::new(&format!("{RIGHT}{right}")).ok()
}

/// The right that such a fact names.
pub fn right_of(fact: &str) -> Option<EmergencyId> {
    fact.strip_prefix(RIGHT)?.parse().ok()
}
