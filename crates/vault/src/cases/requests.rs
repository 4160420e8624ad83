//! Requests of both kinds, and asking for a rotation, refusing, taking back.

use super::{access_view::access, input, names};
use crate::{
    Vault,
    session::CallError,
    state::book::Book,
    view::{
        problem::Problem,
        request::{Request, RequestState as Shown, RequestsView, RotationRequest},
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Code,
    requests::{MakeRequest, May, RefuseRequest, RequestRecord, RequestState, Want},
    route,
};
use std::cmp::Reverse;

impl Vault {
    /// What the person asked for, and what they may answer.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn requests(&self) -> Result<RequestsView, Problem> {
        let live = self.inner.live()?;
        Ok(requests(&live.book(), live.principal, self.now()))
    }

    /// Asks for a new value; answers with the request's id.
    ///
    /// # Errors
    /// When the person did already, the reason cannot stand, or the server refuses.
    pub async fn request_rotation(&self, secret: &str, reason: &str) -> Result<String, Problem> {
        let reason = input::words(reason)?;
        let secret: SecretId = names::id(secret)?;
        let live = self.inner.live()?;
        {
            let book = live.book();
            names::entry(&book, secret)?;
            if open_of(&book, secret).any(|request| request.asked_by == live.principal) {
                return Err(names::problem(
                    "requestExists",
                    "A rotation is already requested.",
                    None,
                ));
            }
        }
        let id = RequestId::random(&*self.inner.parts.entropy);
        let call = MakeRequest {
            id,
            want: Want::Rotation { secret },
            reason,
        };
        let made = self
            .inner
            .call::<_, RequestRecord>(route::MAKE_REQUEST, &[], &call)
            .await;
        self.learned_request(made.map_err(|error| self.outdated(error))?)
            .await;
        Ok(id.to_string())
    }

    /// Says no to a request.
    ///
    /// # Errors
    /// When it was answered already, the words cannot stand, or the server refuses.
    pub async fn refuse_request(&self, id: &str, words: &str) -> Result<(), Problem> {
        let call = RefuseRequest {
            words: input::words(words)?,
        };
        let id: RequestId = names::id(id)?;
        let refused = self
            .inner
            .call::<_, RequestRecord>(route::REFUSE_REQUEST, &[&id], &call)
            .await;
        self.learned_request(refused.map_err(|error| self.closed(error))?)
            .await;
        Ok(())
    }

    /// Takes one's own request back.
    ///
    /// # Errors
    /// When it was answered already, or the server refuses.
    pub async fn withdraw_request(&self, id: &str) -> Result<(), Problem> {
        let id: RequestId = names::id(id)?;
        let withdrawn = self
            .inner
            .ask::<RequestRecord>(route::WITHDRAW_REQUEST, &[&id])
            .await;
        self.learned_request(withdrawn.map_err(|error| self.closed(error))?)
            .await;
        Ok(())
    }

    /// Puts a request as it stands now where the page sees it, and asks for the rest.
    pub(super) async fn learned_request(&self, record: RequestRecord) {
        self.inner.learn_request(record).await;
        self.inner.hint_sync();
    }

    pub(super) fn closed(&self, error: CallError) -> Problem {
        if error.code() == Some(Code::WrongState) {
            self.inner.hint_sync();
            return names::problem("requestClosed", "This request has already been answered.", None);
        }
        self.outdated(error)
    }
}

fn requests(book: &Book, me: PrincipalId, now: Timestamp) -> RequestsView {
    let shown = |wanted: &dyn Fn(&RequestRecord) -> bool| {
        let mut found: Vec<_> = book.requests.values().filter(|request| wanted(request)).collect();
        found.sort_by_key(|request| (Reverse(request.asked_at), request.id));
        found
            .into_iter()
            .map(|request| either(book, me, request, now))
            .collect()
    };
    RequestsView {
        mine: shown(&|request| request.asked_by == me),
        to_answer: shown(&|request| is_open(request) && can_answer(book, me, request)),
        answered: shown(&|request| !is_open(request) && could_answer(book, me, request)),
    }
}

pub(super) fn either(book: &Book, me: PrincipalId, request: &RequestRecord, now: Timestamp) -> Request {
    match rotation(book, me, request) {
        Some(rotation) => Request::Rotation(Box::new(rotation)),
        None => Request::Access(Box::new(access(book, me, request, now))),
    }
}

/// Open requests of others that this person can answer.
pub(super) fn to_answer(book: &Book, me: PrincipalId) -> impl Iterator<Item = &RequestRecord> {
    let open = book.requests.values().filter(|request| is_open(request));
    open.filter(move |request| can_answer(book, me, request))
}

/// The open requests on a secret, oldest first.
pub(super) fn open_for(book: &Book, me: PrincipalId, secret: SecretId) -> Vec<RotationRequest> {
    let mut open: Vec<_> = open_of(book, secret).collect();
    open.sort_by_key(|request| (request.asked_at, request.id));
    open.into_iter()
        .filter_map(|request| rotation(book, me, request))
        .collect()
}

fn open_of(book: &Book, secret: SecretId) -> impl Iterator<Item = &RequestRecord> {
    let of_secret = move |request: &&RequestRecord| request.want == Want::Rotation { secret };
    book.requests
        .values()
        .filter(|request| is_open(request))
        .filter(of_secret)
}

fn is_open(request: &RequestRecord) -> bool {
    request.state == RequestState::Open
}

/// Whether this person can do something about an open one; nobody answers themselves. The server said what they may do, for
/// rotations also what the device knows counts.
fn can_answer(book: &Book, me: PrincipalId, request: &RequestRecord) -> bool {
    let may = &request.course.may;
    request.asked_by != me
        && match request.want {
            Want::Rotation { .. } => {
                could_answer(book, me, request) || may.contains(&May::Approve) || may.contains(&May::Refuse)
            }
            Want::Access { .. } => may.contains(&May::Approve) || may.contains(&May::Refuse),
        }
}

/// Whether this person sees it since they answer there.
fn could_answer(book: &Book, me: PrincipalId, request: &RequestRecord) -> bool {
    if request.asked_by == me {
        return false;
    }
    match request.want {
        Want::Rotation { secret } => {
            let about = book.secrets.get(&secret);
            fulfils(book, secret)
                || about.is_some_and(|about| book.places.allows(about.scope, Action::RequestAnswer))
        }
        // Requests of others come only to those who answer.
        Want::Access { .. } => true,
    }
}

fn fulfils(book: &Book, secret: SecretId) -> bool {
    let secret = book.secrets.get(&secret);
    secret.is_some_and(|secret| book.places.allows(secret.scope, Action::RotationFulfil))
}

fn rotation(book: &Book, me: PrincipalId, request: &RequestRecord) -> Option<RotationRequest> {
    let Want::Rotation { secret } = request.want else {
        return None;
    };
    let (open, course) = (is_open(request), &request.course);
    let waits = open && course.needed > 0 && course.steps.is_empty();
    Some(RotationRequest {
        id: request.id.to_string(),
        secret: names::reference_to(book, secret),
        reason: request.reason.clone(),
        by: names::person(book, request.asked_by),
        at: request.asked_at.millis(),
        mine: request.asked_by == me,
        can_answer: open && can_answer(book, me, request),
        can_fulfil: open && request.asked_by != me && fulfils(book, secret),
        can_approve: open && course.may.contains(&May::Approve),
        can_withdraw: open && course.may.contains(&May::Withdraw),
        waits_for_approval: waits,
        state: state(book, &request.state),
    })
}

fn state(book: &Book, state: &RequestState) -> Shown {
    match state {
        RequestState::Open => Shown::Open,
        RequestState::Done { at, by, version } => Shown::Done {
            at: at.millis(),
            by: names::name(book, *by),
            version: names::number(*version),
        },
        RequestState::Refused { at, by, words } => Shown::Refused {
            at: at.millis(),
            by: names::name(book, *by),
            words: words.clone(),
        },
        RequestState::Withdrawn { at } | RequestState::Lapsed { at } => Shown::Withdrawn { at: at.millis() },
        // A rotation is done, not approved.
        RequestState::Approved { .. } => Shown::Open,
    }
}

#[cfg(test)]
#[path = "requests_tests.rs"]
mod tests;
