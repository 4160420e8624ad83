//! How sessions end: by the person, by the server, by themselves.

use super::{CallError, SessionError};
use crate::{
    account::Server,
    api::ApiError,
    state::{Inner, Live},
    view::problem::Problem,
};
use std::sync::Arc;

impl Inner {
    /// Ends the session here and, if it can be reached, on the server.
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<(), SessionError> {
        todo!()
    }

    /// As far as the server is concerned: last words before it is forgotten.
    pub(crate) async fn leave_server(self: &Arc<Self>) {
        todo!()
    }

    /// Closes what is open.
    pub(crate) async fn close(&self) {
        todo!()
    }

    /// Tells the page that nobody is signed in.
    pub(crate) fn stand_signed_out(&self, server: &Arc<Server>, problem: Option<Problem>) {
        todo!()
    }

    /// What a failed call means: notes lost connections, ends the session where the server says so.
    pub(crate) async fn failed(self: &Arc<Self>, live: &Arc<Live>, error: ApiError) -> CallError {
        todo!()
    }
}
