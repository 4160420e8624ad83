//! Who is there, as the page is told.

use super::{Inner, Live, Tasks, person};
use crate::{
    account::Server,
    sync,
    view::state::{Connection, SessionState},
};
use std::sync::Arc;

impl Inner {
    /// Somebody is signed in: shows it and begins the work in the background.
    pub(crate) fn stand_signed_in(self: &Arc<Self>, live: Arc<Live>) {
        let tasks = Tasks::new(vec![
            tokio::spawn(sync::keep_in_sync(Arc::clone(self), Arc::clone(&live))),
            tokio::spawn(sync::listen(Arc::clone(self), Arc::clone(&live))),
            tokio::spawn(super::tick::keep_ticking(Arc::clone(self), Arc::clone(&live))),
        ]);
        {
            let mut place = self.place();
            place.locked = None;
            place.tasks = Some(tasks);
            place.live = Some(live);
        }
        self.keep_presence(None);
        self.board
            .change(|state| state.connection = Connection::Connecting);
        self.show_standing();
    }

    /// Tells the page who is there.
    pub(crate) fn show_standing(&self) {
        let (server, live, locked) = {
            let place = self.place();
            (place.server.clone(), place.live.clone(), place.locked.clone())
        };
        let shown = match (server, live, locked) {
            (None, ..) => SessionState::NoServer,
            (Some(server), Some(live), _) => {
                let book = live.book();
                SessionState::SignedIn {
                    server: server.view(),
                    person: person::person(&book, live.principal),
                    device: self.device_ref(&live),
                    session: person::session(&live, &book),
                }
            }
            (Some(server), None, Some(locked)) => SessionState::Locked {
                server: server.view(),
                person: locked.person,
                since: locked.since.millis(),
                reason: locked.reason,
                unlock: locked.unlock,
            },
            (Some(server), None, None) => SessionState::SignedOut {
                server: server.view(),
                problem: None,
            },
        };
        let log = self.book().ok().map(|book| book.log.state.clone());
        self.board.change(|state| {
            state.session = shown;
            if let Some(log) = log {
                state.log = log;
            }
        });
    }

    /// Shows what a server says of itself now, while nobody is signed in.
    pub(crate) fn show_server(&self, server: &Server) {
        let view = server.view();
        self.board.change(|state| {
            if let SessionState::SignedOut { server, .. } = &mut state.session {
                *server = view;
            }
        });
    }

    /// Opens the vault anew, as after a change of the server's keys.
    pub(crate) async fn open_anew(self: &Arc<Self>) {
        let _turn = self.turn.lock().await;
        if self.place().live.is_none() {
            return;
        }
        self.close().await;
        match self.reopen().await {
            Ok(true) => {}
            other => {
                tracing::warn!(opened = ?other.is_ok(), "the vault was not opened again");
                self.show_standing();
                self.watch_closed();
            }
        }
    }
}
