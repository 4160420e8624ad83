//! Requests for a rotation or for access: asking, answering, taking back, fulfilling and listing them.
//!
//! Approving is giving: whoever approves must be able to give it by hand to whoever asks (`may_assign`), so that nobody gets
//! by asking what nobody may give them. [`terms`] says what is on the table, [`table`] how it is shown, [`approvers`] who can approve, [`rules`] what is
//! approved at once, [`record`] what each reader sees.

mod answer;
mod approve;
mod approvers;
mod askable;
mod closed;
mod evidence;
pub mod give;
mod history;
mod known;
mod make;
mod many;
mod options;
pub mod over;
mod record;
mod rules;
mod settings;
pub mod standing;
mod table;
mod terms;

pub use approvers::approvers;
pub use closed::fulfil;
pub use record::{Seen, records};
pub use standing::people;
pub use terms::{Judge, WAITS, asked, favourable, narrowed};

use super::{principals::named, view::View};
use crate::{
    app::Shared,
    caller::Caller,
    entitlement::{best::after_step_up, list::Listed},
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    ids::{RequestId, ScopeId},
};
use claviger_protocol::{
    requests::{RequestRecord, RequestsReply},
    route,
};
use claviger_storage::requests::Request;
use std::collections::{BTreeMap, BTreeSet};

/// The most requests of each kind in the list.
const MOST: u32 = 500;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::REQUESTS, list),
        handle(route::REQUEST_HISTORY, history::history),
        handle(route::MAKE_REQUEST, make::make),
        handle(route::APPROVE_REQUEST, answer::approve),
        handle(route::REFUSE_REQUEST, answer::refuse),
        handle(route::ANSWER_REQUESTS, many::answer_all),
        handle(route::WITHDRAW_REQUEST, closed::withdraw),
        handle(route::REQUEST_OPTIONS, options::options),
        handle(route::REQUEST_EVIDENCE, evidence::evidence),
        handle(route::KNOWN, known::known),
        handle(route::REQUEST_SETTINGS, settings::read),
        handle(route::SET_REQUEST_SETTINGS, settings::set),
    ]
}

/// The caller's own, and those that they may answer or fulfil.
async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<RequestsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let requests = visible(&mut view).await?;
    let named_in: BTreeSet<_> = requests.iter().flat_map(people).collect();
    let principals = named(view.db(), named_in).await?;
    Ok(axum::Json(RequestsReply { requests, principals }))
}

/// Where somebody may see the requests of others: with what they may do after a fresh sign-in, since a notice has told them
/// already that a request waits for them, and an answer asks for the sign-in.
pub fn answerable(listed: &Listed) -> Vec<ScopeId> {
    let mut scopes = listed.scopes_with(Action::RotationFulfil);
    scopes.extend(listed.scopes_with(Action::RequestAnswer));
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// What somebody asked for and what they may answer, newest first.
///
/// # Errors
/// When the tables cannot be read.
pub async fn visible(view: &mut View<'_>) -> Result<Vec<RequestRecord>, Refusal> {
    let scopes = answerable(&*view.listed_after_step_up().await?);
    let person = view.principal.id;
    let mut found = view.db().requests_by(person, MOST).await?;
    if !scopes.is_empty() {
        found.extend(view.db().open_requests_in(&scopes, MOST).await?);
        found.extend(view.db().requests_in(&scopes, None, MOST).await?);
    }
    seen(view, found).await
}

/// Those of these requests that the caller may see, each once, newest first.
///
/// # Errors
/// When the tables cannot be read.
pub async fn seen(view: &mut View<'_>, found: Vec<Request>) -> Result<Vec<RequestRecord>, Refusal> {
    let found: BTreeMap<RequestId, Request> =
        found.into_iter().map(|request| (request.id, request)).collect();
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|request| (std::cmp::Reverse(request.asked_at), request.id));
    let (judge, principal) = (view.judge(), view.principal.clone());
    let circumstances = after_step_up(view.circumstances);
    let seen = Seen {
        judge,
        by: &principal,
        circumstances: &circumstances,
    };
    Ok(records(view.db(), seen, &found).await?)
}
