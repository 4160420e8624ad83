//! Limits on calls without a token (tower_governor): by address, and for devices by their key, so that the many of one office behind
//! one address do not keep each other from their orders, nor from renewing their sessions, nor the one who signs in from signing in.
//! Calls with a token are not limited here.

use super::Refusal;
use crate::{
    app::Shared,
    caller::{Call, DeviceCaller, KeyCaller},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use claviger_crypto::jwk::Jkt;
use claviger_protocol::{
    problem::Code,
    route::{self, Caller, Route},
};
use governor::{clock::QuantaInstant, middleware::NoOpMiddleware};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tower_governor::{
    GovernorError, GovernorLayer, governor::GovernorConfigBuilder, key_extractor::KeyExtractor,
};

const FORGET_EVERY: Duration = Duration::from_secs(60);

type Layer<K> = GovernorLayer<K, NoOpMiddleware<QuantaInstant>, Body>;

/// Whether a route is limited by the key that its proof is made with: those of enrolled devices, and the renewal of a session, which
/// each device asks for every few minutes. A key that nobody knows is cheap to make, so that behind it stands the address with the
/// generous limit of devices; what such a key presents is refused by its tag before anything is looked up.
pub fn is_by_key(route: Route) -> bool {
    route.caller == Caller::Device || route == route::REFRESH
}

/// Puts the limit in front of routes that need no token.
pub fn on_open_routes(router: Router<Shared>, app: &Shared) -> Router<Shared> {
    let limits = app.config.limits;
    match layer(
        CallAddress,
        limits.unauthenticated_per_second,
        limits.unauthenticated_burst,
    ) {
        Some(limit) => router.layer(limit),
        None => router,
    }
}

/// Puts a generous limit by address in front of the routes that are limited by key: enough for an office, and it bounds the work of
/// checking proofs.
pub fn on_device_routes(router: Router<Shared>, app: &Shared) -> Router<Shared> {
    let limits = app.config.limits;
    match layer(CallAddress, limits.devices_per_second, limits.devices_burst) {
        Some(limit) => router.layer(limit),
        None => router,
    }
}

/// The limit of one device, whose key was verified; one for all routes that are limited so.
pub struct ByDevice(Option<Layer<DeviceKey>>);

impl ByDevice {
    /// As configured: a device may call as often as an address without a token.
    pub fn new(app: &Shared) -> Self {
        let limits = app.config.limits;
        Self(layer(
            DeviceKey,
            limits.unauthenticated_per_second,
            limits.unauthenticated_burst,
        ))
    }

    /// Puts it behind whatever verifies the device.
    pub fn on(&self, handler: MethodRouter<Shared>) -> MethodRouter<Shared> {
        match &self.0 {
            Some(limit) => handler.route_layer(limit.clone()),
            None => handler,
        }
    }
}

/// A limit by a key; none only for a burst or period of zero, which the configuration refuses.
fn layer<K>(by: K, per_second: u32, burst: u32) -> Option<Layer<K>>
where
    K: KeyExtractor + Send + Sync + 'static,
    K::Key: Send + Sync + 'static,
{
    let config = GovernorConfigBuilder::default()
        .period(Duration::from_secs(1) / per_second.max(1))
        .burst_size(burst)
        .key_extractor(by)
        .finish()?;
    // Who was quiet for long enough to count as new is forgotten; otherwise whoever has many addresses could fill the
    // memory with them. Ends with the router.
    let limiter = Arc::downgrade(config.limiter());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            let Some(limiter) = limiter.upgrade() else {
                return;
            };
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    });
    Some(GovernorLayer::new(Arc::new(config)).error_handler(too_many))
}

/// The key of a verified proof.
#[derive(Debug, Clone, Copy)]
struct DeviceKey;

impl KeyExtractor for DeviceKey {
    type Key = Jkt;

    fn extract<T>(&self, request: &Request<T>) -> Result<Jkt, GovernorError> {
        let extensions = request.extensions();
        let device = extensions.get::<DeviceCaller>().map(|caller| caller.proof.jkt);
        let key = || extensions.get::<KeyCaller>().map(|caller| caller.proof.jkt);
        device.or_else(key).ok_or(GovernorError::UnableToExtractKey)
    }
}

/// The address behind the configured proxies; IPv6 by /64, which is what one household or host has.
#[derive(Debug, Clone, Copy)]
struct CallAddress;

impl KeyExtractor for CallAddress {
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        let call = request
            .extensions()
            .get::<Call>()
            .ok_or(GovernorError::UnableToExtractKey)?;
        Ok(match call.address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
            address @ IpAddr::V4(_) => address,
        })
    }
}

fn too_many(error: GovernorError) -> Response {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            let mut response = Refusal::new(Code::TooMany).into_response();
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(wait_time.max(1)));
            response
        }
        _ => Refusal::internal("the call has no address or device").into_response(),
    }
}
