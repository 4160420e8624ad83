//! How sessions end: by the person, by the server, by themselves.
//!
//! Signing out deletes the tokens, here and on the server. The sealed cache stays: the person may return, names are there at once
//! then, and what was read offline and not sent yet is not lost. Nobody reads it meanwhile, its leases end by their own time, and
//! orders reach it by the device's key (rule 26). A 401 or 404 never purges it.

use super::{CallError, SessionError, goodbye};
use crate::{
    account::Server,
    api::{ApiError, Nothing, Request},
    problem,
    state::{Inner, Live},
    view::{
        problem::Problem,
        state::{Connection, LogState, OfflineReason, SessionState},
    },
};
use claviger_cache::{GoodbyeItem, SessionItem};
use claviger_protocol::{problem::Code, route};
use std::{sync::Arc, time::Duration};

/// How long a goodbye may take; the session ends on the server by itself in any case.
const GOODBYE: Duration = Duration::from_secs(5);

impl Inner {
    /// Ends the session here and on the server; where that cannot be reached, with the next contact.
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<(), SessionError> {
        let server = self.place().server.clone().ok_or(SessionError::SignedOut)?;
        let told = self.leave_server().await;
        let _turn = self.turn.lock().await;
        self.close().await;
        if !told {
            self.keep_goodbye(&server).await;
        }
        let deleted = SessionItem::delete(&*self.parts.keys, server.organization).await;
        let _told = deleted.inspect_err(|error| self.note_keyring(error));
        self.place().locked = None;
        self.stand_signed_out(&server, None);
        self.watch_closed();
        Ok(())
    }

    /// Last words to the server: what was read offline, and that the session ends. True when it is ended there.
    pub(crate) async fn leave_server(self: &Arc<Self>) -> bool {
        let Ok(live) = self.live() else {
            return self.leave_closed().await;
        };
        let goodbye = async {
            if let Err(error) = self.device_round(&live).await {
                tracing::debug!(%error, "journal and orders wait for the next contact");
            }
            if !live.is_over() {
                let access = self.access(&live).await?;
                let request = Request::plain(route::SIGN_OUT, &[]);
                let _nothing: Nothing = live.api.call(&request, Some(&access.token)).await?;
            }
            Ok::<_, CallError>(())
        };
        match tokio::time::timeout(GOODBYE, goodbye).await {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => tracing::info!(%error, "the server was not told of the sign-out"),
            Err(_) => tracing::info!("the server was not told of the sign-out in time"),
        }
        false
    }

    /// The same while locked: by what the keyring has.
    async fn leave_closed(self: &Arc<Self>) -> bool {
        let Some(server) = self.place().server.clone() else {
            return true;
        };
        let (keys, organization) = (&*self.parts.keys, server.organization);
        let Ok(Some(item)) = SessionItem::load(keys, organization).await else {
            return true;
        };
        let Ok(Some(remembered)) = self.remembered(&server).await else {
            return false;
        };
        let goodbye = async {
            let _turn = self.turn.lock().await;
            if let Some(enrolled) = remembered.identity.enrolled()
                && let Err(error) = self.closed_round(&server, &remembered.identity, &enrolled).await
            {
                tracing::debug!(%error, "journal and orders wait for the next contact");
            }
            let mut goodbye = GoodbyeItem {
                session: item.session,
                refresh: item.refresh.clone(),
            };
            goodbye::end(&self.api(&server, &remembered.identity), &mut goodbye).await
        };
        match tokio::time::timeout(GOODBYE, goodbye).await {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => tracing::info!(%error, "the server was not told of the sign-out"),
            Err(_) => tracing::info!("the server was not told of the sign-out in time"),
        }
        false
    }

    /// Closes what is open and stops the work in the background. The caller has the turn.
    pub(crate) async fn close(&self) {
        let (live, tasks) = {
            let mut place = self.place();
            (place.live.take(), place.tasks.take())
        };
        drop(tasks);
        if let Some(live) = live {
            live.cache.close().await;
            live.forget();
        }
    }

    /// Tells the page that nobody is signed in.
    pub(crate) fn stand_signed_out(&self, server: &Server, problem: Option<Problem>) {
        self.board.change(|state| {
            state.session = SessionState::SignedOut {
                server: server.view(),
                problem,
            };
            state.connection = Connection::Connecting;
            state.log = LogState::Unproven { words: String::new() };
        });
    }

    /// What a failed call means: notes lost connections, ends the session where the server says so.
    pub(crate) async fn failed(self: &Arc<Self>, live: &Arc<Live>, error: ApiError) -> CallError {
        match error.code() {
            Some(Code::BadProof) => {
                if let Some(seconds) = live.api.skewed() {
                    self.note_offline(live, OfflineReason::Clock);
                    return CallError::Skewed { seconds };
                }
            }
            Some(Code::SessionEnded | Code::BadRefresh) if live.ends_at <= self.now() => {
                self.session_over(live);
                return CallError::SessionOver;
            }
            Some(
                Code::SessionEnded
                | Code::BadRefresh
                | Code::DeviceEnded
                | Code::Disabled
                | Code::CacheRolledBack,
            ) => {
                if let ApiError::Refused(refused) = &error {
                    self.end_later(live, Some(problem::refusal(refused)));
                }
            }
            _ if error.is_offline() => self.note_offline(live, reason(&error)),
            _ => {}
        }
        CallError::Api(error)
    }

    /// The session's time is over by itself: names and leases stay usable, since their life is their own (rule 21).
    pub(crate) fn session_over(&self, live: &Arc<Live>) {
        live.set_over();
        self.note_offline(live, OfflineReason::SessionEnded);
    }

    /// Ends the session in a task of its own, since the caller may be work that ends with it.
    pub(crate) fn end_later(self: &Arc<Self>, live: &Arc<Live>, problem: Option<Problem>) {
        if live.begin_ending() {
            let (inner, live) = (Arc::clone(self), Arc::clone(live));
            tokio::spawn(async move { inner.end(&live, problem).await });
        }
    }

    async fn end(self: &Arc<Self>, live: &Arc<Live>, problem: Option<Problem>) {
        let _turn = self.turn.lock().await;
        if !self.live().is_ok_and(|present| Arc::ptr_eq(&present, live)) {
            return;
        }
        self.place().tasks = None;
        let everything = match self.device_round(live).await {
            Ok(everything) => everything,
            Err(error) => {
                tracing::info!(%error, "orders wait for the next contact");
                false
            }
        };
        let problem = if everything {
            Some(why_emptied(live, problem).await)
        } else {
            problem
        };
        self.close().await;
        let deleted = SessionItem::delete(&*self.parts.keys, live.server.organization).await;
        let _told = deleted.inspect_err(|error| self.note_keyring(error));
        if everything {
            self.erase(live).await;
        }
        self.stand_signed_out(&live.server, problem);
        self.watch_closed();
    }
}

/// What the person reads after an order to destroy everything was carried out. The order does not say why it was given; what the
/// server answers to the session does, so that it is asked once more where nothing was refused yet.
async fn why_emptied(live: &Arc<Live>, problem: Option<Problem>) -> Problem {
    let asked = async {
        let access = live.session.lock().await.access.clone()?;
        let me = Request::plain(route::ME, &[]);
        match live.api.call::<Nothing>(&me, Some(&access.token)).await {
            Err(ApiError::Refused(refused)) => Some(problem::refusal(&refused)),
            _ => None,
        }
    };
    let known = match problem {
        Some(problem) => Some(problem),
        None => tokio::time::timeout(GOODBYE, asked).await.ok().flatten(),
    };
    problem::emptied(known)
}

/// Why the server cannot be used, as the page tells it.
pub(crate) fn reason(error: &ApiError) -> OfflineReason {
    match error {
        ApiError::Unreachable(claviger_sign_in::http::Unreachable::Certificate(_)) => {
            OfflineReason::Certificate
        }
        ApiError::Unreachable(_) => OfflineReason::Unreachable,
        _ => OfflineReason::ServerError,
    }
}
