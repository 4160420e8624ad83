//! What the server says, and how.
#![expect(clippy::indexing_slicing, reason = "tests")]

use super::{DEVICE, PERSON, SESSION, json, problem};
use crate::testing::log::{Log, ORGANIZATION};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use claviger_crypto::{
    sealing::{
        Encapsulation, ReleaseBinding, ReleaseInfo, ReleaseSender, SealingKeyPair, SealingPublicKey,
        seal_value,
    },
    to_server::{ToServer, open_from_device},
};
use claviger_ledger::{
    leaf::{Actor, Leaf, Outcome},
    lease::{CiphertextHash, LeaseTerms},
};
use claviger_model::{
    entropy::{Sequence, SystemEntropy},
    ids::{EventId, SecretId},
    principal::{PrincipalKind, PrincipalState},
    secret::Secret,
    time::Timestamp,
};
use claviger_protocol::{
    enrolment::KeyLink,
    journal::{JournalCall, JournalReply},
    principals::PrincipalRecord,
    problem::{Code, Problem},
    release::{Purpose, Release, ReleaseCall, ReleaseItem, ReleaseReply, ReleaseResult},
    requests::{ApproveRequest, Evidence, RequestRecord, Similar},
    secrets::{CreateSecret, SealedValue, SecretRecord, WriteVersion},
    session::{Me, SessionRecord},
    sign_in::{Refresh, Tokens},
    signed::Signed,
    sync::{Entitlement, ScopesReply, SyncCall, SyncReply},
    wire::{Bytes, Token},
};
use std::collections::{HashMap, HashSet};

/// An encapsulation, and the values that were sealed by its keys.
pub(crate) type SealedUnder = (Encapsulation, Vec<(ReleaseBinding, Vec<u8>)>);

/// What the server says.
pub(crate) struct Told {
    pub(crate) now: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) reassert_by: Timestamp,
    pub(crate) log: Log,
    pub(crate) entitlement: Option<Entitlement>,
    pub(crate) secrets: ScopesReply,
    pub(crate) orders: Vec<Signed>,
    pub(crate) acknowledged: usize,
    /// Path → what it refuses with.
    pub(crate) refuse: HashMap<&'static str, Code>,
    /// Replies to refreshes that get lost after the token was rotated.
    pub(crate) lose_refreshes: u32,
    /// Paths that were called.
    pub(crate) calls: Vec<String>,
    /// To whom values are sealed; none are released without it.
    pub(crate) sealing: Option<SealingPublicKey>,
    /// How long copies may be kept.
    pub(crate) max_age_ms: u64,
    /// Values that are refused.
    pub(crate) refuse_values: HashSet<SecretId>,
    /// What was released, with versions and for what.
    pub(crate) released: Vec<(SecretId, u64, Purpose)>,
    /// How the server's keys followed one another.
    pub(crate) succession: Vec<KeyLink>,
    /// The seed of the key for orders.
    pub(crate) orders_seed: u8,
    /// The seed of the key that is sealed to.
    pub(crate) sealing_seed: u64,
    /// The encapsulations that were sent, each with what was sealed under it.
    pub(crate) encapsulations: Vec<SealedUnder>,
    /// The newest cursor.
    pub(crate) cursor: u64,
    /// What changed, each at its cursor.
    pub(crate) changed: Vec<(u64, SecretRecord)>,
    /// Where the feed of changes begins.
    pub(crate) sync_floor: u64,
    /// What the next sync takes away.
    pub(crate) removed: Vec<SecretId>,
    /// Authorizations of the sessions that were ended.
    pub(crate) ended: Vec<String>,
    /// Secrets are made.
    pub(crate) takes_creations: bool,
    /// Replies to creations that get lost after the secret was made.
    pub(crate) lose_creations: u32,
    /// Numbers of versions that were written, those whose reply was lost included.
    pub(crate) written: Vec<u64>,
    /// Replies to writes that get lost.
    pub(crate) lose_writes: u32,
    /// Secrets that were made.
    pub(crate) created: HashMap<SecretId, SecretRecord>,
    /// Requests, as they stand.
    pub(crate) requests: Vec<RequestRecord>,
    /// What approvals said that they were made over.
    pub(crate) approved: Vec<Option<Bytes>>,
    pub(super) refresh_n: u64,
    pub(super) access_n: u64,
}

impl Told {
    pub(super) fn refresh(&mut self, body: &[u8]) -> Response {
        let call: Refresh = serde_json::from_slice(body).unwrap();
        let presented: u64 = call.refresh.expose().parse().unwrap();
        if presented == self.refresh_n {
            self.refresh_n += 1;
        } else if presented + 1 != self.refresh_n {
            return problem(Code::BadRefresh);
        }
        self.access_n += 1;
        if self.lose_refreshes > 0 {
            self.lose_refreshes -= 1;
            return (StatusCode::BAD_GATEWAY, "lost").into_response();
        }
        json(&Tokens {
            access: Token::new(format!("a{}", self.access_n)),
            access_expires_at: self.now.plus(std::time::Duration::from_secs(600)),
            refresh: Token::new(self.refresh_n.to_string()),
            reassert_by: self.reassert_by,
        })
    }

    pub(super) fn sync(&mut self, body: &[u8]) -> Response {
        let call: SyncCall = serde_json::from_slice(body).unwrap();
        let anew = call.cursor == 0 || call.cursor < self.sync_floor;
        let same = |told: &&Entitlement| anew || call.entitlement.as_ref() != Some(&told.digest);
        let entitlement = self.entitlement.as_ref().filter(same).cloned();
        let changed = self.changed.iter().filter(|(at, _)| *at > call.cursor);
        let secrets = changed.map(|(_, secret)| secret.clone()).collect();
        json(&SyncReply {
            cursor: self.cursor,
            now: self.now,
            anew,
            entitlement,
            secrets,
            removed: std::mem::take(&mut self.removed),
            requests: Vec::new(),
            principals: Vec::new(),
            more: false,
            history: self.log.head(PERSON),
            orders: 0,
            emergency: None,
        })
    }

    pub(super) fn me(&self) -> Me {
        Me {
            person: PrincipalRecord {
                id: PERSON,
                kind: PrincipalKind::Person,
                name: "Ana Lima".to_owned(),
                email: None,
                state: PrincipalState::Active,
                class: None,
                teams: Vec::new(),
            },
            teams: Vec::new(),
            session: SessionRecord {
                id: SESSION,
                device: DEVICE,
                started_at: self.now,
                ends_at: self.ends_at,
                seen_at: self.now,
                address: None,
                this: true,
            },
            device: DEVICE,
            actions: Vec::new(),
        }
    }

    /// Releases values sealed to the device, each with its leaf.
    pub(super) fn release(&mut self, body: &[u8]) -> Response {
        let call: ReleaseCall = serde_json::from_slice(body).unwrap();
        let info = ReleaseInfo {
            organization: ORGANIZATION,
            device: DEVICE,
            session: SESSION,
        };
        let sealing = self.sealing.as_ref().unwrap();
        let (encapsulation, sender) = ReleaseSender::new(sealing, info, &SystemEntropy).unwrap();
        self.encapsulations.push((encapsulation, Vec::new()));
        let made: Vec<_> = call.items.iter().map(|item| self.value(item, &sender)).collect();
        let results = made.into_iter().map(|made| match made {
            Ok((event, version, sealed, index)) => ReleaseResult::Released(Release {
                event,
                version,
                sealed: sealed.into(),
                leaf: self.log.leaves[usize::try_from(index).unwrap()].clone().into(),
                index,
                proof: self.log.proof(index),
                openings: Vec::new(),
            }),
            Err(code) => ReleaseResult::Refused {
                problem: Problem::new(code),
            },
        });
        let results = results.collect();
        json(&ReleaseReply {
            encapsulated: encapsulation.to_bytes().into(),
            checkpoint: self.log.checkpoint(),
            results,
        })
    }

    fn value(
        &mut self,
        item: &ReleaseItem,
        sender: &ReleaseSender,
    ) -> Result<(EventId, u64, Vec<u8>, u64), Code> {
        let known = self
            .secrets
            .secrets
            .iter()
            .find(|record| record.secret.id == item.secret);
        let version = known.ok_or(Code::NotFound)?.secret.version;
        self.released.push((item.secret, version, item.purpose));
        if self.refuse_values.contains(&item.secret) {
            return Err(Code::Forbidden);
        }
        let event = EventId::random(&SystemEntropy);
        let binding = ReleaseBinding {
            organization: ORGANIZATION,
            device: DEVICE,
            secret: item.secret,
            version,
            event,
        };
        let key = sender.release_key(event).unwrap();
        let sealed = seal_value(&key, &binding, b"value", &SystemEntropy).unwrap();
        let (_, under) = self.encapsulations.last_mut().unwrap();
        under.push((binding, sealed.clone()));
        let mut leaf = Leaf::new(
            event,
            item.purpose.event(),
            ORGANIZATION,
            self.now,
            Outcome::Allowed,
        );
        leaf.actor = Some(Actor {
            principal: PERSON,
            service: false,
        });
        (leaf.device, leaf.session) = (Some(DEVICE), Some(SESSION));
        (leaf.object.secret, leaf.object.version) = (Some(item.secret), Some(version));
        leaf.lease = Some(LeaseTerms {
            ciphertext_sha256: CiphertextHash::of(&sealed),
            issued_at: self.now,
            max_age_ms: self.max_age_ms,
            epoch: 1,
        });
        let index = self.log.append(leaf, PERSON);
        Ok((event, version, sealed, index))
    }

    /// The key that devices seal to.
    pub(super) fn sealing_pair(&self) -> SealingKeyPair {
        SealingKeyPair::random(&Sequence::new(self.sealing_seed))
    }

    fn opens(&self, binding: &ToServer, value: &SealedValue) -> bool {
        let sealed = [value.encapsulated.0.as_slice(), &value.ciphertext.0].concat();
        open_from_device(&self.sealing_pair(), binding, &sealed).is_ok()
    }

    /// Takes in the journal, if it was sealed to the key of now.
    pub(super) fn journal(&mut self, body: &[u8]) -> Response {
        let call: JournalCall = serde_json::from_slice(body).unwrap();
        let binding = ToServer::Journal {
            organization: ORGANIZATION,
            device: DEVICE,
            seq: call.first,
        };
        if self.opens(&binding, &call.sealed) {
            json(&JournalReply { seq: u64::MAX })
        } else {
            problem(Code::BadSeal)
        }
    }

    /// Makes a secret as the real server does: the same id with the same description is the same secret, names are unique.
    pub(super) fn create(&mut self, body: &[u8]) -> Response {
        let call: CreateSecret = serde_json::from_slice(body).unwrap();
        let binding = ToServer::Write {
            organization: ORGANIZATION,
            device: DEVICE,
            secret: call.id,
            version: 1,
        };
        if !self.opens(&binding, &call.value) {
            return problem(Code::BadSeal);
        }
        if !self.created.contains_key(&call.id) {
            let taken = |record: &SecretRecord| record.secret.description.name == call.description.name;
            if self.created.values().any(taken) {
                return problem(Code::NameTaken);
            }
            let secret = Secret {
                id: call.id,
                scope: call.scope,
                description: call.description,
                version: 1,
                created_at: self.now,
                changed_at: self.now,
                deleted_at: None,
            };
            let record = SecretRecord {
                secret,
                revision: 1,
                size: 1,
            };
            self.created.insert(call.id, record);
        }
        if self.lose_creations > 0 {
            self.lose_creations -= 1;
            return (StatusCode::BAD_GATEWAY, "lost").into_response();
        }
        json(&self.created[&call.id])
    }

    /// Notes the number of a version; the reply is the secret as it was synced, or gets lost.
    pub(super) fn write(&mut self, path: &str, body: &[u8]) -> Response {
        let call: WriteVersion = serde_json::from_slice(body).unwrap();
        self.written.push(call.version);
        if self.lose_writes > 0 {
            self.lose_writes -= 1;
            return (StatusCode::BAD_GATEWAY, "lost").into_response();
        }
        let mut known = self.secrets.secrets.iter();
        let mut record = known
            .find(|record| path.contains(&record.secret.id.to_string()))
            .unwrap()
            .clone();
        record.secret.version = call.version;
        json(&record)
    }
}

/// Requests for access.
impl Told {
    /// Evidence and approvals of one request, under its path.
    pub(super) fn request(&mut self, path: &str, body: &[u8]) -> Response {
        let named = |request: &&RequestRecord| path.contains(&request.id.to_string());
        let Some(request) = self.requests.iter().find(named).cloned() else {
            return problem(Code::NotFound);
        };
        if path.ends_with("/evidence") {
            return json(&Evidence {
                terms: request.course.terms,
                newly: Vec::new(),
                same_person: Similar::default(),
                others: Similar::default(),
                last_read: None,
                last_read_by_anyone: None,
                outside: false,
                lesser: Vec::new(),
                below: Vec::new(),
            });
        }
        let call: ApproveRequest = serde_json::from_slice(body).unwrap();
        self.approved.push(call.shown.clone());
        if call.shown == request.course.terms.as_ref().map(|terms| terms.digest.clone()) {
            json(&request)
        } else {
            problem(Code::StalePlan)
        }
    }
}
