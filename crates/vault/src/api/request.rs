//! A request before it is proved and sent.

use super::ApiError;
use claviger_protocol::route::Route;
use serde::Serialize;
use std::fmt::Display;

/// What stands for the names in a route's path.
pub(crate) type Arguments<'a> = &'a [&'a (dyn Display + Sync)];

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(super) route: Route,
    pub(super) path: String,
    pub(super) body: Option<Vec<u8>>,
}

impl Request {
    /// A request without a body.
    pub(crate) fn plain(route: Route, arguments: Arguments<'_>) -> Self {
        let arguments: Vec<&dyn Display> = arguments
            .iter()
            .map(|argument| *argument as &dyn Display)
            .collect();
        Self {
            route,
            path: route.at(&arguments),
            body: None,
        }
    }

    /// A request with a JSON body.
    ///
    /// # Errors
    /// When the body cannot be written.
    pub(crate) fn with<B: Serialize>(
        route: Route,
        arguments: Arguments<'_>,
        body: &B,
    ) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Form(route, error))?;
        Ok(Self {
            body: Some(body),
            ..Self::plain(route, arguments)
        })
    }
}
