//! A server of the real protocol, for one person and one device, that says what a test tells it.

pub(crate) mod told;

pub(crate) use told::Told;

use super::log::{Log, ORGANIZATION};
use axum::{
    Router,
    body::Bytes as Body,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use claviger_crypto::{secret::Key256, signing::ServerKey, succession::Succession};
use claviger_model::{
    entropy::Sequence,
    ids::{DeviceId, OrderId, PrincipalId, SessionId},
    time::Timestamp,
};
use claviger_protocol::{
    device::AcknowledgementsCall,
    enrolment::{Bundle, Enrolment, KeyLink, SigningPurpose},
    log::HistoryCall,
    order::{Order, OrdersCall, OrdersReply, Target},
    problem::{Code, Problem},
    requests::RequestsReply,
    signed::{Signed, canonical},
    sync::ScopesReply,
};
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

pub(crate) const PERSON: PrincipalId = PrincipalId::from_bytes([0x21; 16]);
pub(crate) const DEVICE: DeviceId = DeviceId::from_bytes([0x22; 16]);
pub(crate) const SESSION: SessionId = SessionId::from_bytes([0x23; 16]);

/// A started server; its task ends with the runtime of the test.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) origin: String,
    told: Arc<Mutex<Told>>,
}

impl Fake {
    pub(crate) async fn start(now: Timestamp) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mut log = Log::new(1);
        log.record(PERSON);
        let hours = |hours: u64| now.plus(std::time::Duration::from_secs(hours * 3600));
        let told = Told {
            now,
            ends_at: hours(12),
            reassert_by: hours(1),
            log,
            entitlement: None,
            secrets: ScopesReply {
                secrets: Vec::new(),
                principals: Vec::new(),
                more: false,
            },
            cursor: 7,
            changed: Vec::new(),
            sync_floor: 0,
            orders: Vec::new(),
            acknowledged: 0,
            refuse: HashMap::new(),
            lose_refreshes: 0,
            calls: Vec::new(),
            sealing: None,
            max_age_ms: 0,
            refuse_values: HashSet::new(),
            released: Vec::new(),
            encapsulations: Vec::new(),
            succession: Vec::new(),
            orders_seed: 2,
            sealing_seed: 3,
            removed: Vec::new(),
            ended: Vec::new(),
            lose_creations: 0,
            takes_creations: false,
            written: Vec::new(),
            lose_writes: 0,
            created: HashMap::new(),
            requests: Vec::new(),
            approved: Vec::new(),
            refresh_n: 1,
            access_n: 0,
        };
        let fake = Self {
            origin,
            told: Arc::new(Mutex::new(told)),
        };
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.told().calls.iter().filter(|called| *called == path).count()
    }

    pub(crate) fn bundle(&self) -> Signed {
        let told = self.told();
        let orders = orders_key(told.orders_seed);
        let bundle = Bundle {
            organization: ORGANIZATION,
            name: "Example".to_owned(),
            origin: self.origin.clone(),
            log: told.log.key().verifier().to_string(),
            orders: orders.public().unwrap().as_bytes().to_vec().into(),
            sealing: told.sealing_pair().public().as_bytes().to_vec().into(),
            suites: vec![1],
        };
        let body = canonical(&bundle).unwrap();
        Signed {
            signature: orders.sign(&body).into(),
            body: body.into(),
        }
    }

    /// Replaces the key for log or orders; the old one vouches for the new one, or nobody does.
    pub(crate) fn replace_key(&self, purpose: SigningPurpose, vouched: bool) {
        let mut told = self.told();
        let seed = match purpose {
            SigningPurpose::Log => told.log.seed,
            SigningPurpose::Orders => told.orders_seed,
        };
        let (old, new) = (orders_key(seed), orders_key(seed + 10));
        let (from, public) = (old.public().unwrap(), new.public().unwrap());
        let number = u64::from(seed) + 10;
        let step = Succession {
            organization: ORGANIZATION,
            purpose: purpose.as_str(),
            number,
            from: from.as_bytes(),
            to: public.as_bytes(),
        };
        let by = if vouched { &old } else { &new };
        let signature = Some(step.sign(by).into());
        told.succession.push(KeyLink {
            purpose,
            number,
            public: public.as_bytes().to_vec().into(),
            signature,
        });
        match purpose {
            SigningPurpose::Log => told.log.seed += 10,
            SigningPurpose::Orders => told.orders_seed += 10,
        }
    }

    /// Gives the device an order.
    pub(crate) fn order(&self, targets: Vec<Target>) {
        let mut told = self.told();
        let seq = u64::try_from(told.orders.len()).unwrap() + 1;
        let order = Order {
            organization: ORGANIZATION,
            device: DEVICE,
            order: OrderId::random(&Sequence::new(seq)),
            seq,
            issued_at: told.now,
            targets,
        };
        let body = canonical(&order).unwrap();
        let signature = orders_key(told.orders_seed).sign(&body).into();
        told.orders.push(Signed {
            signature,
            body: body.into(),
        });
    }

    /// Makes every access token that is out there useless.
    pub(crate) fn forget_access(&self) {
        self.told().access_n += 1;
    }
}

fn orders_key(seed: u8) -> ServerKey {
    ServerKey::from_seed(&Key256::from_bytes(&[seed; 32])).unwrap()
}

async fn answer(
    State(fake): State<Fake>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let path = uri.path().to_owned();
    fake.told().calls.push(path.clone());
    let refused = fake.told().refuse.get(path.as_str()).copied();
    if let Some(code) = refused {
        return problem(code);
    }
    if path == "/v1/enrolment" {
        return json(&Enrolment {
            bundle: fake.bundle(),
            succession: fake.told().succession.clone(),
            issuer: "http://127.0.0.1:9".to_owned(),
            client_id: "app".to_owned(),
            scopes: Vec::new(),
            bootstrap_open: false,
            demonstration: false,
            version: "1".to_owned(),
        });
    }
    if headers.get("dpop").is_none() {
        return problem(Code::BadProof);
    }
    let mut told = fake.told();
    let session = !path.starts_with("/v1/device/") && path != "/v1/session/refresh";
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if session && authorization != Some(&format!("DPoP a{}", told.access_n)) {
        return problem(Code::Unauthenticated);
    }
    match (method.as_str(), path.as_str()) {
        ("POST", "/v1/session/refresh") => told.refresh(&body),
        ("GET", "/v1/me") => json(&told.me()),
        ("POST", "/v1/sync") => told.sync(&body),
        ("POST", "/v1/sync/scopes") => json(&told.secrets),
        ("GET", "/v1/requests") => json(&RequestsReply {
            requests: told.requests.clone(),
            principals: Vec::new(),
        }),
        (_, path) if path.ends_with("/evidence") || path.ends_with("/approve") => told.request(path, &body),
        ("POST", "/v1/history") => {
            let call: HistoryCall = serde_json::from_slice(&body).unwrap();
            json(&told.log.history(PERSON, &call, 500))
        }
        ("POST", "/v1/device/orders") => {
            let call: OrdersCall = serde_json::from_slice(&body).unwrap();
            let after = usize::try_from(call.after).unwrap();
            json(&OrdersReply {
                orders: told.orders.iter().skip(after).cloned().collect(),
            })
        }
        ("POST", "/v1/device/acknowledgements") => {
            let call: AcknowledgementsCall = serde_json::from_slice(&body).unwrap();
            told.acknowledged += call.acknowledgements.len();
            StatusCode::NO_CONTENT.into_response()
        }
        ("POST", "/v1/device/journal") => told.journal(&body),
        ("POST", "/v1/releases") if told.sealing.is_some() => told.release(&body),
        ("POST", "/v1/secrets")
            if told.takes_creations || told.lose_creations > 0 || !told.created.is_empty() =>
        {
            told.create(&body)
        }
        ("POST", path) if path.ends_with("/versions") => told.write(path, &body),
        ("DELETE", "/v1/session") => {
            told.ended.push(authorization.unwrap_or_default().to_owned());
            StatusCode::NO_CONTENT.into_response()
        }
        // The event stream, too: the device polls.
        _ => problem(Code::Unavailable),
    }
}

pub(super) fn json(reply: &impl Serialize) -> Response {
    axum::Json(reply).into_response()
}

pub(super) fn problem(code: Code) -> Response {
    (
        StatusCode::from_u16(code.status()).unwrap(),
        axum::Json(Problem::new(code)),
    )
        .into_response()
}
