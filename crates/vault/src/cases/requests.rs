//! Requests for a rotation: asking, answering, taking back.

use super::{input, names};
use crate::{
    Vault,
    session::CallError,
    state::book::Book,
    view::{
        problem::Problem,
        request::{RequestState as Shown, RequestsView, RotationRequest},
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RequestId, SecretId},
};
use claviger_protocol::{
    problem::Code,
    requests::{MakeRequest, RefuseRequest, RequestRecord, RequestState, Want},
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
        Ok(requests(&live.book(), live.principal))
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

    fn closed(&self, error: CallError) -> Problem {
        if error.code() == Some(Code::WrongState) {
            self.inner.hint_sync();
            return names::problem("requestClosed", "This request has already been answered.", None);
        }
        self.outdated(error)
    }
}

fn requests(book: &Book, me: PrincipalId) -> RequestsView {
    let shown = |wanted: &dyn Fn(&RequestRecord) -> bool| {
        let mut found: Vec<_> = book.requests.values().filter(|request| wanted(request)).collect();
        found.sort_by_key(|request| (Reverse(request.asked_at), request.id));
        found.into_iter().map(|request| view(book, me, request)).collect()
    };
    RequestsView {
        mine: shown(&|request| request.asked_by == me),
        to_answer: shown(&|request| is_open(request) && can_answer(book, me, request)),
        answered: shown(&|request| !is_open(request) && can_answer(book, me, request)),
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
    open.into_iter().map(|request| view(book, me, request)).collect()
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

/// Nobody answers themselves.
fn can_answer(book: &Book, me: PrincipalId, request: &RequestRecord) -> bool {
    let Want::Rotation { secret } = request.want;
    let secret = book.secrets.get(&secret);
    request.asked_by != me
        && secret.is_some_and(|secret| book.places.allows(secret.scope, Action::RotationFulfil))
}

fn view(book: &Book, me: PrincipalId, request: &RequestRecord) -> RotationRequest {
    let Want::Rotation { secret } = request.want;
    RotationRequest {
        id: request.id.to_string(),
        secret: names::reference_to(book, secret),
        reason: request.reason.clone(),
        by: names::person(book, request.asked_by),
        at: request.asked_at.millis(),
        mine: request.asked_by == me,
        can_answer: is_open(request) && can_answer(book, me, request),
        state: state(book, &request.state),
    }
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
        RequestState::Withdrawn { at } => Shown::Withdrawn { at: at.millis() },
    }
}

#[cfg(test)]
#[path = "requests_tests.rs"]
mod tests;
