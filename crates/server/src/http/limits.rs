//! A limit on calls without a token, by address (tower_governor); whoever has a token is limited by their session.

use super::Refusal;
use crate::{app::Shared, caller::Call};
use axum::{
    Router,
    http::{HeaderValue, Request, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use claviger_protocol::problem::Code;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tower_governor::{
    GovernorError, GovernorLayer, governor::GovernorConfigBuilder, key_extractor::KeyExtractor,
};

const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Puts the limit in front of routes that need no token.
pub fn on_open_routes(router: Router<Shared>, app: &Shared) -> Router<Shared> {
    let limits = app.config.limits;
    let period = Duration::from_secs(1) / limits.unauthenticated_per_second.max(1);
    let config = GovernorConfigBuilder::default()
        .period(period)
        .burst_size(limits.unauthenticated_burst)
        .key_extractor(CallAddress)
        .finish();
    // None only for a burst or period of zero, which the configuration refuses.
    match config {
        Some(config) => {
            // An address that was quiet for long enough to count as a new one is forgotten; otherwise whoever has many
            // could fill the memory with them. Ends with the router.
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
            router.layer(GovernorLayer::new(Arc::new(config)).error_handler(too_many))
        }
        None => router,
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
        _ => Refusal::internal("the call has no address").into_response(),
    }
}
