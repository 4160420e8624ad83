//! The table of handlers: each module lists the routes that it serves.

use super::limits::ByDevice;
use crate::{app::Shared, caller::verify};
use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use claviger_protocol::route::Route;

/// A route with its handler.
pub struct Handled {
    /// The line of the list.
    pub route: Route,
    handler: MethodRouter<Shared>,
}

/// Lets a handler serve a route.
pub fn handle<H, T>(route: Route, handler: H) -> Handled
where
    H: Handler<T, Shared>,
    T: 'static,
{
    Handled {
        route,
        handler: on(filter(route.method), handler),
    }
}

impl Handled {
    /// The handler behind the limit of a verified device.
    #[must_use]
    pub fn limited(mut self, limit: &ByDevice) -> Self {
        self.handler = limit.on(self.handler);
        self
    }

    /// The handler behind the layer that verifies a SCIM client.
    pub fn provisioned(self, app: &Shared) -> MethodRouter<Shared> {
        self.handler.route_layer(axum::middleware::from_fn_with_state(
            app.clone(),
            crate::scim::caller::layer,
        ))
    }

    /// The handler behind the layer that verifies its caller.
    pub fn verified(self, app: &Shared) -> MethodRouter<Shared> {
        let state = (app.clone(), self.route);
        self.handler
            .route_layer(axum::middleware::from_fn_with_state(state, verify::layer))
    }
}

/// Every route that is served.
pub fn all() -> Vec<Handled> {
    [
        super::health::routes(),
        super::metrics::routes(),
        super::enrolment::routes(),
        crate::sign_in::routes(),
        crate::stream::routes(),
        crate::operations::routes(),
        crate::scim::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_protocol::route;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_has_exactly_one_handler() {
        let served: Vec<Route> = all().iter().map(|handled| handled.route).collect();
        let unique: BTreeSet<_> = served.iter().copied().collect();
        assert_eq!(unique.len(), served.len());
        let missing: Vec<String> = route::ALL
            .iter()
            .filter(|route| !unique.contains(route))
            .map(ToString::to_string)
            .collect();
        assert_eq!(missing, Vec::<String>::new());
    }
}
