//! The golden table: every route by every kind of caller (`authorization.txt` beside this file).
//!
//! `CLAVIGER_WRITE_GOLDEN=1` writes it anew; the diff is reviewed like code. A route without a case fails the test, and
//! whatever is refused must change nothing but the log.

use crate::house::{Actor, House, Places, description, name, request_id, split};
use crate::touched::Touched;
use claviger_crypto::{
    bytes::sha256,
    signing::DeviceKey,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{
        CaseId, DrawId, EmergencyId, EventId, GrantId, KeyId, NoticeId, OrderId, PrincipalId, ProposalId,
        RoleId, ScimId, ScopeId, SecretId, SessionId,
    },
    principal::{Nature, PrincipalState},
    role::{MayGrant, Role},
    scope::EnvironmentClass,
    service::ServiceKind,
};
use claviger_protocol::{
    journal::JournalEntry,
    order::{Acknowledgement, Order, Target},
    release::Purpose,
    roles::{ProposalsReply, canonical_role},
    route::{self, Route},
    signed::{Signed, canonical},
    wire::Bytes,
};
use claviger_storage::{
    orders,
    principals::{MemberSource, Principal, TeamMember},
    releases::Release,
    scopes::ScopeSettings,
    services,
    sessions::DeviceState,
};
use serde_json::{Value, json};
use std::fmt::{Display, Write};

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Anonymous,
    Stranger,
    Holder(&'static str, RoleId, bool),
    Service,
    Files,
    Disabled,
    EndedDevice,
}

const KINDS: &[Kind] = &[
    Kind::Anonymous,
    Kind::Stranger,
    Kind::Holder("viewer", roles::VIEWER, false),
    Kind::Holder("consumer", roles::CONSUMER, false),
    Kind::Holder("reader", roles::READER, false),
    Kind::Holder("editor", roles::EDITOR, false),
    Kind::Holder("lead", roles::LEAD, false),
    Kind::Holder("auditor", roles::AUDITOR, true),
    Kind::Holder("offboarder", roles::OFFBOARDER, true),
    Kind::Holder("owner", roles::OWNER, true),
    Kind::Service,
    Kind::Files,
    Kind::Disabled,
    Kind::EndedDevice,
];

impl Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "anonymous",
            Self::Stranger => "stranger",
            Self::Holder(name, ..) => name,
            Self::Service => "service, editor",
            Self::Files => "policy files",
            Self::Disabled => "disabled editor",
            Self::EndedDevice => "editor, device ended",
        })
    }
}

/// What a cell is made of: fresh things for each.
struct Cell<'a> {
    house: &'a House,
    actor: Option<&'a Actor>,
    places: Places,
}

/// Arguments of the path and a body that would be right.
struct Made {
    arguments: Vec<String>,
    body: Value,
}

fn made(arguments: &[&dyn Display], body: Value) -> Made {
    Made {
        arguments: arguments.iter().map(ToString::to_string).collect(),
        body,
    }
}

impl Cell<'_> {
    async fn secret(&self) -> SecretId {
        let unique = SecretId::random(&SystemEntropy).to_string();
        self.house.secret(self.places.production, &unique, b"value").await
    }

    async fn binned(&self) -> SecretId {
        let secret = self.secret().await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        assert!(
            locked
                .delete_secret(secret, PrincipalId::random(&SystemEntropy), now)
                .await
                .unwrap()
        );
        locked.commit().await.unwrap();
        secret
    }

    async fn other(&self) -> Actor {
        self.house.actor(&[(roles::VIEWER, self.places.production)]).await
    }

    async fn grant(&self) -> GrantId {
        let other = self.other().await;
        let mut reader = self.house.app.store.reader().await.unwrap();
        reader.grant_history(other.principal, 1).await.unwrap()[0].id
    }

    async fn request(&self, secret: SecretId) -> String {
        let asker = self
            .house
            .actor(&[(roles::CONSUMER, self.places.production)])
            .await;
        let id = request_id();
        let body = json!({"id": id, "want": {"kind": "rotation", "secret": secret}, "reason": "leaked"});
        let answer = self
            .house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        id.to_string()
    }

    /// A request of somebody else for access.
    async fn asked(&self) -> String {
        let asker = self.house.actor(&[(roles::VIEWER, self.places.production)]).await;
        let id = request_id();
        let want = json!({
            "kind": "access", "role": roles::READER, "scope": self.places.production, "seconds": 3600,
        });
        let body = json!({"id": id, "want": want, "reason": "on call"});
        let answer = self
            .house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        id.to_string()
    }

    async fn role(&self) -> RoleId {
        let id = RoleId::random(&SystemEntropy);
        let actions = [claviger_model::action::Action::SecretView].into();
        let made = Role::custom(id, name(&id.to_string()), actions, MayGrant::nothing()).unwrap();
        let mut locked = self.house.app.store.locked().await.unwrap();
        locked.put_role(&made).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    async fn team(&self) -> PrincipalId {
        let id = PrincipalId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = Principal {
            id,
            name: name(&id.to_string()),
            state: PrincipalState::Active,
            nature: Nature::Team,
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    async fn join(&self, team: PrincipalId, member: PrincipalId) {
        let mut locked = self.house.app.store.locked().await.unwrap();
        let source = MemberSource::Local;
        assert!(
            locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap()
        );
        locked.commit().await.unwrap();
    }

    /// A place below production and another one, both of which the callers reach as they reach production.
    async fn movable(&self) -> (ScopeId, ScopeId) {
        let (moving, target) = (ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy));
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        for id in [moving, target] {
            let (parent, settings) = (Some(self.places.production), ScopeSettings::default());
            locked
                .insert_scope(id, parent, &name(&id.to_string()), &settings, now)
                .await
                .unwrap();
        }
        locked.commit().await.unwrap();
        (moving, target)
    }

    /// A service of production; the caller may be in the team that answers for it.
    async fn service(&self, answers: bool) -> PrincipalId {
        let team = self.team().await;
        if let Some(actor) = self.actor.filter(|_| answers) {
            self.join(team, actor.principal).await;
        }
        let id = PrincipalId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = Principal {
            id,
            name: name(&id.to_string()),
            state: PrincipalState::Active,
            nature: Nature::Service {
                class: EnvironmentClass::Production,
                owner: team,
            },
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&row).await.unwrap();
        let service = services::Service {
            principal: id,
            kind: ServiceKind::Bot,
            home: self.places.production,
            made_by: None,
            made_at: row.created_at,
        };
        locked.insert_service(&service).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    /// A key of a service, made by somebody else.
    async fn service_key(&self, service: PrincipalId, key: &DeviceKey) -> KeyId {
        let maker = self.other().await.principal;
        let id = KeyId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let row = services::ServiceKey {
            id,
            service,
            name: name("key"),
            jkt: *key.public().thumbprint().as_bytes(),
            networks: Vec::new(),
            made_by: maker,
            made_at: now,
            ends_at: now.plus(std::time::Duration::from_secs(3600)),
            last_used_at: None,
            ended: None,
        };
        locked.insert_service_key(&row).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    /// An assertion by the key of a service, for the key of whoever calls.
    async fn assertion(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"assertion": "none"});
        };
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = locked.principal(actor.principal).await.unwrap().unwrap();
        let itself = matches!(row.nature, Nature::Service { .. });
        if itself {
            let service = services::Service {
                principal: row.id,
                kind: ServiceKind::Bot,
                home: self.places.production,
                made_by: None,
                made_at: row.created_at,
            };
            locked.insert_service(&service).await.unwrap();
        }
        locked.commit().await.unwrap();
        let service = if itself { row.id } else { self.service(false).await };
        let key = DeviceKey::generate().unwrap();
        self.service_key(service, &key).await;
        let mut claims = crate::services::claims(self.house, actor);
        claims["iss"] = json!(service);
        claims["sub"] = json!(service);
        json!({"assertion": crate::services::signed(&key, &claims)})
    }

    /// A new guardrail that is off, as an Owner has planned it.
    async fn guardrail(&self, route: Route, unique: &str) -> Made {
        let (id, text) = (crate::guardrails::new_id(), crate::guardrails::NO_PRODUCTION);
        let change = json!({"change": "put", "name": unique, "text": text, "enabled": false});
        if route == route::PLAN_GUARDRAIL {
            return made(&[&id], json!({ "change": change }));
        }
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let plan = crate::guardrails::plan(self.house, &owner, id, &change).await;
        made(
            &[&id],
            json!({"change": change, "digest": plan.digest, "reason": "first planned, then made"}),
        )
    }

    /// An Owner's wish that would widen their own access.
    async fn proposal(&self) -> (String, String) {
        let author = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let held = self.role().await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let grant = crate::house::grant(author.principal, held, self.places.root, now);
        locked.insert_grant(&grant).await.unwrap();
        let role = locked.role(held).await.unwrap().unwrap();
        locked.commit().await.unwrap();
        let replaces: Bytes = sha256(&canonical_role(&role).unwrap()).into();
        let id = ProposalId::random(&SystemEntropy);
        let form = json!({
            "name": role.name, "actions": ["secret.view", "secret.use"], "may_grant": {"roles": []}, "replaces": replaces,
        });
        let body = json!({"role": form, "reason": "for me", "proposal": id});
        let answer = self
            .house
            .call(Some(&author), &route::PUT_ROLE, &[&held], &body)
            .await;
        assert_eq!(answer.json()["outcome"], "proposed", "{:?}", answer.json());
        let list = self
            .house
            .call(Some(&author), &route::PROPOSALS, &[], &json!({}))
            .await;
        let list: ProposalsReply = list.parse();
        let made = list
            .proposals
            .into_iter()
            .find(|proposal| proposal.id == id)
            .unwrap();
        (id.to_string(), String::from(made.digest))
    }

    /// Of a service that holds nothing.
    async fn delegation(&self) -> Value {
        let now = self.house.app.store.locked().await.unwrap().now();
        json!({
            "delegation": {
                "grant": GrantId::random(&SystemEntropy), "service": self.service(false).await,
                "scope": self.places.root, "may_grant": [roles::VIEWER],
                "expires_at": now.plus(std::time::Duration::from_secs(3600)),
            },
            "reason": "the repository says who may what", "proposal": ProposalId::random(&SystemEntropy),
        })
    }

    /// Made by another Owner.
    async fn webhook(&self) -> String {
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let listed = self
            .house
            .call(Some(&owner), &route::WEBHOOKS, &[], &Value::Null)
            .await;
        for webhook in listed.json()["webhooks"].as_array().unwrap() {
            let id = webhook["id"].as_str().unwrap().to_owned();
            let ended = self
                .house
                .call(Some(&owner), &route::END_WEBHOOK, &[&id], &Value::Null)
                .await;
            assert_eq!(ended.code(), "ok");
        }
        let body = crate::telling::webhook_body("https://127.0.0.1:1/");
        let made = self
            .house
            .call(Some(&owner), &route::CREATE_WEBHOOK, &[], &body)
            .await;
        assert_eq!(made.code(), "ok", "{:?}", made.json());
        body["id"].as_str().unwrap().to_owned()
    }

    /// So that one more can be made.
    async fn no_scim_tokens(&self) {
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        for token in locked.scim_tokens(1_000).await.unwrap() {
            if token.is_live(now) {
                let ended = claviger_storage::scim::TokenEnded {
                    at: now,
                    by: token.made_by,
                };
                locked.end_scim_token(token.id, ended).await.unwrap();
            }
        }
        locked.commit().await.unwrap();
    }

    /// Made by another Owner.
    async fn scim_token(&self) -> KeyId {
        self.no_scim_tokens().await;
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        crate::scim::token(self.house, &owner).await.0
    }

    /// A case that somebody else opened.
    async fn case(&self, state: &str) -> String {
        let other = self.other().await.principal;
        crate::offboarding::case_of(self.house, other, state)
            .await
            .to_string()
    }

    /// A case with a value that has to change.
    async fn rotation(&self) -> (String, SecretId) {
        let other = self.house.actor(&[(roles::READER, self.places.production)]).await;
        let secret = self.secret().await;
        crate::offboarding::release(self.house, &other, secret, "copy").await;
        let case = crate::offboarding::case_of(self.house, other.principal, "running").await;
        crate::offboarding::settle_steps(self.house).await;
        (case.to_string(), secret)
    }

    /// A case of somebody who is back, with a grant that it ended.
    async fn ended_grant(&self) -> (String, GrantId) {
        let other = self.other().await;
        let grant = crate::orders::grant_of(self.house, &other).await;
        let case = crate::offboarding::case_of(self.house, other.principal, "running").await;
        crate::offboarding::settle_steps(self.house).await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let mut row = locked.principal(other.principal).await.unwrap().unwrap();
        row.state = PrincipalState::Active;
        locked.update_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
        (case.to_string(), grant)
    }

    fn value(&self, secret: SecretId, version: u64) -> Value {
        match self.actor {
            Some(actor) => serde_json::to_value(self.house.sealed(actor, secret, version, b"new")).unwrap(),
            None => json!({"encapsulated": "", "ciphertext": ""}),
        }
    }

    /// Of an order that waits for the device of whoever calls.
    async fn acknowledgement(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"acknowledgements": []});
        };
        let mut locked = self.house.app.store.locked().await.unwrap();
        let order = Order {
            organization: self.house.app.organization,
            device: actor.device,
            order: OrderId::random(&SystemEntropy),
            seq: locked.next_order_seq(actor.device).await.unwrap(),
            issued_at: locked.now(),
            targets: vec![Target::Scope {
                scope: self.places.staging,
                names: true,
            }],
        };
        let body = canonical(&order).unwrap();
        let signature = self.house.app.keys.now().orders.sign(&body);
        let digest = sha256(&body);
        let signed = Signed {
            body: body.into(),
            signature: signature.into(),
        };
        let row = orders::Order {
            id: order.order,
            device: order.device,
            seq: order.seq,
            targets: serde_json::to_value(&order.targets).unwrap(),
            signed: serde_json::to_vec(&signed).unwrap(),
            issued_at: order.issued_at,
            known_generation: 0,
            known_journal_seq: 0,
            acknowledged: None,
        };
        locked.insert_orders(&[row]).await.unwrap();
        locked.commit().await.unwrap();
        let word = Acknowledgement {
            organization: order.organization,
            device: order.device,
            order: order.order,
            order_sha256: digest.into(),
            cache_generation: 1,
            journal_seq: 0,
            journal_hash: Vec::new().into(),
        };
        let body = canonical(&word).unwrap();
        let signature = actor.key.sign(&body).unwrap();
        json!({"acknowledgements": [Signed { body: body.into(), signature: signature.into() }]})
    }

    /// One offline read of a value that the device of whoever calls has leased.
    async fn journal(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"sealed": {"encapsulated": "", "ciphertext": ""}, "first": 1});
        };
        let (secret, event) = (self.secret().await, EventId::random(&SystemEntropy));
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let lease = Release {
            event,
            principal: actor.principal,
            device: actor.device,
            secret,
            version: 1,
            ciphertext_sha256: [5; 32],
            issued_at: now,
            max_age_ms: 60_000,
            ended_at: None,
        };
        locked.insert_releases(&[lease]).await.unwrap();
        locked.commit().await.unwrap();
        let entry = JournalEntry {
            organization: self.house.app.organization,
            device: actor.device,
            seq: 1,
            prev: Vec::new().into(),
            lease: event,
            lease_leaf: [0; 32].into(),
            secret,
            version: 1,
            purpose: Purpose::Use,
            at: now,
        };
        let body = canonical(&entry).unwrap();
        let signature = actor.key.sign(&body).unwrap();
        let batch = [Signed {
            body: body.into(),
            signature: signature.into(),
        }];
        let binding = ToServer::Journal {
            organization: self.house.app.organization,
            device: actor.device,
            seq: 1,
        };
        let plain = serde_json::to_vec(&batch).unwrap();
        let to = self.house.app.keys.now().sealing.public();
        let sealed = split(seal_to_server(&to, &binding, &plain, &SystemEntropy).unwrap());
        json!({"sealed": sealed, "first": 1})
    }

    async fn make(&self, route: &Route) -> Option<Made> {
        let Places {
            production, staging, ..
        } = self.places;
        let fresh = SecretId::random(&SystemEntropy);
        let unique = fresh.to_string();
        Some(match *route {
            route::LIVE
            | route::READY
            | route::METRICS
            | route::ENROLMENT
            | route::CHECKPOINT
            | route::ME
            | route::SESSIONS
            | route::STREAM
            | route::BIN
            | route::REQUESTS
            | route::SCOPES
            | route::PRINCIPALS
            | route::ROLES
            | route::GRANTS
            | route::SIGN_OUT
            | route::CHALLENGE => made(&[], Value::Null),
            route::TILE => made(&[&0, &"000.p/1"], Value::Null),
            route::CONSISTENCY => made(&[], json!({"from": 1})),
            route::SIGN_IN => made(
                &[],
                json!({
                    "challenge": "AAAA", "id_token": "none",
                    "device": {"name": "laptop", "platform": "Debian", "sealing_key": "AAAA"},
                }),
            ),
            route::REFRESH => made(&[], json!({"refresh": "none"})),
            route::STEP_UP => made(&[], json!({"challenge": "AAAA", "id_token": "none"})),
            route::REASSERT => made(&[], json!({"id_token": "none"})),
            route::PROVIDER_REFUSED => made(&[], json!({"error": "invalid_grant"})),
            route::END_SESSION => made(&[&self.other().await.session], Value::Null),
            route::END_DEVICE => made(&[&self.other().await.device], Value::Null),
            route::SYNC => made(&[], json!({"cursor": 0})),
            route::SYNC_SCOPES => made(&[], json!({"scopes": [production]})),
            route::HISTORY => made(&[], json!({"after": 0, "pinned": 0})),
            route::RELEASES => made(
                &[],
                json!({"items": [{"secret": self.secret().await, "purpose": "reveal"}]}),
            ),
            route::CREATE_SECRET => made(
                &[],
                json!({
                    "id": fresh, "scope": production, "description": description(&unique),
                    "value": self.value(fresh, 1),
                }),
            ),
            route::SECRET | route::VERSIONS | route::DELETE_SECRET => {
                made(&[&self.secret().await], Value::Null)
            }
            route::EDIT_SECRET => {
                let secret = self.secret().await;
                let facts = self
                    .house
                    .app
                    .store
                    .reader()
                    .await
                    .unwrap()
                    .secret_facts(&[secret])
                    .await
                    .unwrap();
                made(
                    &[&secret],
                    json!({"revision": facts[0].cursor, "description": description(&unique)}),
                )
            }
            route::WRITE_VERSION => {
                let secret = self.secret().await;
                made(&[&secret], json!({"version": 2, "value": self.value(secret, 2)}))
            }
            route::ROLL_BACK => made(&[&self.secret().await], json!({"to": 1, "version": 2})),
            route::MOVE_SECRET => made(&[&self.secret().await], json!({"scope": staging})),
            route::RESTORE_SECRET => made(&[&self.binned().await], Value::Null),
            route::MAKE_REQUEST => {
                let want = json!({"kind": "rotation", "secret": self.secret().await});
                made(&[], json!({"id": request_id(), "want": want, "reason": "leaked"}))
            }
            route::REFUSE_REQUEST => {
                let secret = self.secret().await;
                made(&[&self.request(secret).await], json!({"words": "not now"}))
            }
            route::WITHDRAW_REQUEST => {
                let secret = self.secret().await;
                made(&[&self.request(secret).await], Value::Null)
            }
            route::APPROVE_REQUEST => made(&[&self.asked().await], json!({})),
            route::ANSWER_REQUESTS => {
                let answer =
                    json!({"request": self.asked().await, "answer": {"refuse": {"words": "not now"}}});
                made(&[], json!({"answers": [answer]}))
            }
            route::REQUEST_HISTORY => made(&[], json!({})),
            route::REQUEST_OPTIONS => made(&[], json!({"secret": self.secret().await})),
            route::REQUEST_EVIDENCE => made(&[&self.asked().await], Value::Null),
            route::KNOWN => made(&[], json!({})),
            route::REQUEST_SETTINGS => made(&[&production], Value::Null),
            route::SET_REQUEST_SETTINGS => {
                let before = self.house.app.store.reader().await.unwrap();
                let before = { before }.request_settings(&[production]).await.unwrap();
                let before = before
                    .into_iter()
                    .next()
                    .map(|(_, settings)| settings)
                    .unwrap_or_default();
                let other = before.steps.map_or(1, |steps| 3 - steps);
                made(
                    &[&production],
                    json!({"before": before, "after": {"steps": other}}),
                )
            }
            route::CREATE_SCOPE => {
                let id = ScopeId::random(&SystemEntropy);
                made(
                    &[],
                    json!({"id": id, "parent": production, "name": name(&unique)}),
                )
            }
            route::PREVIEW_MOVE_SCOPE | route::MOVE_SCOPE => {
                let (moving, target) = self.movable().await;
                made(&[&moving], json!({"parent": target}))
            }
            route::PUT_ROLE => {
                let role = json!({"name": unique, "actions": ["secret.view"], "may_grant": {"roles": []}});
                made(
                    &[&RoleId::random(&SystemEntropy)],
                    json!({"role": role, "reason": "for the bots"}),
                )
            }
            route::DELETE_ROLE => made(&[&self.role().await], json!({"reason": "nobody has it"})),
            route::GUARDRAILS | route::GUARDRAIL_LANGUAGE => made(&[], Value::Null),
            route::CHECK_GUARDRAIL | route::PAST_GUARDRAIL => {
                made(&[], json!({"text": crate::guardrails::NO_PRODUCTION}))
            }
            route::PLAN_GUARDRAIL | route::CHANGE_GUARDRAIL => self.guardrail(*route, &unique).await,
            route::EXPORT_POLICY_FILES => made(&[], json!({})),
            route::PLAN_POLICY_FILES => made(&[], json!({"files": []})),
            route::APPLY_POLICY_FILES => {
                // No roles of one's own, of which no file ever had any: nothing is to be done.
                let digest: Bytes = sha256(b"[]").into();
                let files = json!([{"path": "roles.toml", "text": ""}]);
                made(&[], json!({"files": files, "digest": digest, "reason": "merged"}))
            }
            route::FILE_DELEGATIONS => made(&[], Value::Null),
            route::DELEGATE_FILES => made(&[], self.delegation().await),
            route::PROPOSALS => made(&[], json!({})),
            route::APPROVE_PROPOSAL => {
                let (id, digest) = self.proposal().await;
                made(&[&id], json!({"digest": digest}))
            }
            route::REFUSE_PROPOSAL => made(&[&self.proposal().await.0], json!({"words": "not now"})),
            route::WITHDRAW_PROPOSAL => made(&[&self.proposal().await.0], Value::Null),
            route::CREATE_TEAM => made(
                &[],
                json!({"id": PrincipalId::random(&SystemEntropy), "name": unique}),
            ),
            route::TEAM => made(&[&self.team().await], Value::Null),
            route::RENAME_TEAM => made(&[&self.team().await], json!({"name": unique})),
            route::ADD_MEMBER => made(
                &[&self.team().await],
                json!({"member": self.other().await.principal}),
            ),
            route::REMOVE_MEMBER => {
                let (team, member) = (self.team().await, self.other().await.principal);
                self.join(team, member).await;
                made(&[&team], json!({"member": member}))
            }
            route::MAP_GROUP => made(
                &[&self.team().await],
                json!({"group": unique, "reason": "the provider has it"}),
            ),
            route::UNMAP_GROUP => {
                let team = self.team().await;
                let mut locked = self.house.app.store.locked().await.unwrap();
                let issuer = &self.house.app.config.oidc.issuer;
                locked.map_group(issuer, &unique, team).await.unwrap();
                locked.commit().await.unwrap();
                made(&[&team], json!({"group": unique}))
            }
            route::SERVICES => made(&[], json!({})),
            route::CREATE_SERVICE => {
                let body = crate::services::service_body(self.team().await, production, "production");
                made(&[], body)
            }
            route::SERVICE => made(&[&self.service(false).await], Value::Null),
            route::EDIT_SERVICE => made(&[&self.service(false).await], json!({"name": unique})),
            route::SET_SERVICE_STATE => made(
                &[&self.service(false).await],
                json!({"state": "disabled", "reason": "it misbehaves"}),
            ),
            route::MAKE_SERVICE_KEY => {
                let key = DeviceKey::generate().unwrap();
                made(
                    &[&self.service(true).await],
                    crate::services::key_body(&key, json!({})),
                )
            }
            route::END_SERVICE_KEY => {
                let (service, key) = (self.service(false).await, DeviceKey::generate().unwrap());
                let key = self.service_key(service, &key).await;
                made(&[&key], json!({"reason": "leaked"}))
            }
            route::SERVICE_TOKEN => made(&[], self.assertion().await),
            route::PREVIEW_GRANT => {
                let body = json!({
                    "id": GrantId::random(&SystemEntropy), "principal": self.other().await.principal,
                    "role": roles::READER, "scope": production, "reason": "",
                });
                made(&[], body)
            }
            route::GRANT_CHOICES => made(
                &[],
                json!({"scope": production, "principal": self.other().await.principal, "action": "secret.use"}),
            ),
            route::GRANT_RECEIVERS => made(
                &[],
                json!({"scope": production, "role": roles::READER, "text": "some", "limit": 1}),
            ),
            route::EDIT_SCOPE => made(&[&production], json!({"lease_seconds": 3600})),
            route::GIVE_GRANT => {
                let body = json!({
                    "id": GrantId::random(&SystemEntropy), "principal": self.other().await.principal,
                    "role": roles::READER, "scope": production, "reason": "on call",
                });
                made(&[], body)
            }
            route::PRINCIPALS_AFTER => made(&[&PrincipalId::from_bytes([0; 16])], Value::Null),
            route::GRANTS_AFTER => made(&[&GrantId::from_bytes([0; 16])], Value::Null),
            route::END_GRANT => made(&[&self.grant().await], json!({"reason": "left the team"})),
            route::PLAN_GRANT_CHANGE => made(&[&self.grant().await], json!({"change": {"do": "revoke"}})),
            route::CHANGE_GRANT => {
                let grant = self.grant().await;
                // The digest that somebody who may would be shown.
                let lead = self.house.actor(&[(roles::LEAD, self.places.production)]).await;
                let change = json!({"do": "revoke"});
                let plan = json!({"change": change});
                let plan = self
                    .house
                    .call(Some(&lead), &route::PLAN_GRANT_CHANGE, &[&grant], &plan)
                    .await;
                let body =
                    json!({"change": change, "digest": plan.json()["digest"], "reason": "left the team"});
                made(&[&grant], body)
            }
            route::EMERGENCY => made(&[], Value::Null),
            route::EMERGENCY_DRAWS | route::EMERGENCY_RIGHTS => made(&[], json!({})),
            route::GIVE_EMERGENCY | route::PLAN_EMERGENCY => {
                let other = self.other().await.principal;
                made(&[], crate::emergency::right_body(self.house, other, production))
            }
            route::END_EMERGENCY => {
                let (right, _) = crate::emergency::over(self.house, production).await;
                made(&[&right], json!({"reason": "moved on"}))
            }
            route::DRAW_EMERGENCY => {
                // Whoever calls holds a right here, and nobody else can draw it.
                let right = match self.actor {
                    Some(actor) => crate::emergency::right_of(self.house, actor.principal, production).await,
                    None => EmergencyId::random(&SystemEntropy),
                };
                made(
                    &[&right],
                    json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 600}),
                )
            }
            route::REVIEW_EMERGENCY => {
                let (_, draw) = crate::emergency::over(self.house, production).await;
                made(&[&draw], json!({"verdict": "justified", "words": "it did burn"}))
            }
            route::ACCESS_AT => made(&[], json!({"scope": production})),
            route::ACCESS_OF => made(&[], json!({"principal": self.other().await.principal})),
            route::ACCESS_MATRIX => made(&[], json!({"top": production})),
            route::EXPLAIN => {
                let other = self.other().await.principal;
                made(
                    &[],
                    json!({"principal": other, "action": "secret.use", "about": {"scope": production}}),
                )
            }
            route::NOTICES => made(&[], json!({})),
            route::READ_NOTICES => made(&[], json!({"these": [NoticeId::random(&SystemEntropy)]})),
            route::NOTICE_PREFERENCES => made(&[], Value::Null),
            route::SET_NOTICE_PREFERENCES => made(
                &[],
                json!({"preferences": [{"kind": "access.ended", "way": "mail", "wanted": true}]}),
            ),
            route::WEBHOOKS => made(&[], Value::Null),
            route::CREATE_WEBHOOK => made(&[], crate::telling::webhook_body("https://127.0.0.1:1/")),
            route::END_WEBHOOK | route::TEST_WEBHOOK => made(&[&self.webhook().await], Value::Null),
            route::ROTATE_WEBHOOK_KEY => {
                self.webhook().await;
                // Of a key that is followed already: the answer is the same whether or not another call came first.
                made(&[], json!({"replaces": 0}))
            }
            route::SCIM_TOKENS => made(&[], Value::Null),
            route::MAKE_SCIM_TOKEN => {
                self.no_scim_tokens().await;
                let id = KeyId::random(&SystemEntropy);
                made(&[], json!({"id": id, "name": "provider", "days": 30}))
            }
            route::ROTATE_SCIM_TOKEN => {
                let id = KeyId::random(&SystemEntropy);
                let body = json!({"id": id, "days": 30, "overlap_hours": 24});
                made(&[&self.scim_token().await], body)
            }
            route::END_SCIM_TOKEN => made(&[&self.scim_token().await], Value::Null),
            route::BACK_CHANNEL_LOGOUT => made(&[], json!({})),
            // A session's proof and token are worth nothing there.
            route if route.caller == route::Caller::Provisioner => {
                made(&[&ScimId::random(&SystemEntropy)], json!({"schemas": []}))
            }
            route::BLAST_RADIUS => {
                let other = self.other().await.principal;
                made(&[], json!({"of": {"what": "person", "id": other}}))
            }
            route::LOOK_UP_LEAK => {
                let event = EventId::random(&SystemEntropy);
                let value = match self.actor {
                    Some(actor) => crate::offboarding::leaked(self.house, actor, event, b"value"),
                    None => json!({"encapsulated": "", "ciphertext": ""}),
                };
                made(&[], json!({"event": event, "value": value}))
            }
            route::OPEN_CASE => {
                let body = json!({
                    "id": CaseId::random(&SystemEntropy), "person": self.other().await.principal, "reason": "leaves",
                });
                made(&[], body)
            }
            route::REHEARSE_CASE => made(&[], json!({"person": self.other().await.principal})),
            route::CASES => made(&[], json!({"open": true})),
            route::CASE | route::CASE_GRANTS | route::CASE_REPORT => {
                made(&[&self.case("running").await], Value::Null)
            }
            route::ENDED_OF => {
                let case = self.case("running").await;
                let mut reader = self.house.app.store.reader().await.unwrap();
                let case = reader.case(case.parse().unwrap()).await.unwrap().unwrap();
                made(&[&case.person], Value::Null)
            }
            route::CASE_ROTATIONS => made(&[&self.case("running").await], json!({})),
            route::APPROVE_CASE => made(
                &[&self.case("planned").await],
                json!({"starts_at": crate::offboarding::PLANNED_FOR}),
            ),
            route::CANCEL_CASE => made(&[&self.case("planned").await], json!({"reason": "stays"})),
            route::ACCEPT_ROTATION => {
                let (case, secret) = self.rotation().await;
                made(
                    &[&case],
                    json!({"secret": secret, "reason": "the target is gone"}),
                )
            }
            route::ACCEPT_CONNECTED => {
                let case = self.case("running").await;
                let row = claviger_model::connected::CaseSystem {
                    case: case.parse().unwrap(),
                    system: claviger_model::connected::SystemName::parse("warehouse").unwrap(),
                    kind: claviger_model::connected::SystemKind::Postgresql,
                    state: claviger_model::connected::AskedState::Open,
                    trying: claviger_model::connected::Trying::default(),
                    asked_at: None,
                    accepted: None,
                };
                let mut locked = self.house.app.store.locked().await.unwrap();
                locked.insert_case_system(&row).await.unwrap();
                locked.commit().await.unwrap();
                made(
                    &[&case],
                    json!({"system": "warehouse", "reason": "it was shut down"}),
                )
            }
            route::RESTORE_GRANTS => {
                let (case, grant) = self.ended_grant().await;
                made(&[&case], json!({"grants": [grant], "reason": "by mistake"}))
            }
            route::ENABLE_PERSON => {
                let person = self.other().await.principal;
                let mut locked = self.house.app.store.locked().await.unwrap();
                let mut row = locked.principal(person).await.unwrap().unwrap();
                row.state = PrincipalState::Disabled;
                locked.update_principal(&row).await.unwrap();
                locked.commit().await.unwrap();
                made(&[&person], json!({"reason": "comes back"}))
            }
            route::OFFBOARDING_SETTINGS => made(&[], Value::Null),
            route::SET_OFFBOARDING_SETTINGS => {
                let other = self.other().await.principal;
                made(&[], json!({"people_per_hour": 10_000, "protected": [other]}))
            }
            route::ORDERS => made(&[], json!({"after": 0})),
            route::ACKNOWLEDGE => made(&[], self.acknowledgement().await),
            route::JOURNAL => made(&[], self.journal().await),
            _ => return None,
        })
    }
}

async fn actor(house: &House, kind: Kind) -> Option<Actor> {
    let Places { root, production, .. } = house.places;
    match kind {
        Kind::Anonymous => None,
        Kind::Stranger => Some(house.actor(&[]).await),
        Kind::Holder(_, role, at_root) => {
            let scope = if at_root { root } else { production };
            Some(house.actor(&[(role, scope)]).await)
        }
        Kind::Service => {
            let class = EnvironmentClass::Production;
            Some(house.service(class, &[(roles::EDITOR, production)]).await)
        }
        Kind::Files => {
            let class = EnvironmentClass::Production;
            let actor = house.service(class, &[]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            let now = locked.now();
            let grant = crate::house::grant(actor.principal, roles::POLICY_FILES, root, now);
            locked.insert_grant(&grant).await.unwrap();
            let delegation = claviger_storage::files::FileDelegation {
                grant: grant.id,
                may_grant: [roles::VIEWER].into(),
                roles: true,
                guardrails: true,
                approved_by: actor.principal,
            };
            locked.insert_file_delegation(&delegation).await.unwrap();
            locked.commit().await.unwrap();
            Some(actor)
        }
        Kind::Disabled => {
            let actor = house.actor(&[(roles::EDITOR, production)]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            let mut row = locked.principal(actor.principal).await.unwrap().unwrap();
            row.state = PrincipalState::Disabled;
            assert!(locked.update_principal(&row).await.unwrap());
            locked.commit().await.unwrap();
            Some(actor)
        }
        Kind::EndedDevice => {
            let actor = house.actor(&[(roles::EDITOR, production)]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            for (from, to) in [
                (DeviceState::Active, DeviceState::Ending),
                (DeviceState::Ending, DeviceState::Ended),
            ] {
                locked.set_device_state(actor.device, from, to).await.unwrap();
            }
            locked.commit().await.unwrap();
            Some(actor)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_the_reviewed_one() {
    let house = House::new().await;
    // So that nobody who calls is the last Owner.
    house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut touched = Touched::watch(&house).await;
    // So that nobody who calls is the last Owner, and no case is braked.
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let settings = json!({"people_per_hour": 10_000, "protected": []});
    let set = house
        .call(Some(&owner), &route::SET_OFFBOARDING_SETTINGS, &[], &settings)
        .await;
    assert_eq!(set.code(), "ok");
    let mut table = String::new();
    for route in route::ALL {
        writeln!(table, "{route}").unwrap();
        for kind in KINDS {
            let actor = actor(&house, *kind).await;
            let cell = Cell {
                house: &house,
                actor: actor.as_ref(),
                places: house.places,
            };
            let Some(Made { arguments, body }) = cell.make(route).await else {
                panic!("`{route}` has no case here");
            };
            let arguments: Vec<&dyn Display> = arguments
                .iter()
                .map(|argument| argument as &dyn Display)
                .collect();
            let before = house.head().await;
            touched.since().await;
            let answer = house.call(actor.as_ref(), route, &arguments, &body).await;
            let after = house.head().await;
            if answer.status >= 300 || outcome(route, &answer) == "not_found" {
                let changed = touched.since().await;
                assert!(
                    changed.is_empty(),
                    "{route} changed {changed:?} for {kind}, though it answered {}",
                    answer.code()
                );
                assert!(
                    after.next_index <= before.next_index + 1,
                    "{route} for {kind}: more than one event"
                );
            }
            if answer.status < 300 && (route.asks || route.method == "GET") {
                assert_eq!(before, after, "{route} is said to change nothing");
            }
            writeln!(table, "  {kind}: {}", outcome(route, &answer)).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/operations/authorization.txt");
    if std::env::var_os("CLAVIGER_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (is, was)) in table.lines().zip(golden.lines()).enumerate() {
        assert_eq!(is, was, "line {} of the table", line + 1);
    }
    assert_eq!(table.lines().count(), golden.lines().count());
}

/// The code; for a release or a list of answers, that of its one item.
fn outcome(route: &Route, answer: &crate::house::Answer) -> String {
    if route.caller == route::Caller::Provisioner {
        return answer.status.to_string();
    }
    let code = answer.code();
    if *route == route::RELEASES && code == "ok" {
        let item = &answer.json()["results"][0];
        return item["problem"]["code"].as_str().unwrap_or("released").to_owned();
    }
    if *route == route::ANSWER_REQUESTS && code == "ok" {
        let item = &answer.json()["outcomes"][0];
        return item["problem"]["code"].as_str().unwrap_or("answered").to_owned();
    }
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_not_to_be_known_of_are_the_same_in_every_byte() {
    let house = House::new().await;
    let stranger = house.actor(&[]).await;
    let secret = house.secret(house.places.production, "DATABASE_URL", b"x").await;
    let missing = SecretId::random(&SystemEntropy);
    let calls: Vec<(Route, Value)> = vec![
        (route::SECRET, Value::Null),
        (route::VERSIONS, Value::Null),
        (route::DELETE_SECRET, Value::Null),
        (route::RESTORE_SECRET, Value::Null),
        (
            route::EDIT_SECRET,
            json!({"revision": 1, "description": description("X")}),
        ),
        (route::MOVE_SECRET, json!({"scope": house.places.staging})),
        (route::ROLL_BACK, json!({"to": 1, "version": 2})),
    ];
    for (route, body) in calls {
        let known = house.call(Some(&stranger), &route, &[&secret], &body).await;
        let unknown = house.call(Some(&stranger), &route, &[&missing], &body).await;
        assert_eq!(known.status, 404, "{route} {:?}", known.json());
        assert_eq!(
            (known.status, known.without_call()),
            (unknown.status, unknown.without_call()),
            "{route}"
        );
        assert_eq!(known.body.len(), unknown.body.len(), "{route}");
    }
    let items = |secret| json!({"items": [{"secret": secret, "purpose": "use"}]});
    let known = house
        .call(Some(&stranger), &route::RELEASES, &[], &items(secret))
        .await
        .json();
    let unknown = house
        .call(Some(&stranger), &route::RELEASES, &[], &items(missing))
        .await
        .json();
    assert_eq!(known["results"], unknown["results"]);
    assert_eq!(known["results"][0]["problem"]["code"], "not_found");

    // Nor does the stranger's own history tell them apart: no leaf names the secret.
    let history = house
        .call(
            Some(&stranger),
            &route::HISTORY,
            &[],
            &json!({"after": 0, "pinned": 0}),
        )
        .await;
    let text = String::from_utf8(history.body).unwrap();
    let reply: claviger_protocol::log::HistoryReply = serde_json::from_str(&text).unwrap();
    assert!(!reply.entries.is_empty());
    for entry in reply.entries {
        let leaf = claviger_ledger::leaf::Leaf::parse(&entry.leaf.0).unwrap();
        assert_eq!(leaf.object, claviger_ledger::leaf::Object::default());
        assert!(leaf.policies.is_empty());
    }
    let session = SessionId::random(&SystemEntropy);
    let gone = house
        .call(Some(&stranger), &route::END_SESSION, &[&session], &Value::Null)
        .await;
    assert_eq!(gone.status, 404);
}
