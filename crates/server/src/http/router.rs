//! The router: routes from the table, what surrounds every call, and answers for what is no route.

use super::{Refusal, calls, limits, table};
use crate::{app::Shared, scim};
use axum::{
    Router,
    http::{StatusCode, Uri},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use claviger_protocol::{
    problem::Code,
    route::{BACK_CHANNEL_LOGOUT, Caller},
};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

/// Builds the router of a server process.
pub fn build(app: &Shared) -> Router {
    let (mut open, mut devices, mut signed) = (Router::new(), Router::new(), Router::new());
    let mut provisioners = Router::new();
    let by_device = limits::ByDevice::new(app);
    for handled in table::all() {
        let route = handled.route;
        match route.caller {
            // One provider tells of everybody who signs out there.
            _ if route == BACK_CHANNEL_LOGOUT => {
                provisioners = provisioners.route(route.path, handled.verified(app));
            }
            _ if limits::is_by_key(route) => {
                let handled = handled.limited(&by_device);
                devices = devices.route(route.path, handled.verified(app));
            }
            Caller::Anyone | Caller::Key | Caller::Device => {
                open = open.route(route.path, handled.verified(app));
            }
            Caller::Session => signed = signed.route(route.path, handled.verified(app)),
            Caller::Provisioner => {
                provisioners = provisioners.route(route.path, handled.provisioned(app));
            }
        }
    }
    limits::on_open_routes(open, app)
        .merge(limits::on_device_routes(devices, app))
        .merge(limits::on_device_routes(provisioners, app))
        .merge(signed)
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), calls::layer))
        .with_state(app.clone())
}

async fn no_route(uri: Uri) -> Response {
    let refusal = Refusal::new(Code::NotFound);
    if scim::is_below(uri.path()) {
        scim::answer(refusal)
    } else {
        refusal.into_response()
    }
}

async fn no_method() -> Refusal {
    Refusal::new(Code::BadRequest)
        .status(StatusCode::METHOD_NOT_ALLOWED)
        .detail("this address takes other methods")
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    // The words of a panic may hold values; its place was written by the panic hook.
    drop(panic);
    Refusal::internal("a handler panicked").into_response()
}
