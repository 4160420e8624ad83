//! What the tests of the use cases share: a book of a small company, and ways to put things into it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod events;
mod told;
mod tree;

use crate::state::book::{Book, Learned};
use claviger_cache::{LeaseSummary, Mark};
use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    entropy::Sequence,
    grant::Grant,
    ids::{EventId, GrantId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    principal::PrincipalKind,
    secret::{Description, Secret, SecretKind, Variable},
    time::Timestamp,
};
use claviger_protocol::{
    requests::{Course, RequestRecord, RequestState, Want},
    secrets::SecretRecord,
    sync::{Entitlement, RoleName, ScopeRights, ScopesReply},
};
use std::{collections::HashMap, sync::Arc};
use tree::{principal, scope, scope_id};

/// How long copies of `shop/prod` may be kept.
pub(crate) const LEASE_MS: i64 = 8 * 3600 * 1000;

const ROLE: RoleId = RoleId::from_bytes([7; 16]);

/// A moment, in milliseconds.
pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A book whose person may do everything in `shop/prod`, use values in `shop/dev` and see names in `bank/prod`.
pub(crate) struct Sample {
    pub(crate) book: Book,
    pub(crate) me: PrincipalId,
    pub(crate) mara: PrincipalId,
    pub(crate) team: PrincipalId,
    records: HashMap<SecretId, SecretRecord>,
    pub entropy: Sequence,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let [me, mara, team] = [1, 2, 3].map(|byte| PrincipalId::from_bytes([byte; 16]));
        let mut sample = Self {
            book: Book::default(),
            me,
            mara,
            team,
            records: HashMap::new(),
            entropy: Sequence::new(1),
        };
        let all = [
            Action::SecretView,
            Action::SecretUse,
            Action::SecretReveal,
            Action::SecretWrite,
            Action::SecretCreate,
            Action::SecretEdit,
            Action::SecretDelete,
            Action::SecretRestore,
            Action::RotationRequest,
            Action::RotationFulfil,
        ];
        let paths = [
            "",
            "bank",
            "bank/prod",
            "shop",
            "shop/dev",
            "shop/prod",
            "shop/prod/stripe",
        ];
        let rights = |path, actions: &[Action], lease_ms| ScopeRights {
            scope: scope_id(path),
            actions: actions.to_vec(),
            lease_ms,
        };
        let entitlement = Entitlement {
            digest: Vec::new().into(),
            scopes: paths.map(scope).to_vec(),
            rights: vec![
                rights("shop/prod", &all, u64::try_from(LEASE_MS).ok()),
                rights("shop/dev", &[Action::SecretView, Action::SecretUse], None),
                rights("bank/prod", &[Action::SecretView], Some(1)),
            ],
            grants: Vec::new(),
            roles: vec![RoleName {
                id: ROLE,
                name: "Reader".to_owned(),
            }],
            principals: vec![
                principal(me, PrincipalKind::Person, "Inès Moreau"),
                principal(mara, PrincipalKind::Person, "Mara Okafor"),
                principal(team, PrincipalKind::Team, "Platform Team"),
            ],
            looks_afresh: false,
            valid_until: None,
        };
        sample.book.learn(&Learned {
            entitlement: Some(entitlement),
            ..Learned::default()
        });
        sample
    }

    /// Everything, as a server would tell it.
    pub(crate) fn told(&self) -> (Entitlement, ScopesReply) {
        let mut entitlement = Entitlement::clone(self.book.entitlement.as_ref().unwrap());
        entitlement.digest = entitlement.computed_digest().unwrap();
        let secrets = self.records.values().cloned().collect();
        let reply = ScopesReply {
            secrets,
            principals: Vec::new(),
            more: false,
        };
        (entitlement, reply)
    }

    pub(crate) fn scope(&self, path: &str) -> ScopeId {
        scope_id(path)
    }

    /// A secret of version 1 that was made and changed at 0.
    pub(crate) fn secret(&mut self, name: &str, path: &str) -> SecretId {
        let id = SecretId::random(&self.entropy);
        let record = SecretRecord {
            secret: Secret {
                id,
                scope: scope_id(path),
                description: Description {
                    name: name.parse().unwrap(),
                    variable: Variable::parse(name).ok(),
                    kind: SecretKind::Generic,
                    owner: None,
                    tags: Vec::new(),
                    note: String::new(),
                    rotate_after_days: None,
                    expires_at: None,
                },
                version: 1,
                created_at: at(0),
                changed_at: at(0),
                deleted_at: None,
            },
            revision: 1,
            size: 9,
        };
        self.records.insert(id, record);
        self.change(id, |_| {});
        id
    }

    pub(crate) fn change(&mut self, secret: SecretId, change: impl FnOnce(&mut SecretRecord)) {
        let record = self.records.get_mut(&secret).expect("a secret of this sample");
        change(record);
        let secrets = vec![record.clone()];
        self.book.learn(&Learned {
            secrets,
            ..Learned::default()
        });
    }

    pub(crate) fn own(&mut self, secret: SecretId, owner: PrincipalId) {
        self.change(secret, |record| record.secret.description.owner = Some(owner));
    }

    pub(crate) fn use_at(&mut self, secret: SecretId, millis: i64) {
        let mark = Mark {
            favourite: false,
            used_at: Some(at(millis)),
        };
        Arc::make_mut(&mut self.book.marks).insert(secret, mark);
    }

    /// An offline copy of version 1 that was issued [`LEASE_MS`] before its end.
    pub(crate) fn lease(&mut self, secret: SecretId, until: i64) {
        let lease = LeaseSummary {
            secret,
            version: 1,
            event: EventId::random(&self.entropy),
            issued_at: at(until - LEASE_MS),
            expires_at: at(until),
        };
        Arc::make_mut(&mut self.book.leases).insert(secret, lease);
    }

    /// Keeps these places for offline use, and no others.
    pub(crate) fn keep(&mut self, places: &[&str]) {
        self.book.kept = Arc::new(places.iter().map(|path| scope_id(path)).collect());
    }

    pub(crate) fn grant(&mut self, principal: PrincipalId, path: &str, expires_at: Option<i64>) {
        let mut entitlement = Entitlement::clone(self.book.entitlement.as_ref().unwrap());
        entitlement.grants.push(Grant {
            id: GrantId::random(&self.entropy),
            principal,
            role: ROLE,
            scope: scope_id(path),
            reason: "on call".to_owned(),
            granted_by: self.mara,
            granted_at: at(0),
            not_before: None,
            expires_at: expires_at.map(at),
            conditions: GrantConditions::default(),
            ended: None,
        });
        self.book.learn(&Learned {
            entitlement: Some(entitlement),
            ..Learned::default()
        });
    }

    pub(crate) fn request(
        &mut self,
        secret: SecretId,
        by: PrincipalId,
        millis: i64,
        state: RequestState,
    ) -> RequestId {
        let id = RequestId::random(&self.entropy);
        let request = RequestRecord {
            id,
            want: Want::Rotation { secret },
            reason: "it was in a log".to_owned(),
            asked_by: by,
            asked_at: at(millis),
            state,
            course: Course::default(),
        };
        self.book.learn(&Learned {
            requests: vec![request],
            ..Learned::default()
        });
        id
    }
}
