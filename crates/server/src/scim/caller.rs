//! Who comes with a provisioning token: looked up by its hash, compared in constant time, and read again under the lock.
//!
//! Tokens have 256 bits, so that nothing is gained by trying; failures are counted by the minute (rule 15), and an address that fails
//! often is told to wait.

use super::{answer, error};
use crate::{
    app::{App, Shared},
    caller::{Call, verify::read},
    events::Event,
    http::Refusal,
    sequencer::{Change, Stop},
};
use axum::{
    body::Body,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::Response,
};
use claviger_crypto::token::{OpaqueToken, TokenHash};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object, SOURCE_ADDRESS},
};
use claviger_model::{
    event::EventKind,
    ids::{KeyId, PrincipalId},
};
use claviger_protocol::problem::Code;
use moka::sync::Cache;
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const SCHEME: &str = "Bearer";
const MINUTE: Duration = Duration::from_secs(60);

/// The provider's client, by one of its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provisioner {
    /// The call.
    pub call: Call,
    /// Which token.
    pub token: KeyId,
}

/// Which clients called or failed lately, in this process.
pub struct Provisioners {
    failed: Cache<IpAddr, Arc<AtomicU32>>,
    used: Cache<KeyId, ()>,
}

impl Provisioners {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        const CAPACITY: u64 = 10_000;
        let failed = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(MINUTE)
            .build();
        let used = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(MINUTE)
            .build();
        Self { failed, used }
    }

    /// Counts a failure; whether there were too many of them within the minute.
    fn failed(&self, address: IpAddr, most: u32) -> bool {
        let count = self.failed.get_with(address, Arc::default);
        count.fetch_add(1, Ordering::Relaxed) >= most
    }
}

impl Default for Provisioners {
    fn default() -> Self {
        Self::new()
    }
}

/// Verifies a client, and gives every refusal SCIM's form.
pub async fn layer(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match verified(&app, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => return answer(refusal),
    };
    error::write(&mut response);
    response
}

async fn verified(app: &Shared, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    let call = *parts
        .extensions
        .get::<Call>()
        .ok_or_else(|| Refusal::internal("the call has no id"))?;
    let token = match known(app, &parts.headers).await {
        Err(refusal) if refusal.code() == Code::Unauthenticated => {
            app.failures.count(&refusal, call.address, app.clock.now());
            let most = app.config.limits.unauthenticated_burst;
            return Err(if app.provisioners.failed(call.address, most) {
                Refusal::new(Code::TooMany)
            } else {
                refusal
            });
        }
        other => other?,
    };
    let body = read(body, app.config.limits.body_bytes).await?;
    note_use(app, token).await;
    parts.extensions.insert(Provisioner { call, token });
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn known(app: &App, headers: &HeaderMap) -> Result<KeyId, Refusal> {
    let unknown = || Refusal::new(Code::Unauthenticated).detail("a live provisioning token is needed");
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unknown());
    };
    let text = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME))
        .map(|(_, token)| token.trim())
        .ok_or_else(unknown)?;
    let hash = OpaqueToken::parse(text).map_err(|_| unknown())?.hash();
    let found = app
        .store
        .reader()
        .await?
        .scim_token_by_hash(hash.as_bytes())
        .await?;
    found
        .filter(|token| TokenHash::from_bytes(token.hash).matches(&hash) && token.is_live(app.clock.now()))
        .map(|token| token.id)
        .ok_or_else(unknown)
}

/// Notes that a token was used, once a minute.
async fn note_use(app: &Shared, token: KeyId) {
    if !app.provisioners.used.entry(token).or_insert(()).is_fresh() {
        return;
    }
    let noted = app.sequencer.change(move |change| {
        Box::pin(async move {
            let now = change.now();
            Ok(change.db().note_scim_token_use(token, now).await?)
        })
    });
    if let Err(refusal) = noted.await {
        app.provisioners.used.invalidate(&token);
        tracing::warn!(?refusal, "the use of a provisioning token could not be noted");
    }
}

impl Provisioner {
    /// Reads the token again under the lock; every change by a client begins with it.
    ///
    /// # Errors
    /// When it ended meanwhile.
    pub async fn admit(&self, change: &mut Change) -> Result<(), Stop> {
        let now = change.now();
        let token = change.db().scim_token(self.token).await?;
        if token.is_some_and(|token| token.is_live(now)) {
            Ok(())
        } else {
            Err(Code::Unauthenticated.into())
        }
    }

    /// An event that the client causes: nobody here did it, and the log says by which token and from where.
    pub fn event(&self, change: &Change, kind: EventKind, about: Option<PrincipalId>) -> Event {
        let event = change.own_event(kind).on(Object {
            principal: about,
            key: Some(self.token),
            ..Object::default()
        });
        let event = match about {
            Some(person) => event.concerning(person),
            None => event,
        };
        label(event, "by", "scim").commit(SOURCE_ADDRESS, self.call.address.to_string(), None)
    }
}

/// A fact that is a label.
pub fn label(event: Event, name: &str, text: &str) -> Event {
    match Label::new(text) {
        Ok(label) => event.fact(name, Fact::Label(label)),
        Err(_) => event,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Provisioner {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(|| Refusal::internal("the route does not verify a provisioner"))
    }
}
