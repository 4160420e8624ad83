//! Changes of grants, rotations and a guardrail among the random calls.

use super::{Dice, LADDER, World};
use crate::{
    guardrails::{self, changed, put},
    house::request_id,
};
use claviger_model::{
    builtin_roles::{CONSUMER, LEAD, OWNER, VIEWER},
    entropy::SystemEntropy,
    grant::Grant,
    ids::{GrantId, PolicyId, PrincipalId},
    time::Clock,
};
use claviger_protocol::route;
use claviger_storage::requests::{Asked, RequestState};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Takes reveals in staging from everybody; no Owner holds values, so that one of them switches it on and off alone.
const NO_REVEAL: &str = r#"forbid (principal, action == Action::"secret.reveal", resource) when { resource.class == "staging" };"#;

/// What was changed by hand.
#[derive(Default)]
pub struct Changes {
    /// New grants, with those that they were narrowed from and who narrowed them.
    narrowed: BTreeMap<GrantId, (GrantId, PrincipalId)>,
    guardrail: Option<PolicyId>,
    /// How many grants were narrowed or shortened.
    pub taken: usize,
    /// How many rotations were seen to be answered.
    pub rotations: usize,
    /// How often the guardrail was set or taken away.
    pub guarded: usize,
}

impl World {
    /// Narrows or shortens a grant, sometimes by a plan that somebody else looked at.
    pub async fn change_a_grant(&mut self, dice: &Dice) {
        let places = self.house.places;
        let live: Vec<_> = self
            .grants()
            .await
            .into_iter()
            .filter(|grant| grant.ended.is_none())
            .collect();
        let grant = dice.pick(&live);
        let (by, looks) = (dice.pick(&self.people), dice.pick(&self.people));
        let looks = if dice.below(3) == 0 { looks } else { by };
        let change = match dice.below(3) {
            0 => {
                json!({"do": "shorten", "expires_at": self.house.clock.now().plus(Duration::from_secs(300))})
            }
            1 => json!({"do": "narrow", "role": dice.pick(&[VIEWER, CONSUMER, *dice.pick(&LADDER)])}),
            _ => json!({"do": "narrow", "scope": dice.pick(&[places.production, places.staging])}),
        };
        let call = json!({"change": change});
        let plan = self
            .house
            .call(Some(looks), &route::PLAN_GRANT_CHANGE, &[&grant.id], &call)
            .await;
        if plan.code() != "ok" {
            return;
        }
        let mut body = json!({"change": change, "digest": plan.json()["digest"], "reason": "less will do"});
        let new = GrantId::random(&SystemEntropy);
        let narrows = change["do"] == "narrow";
        if narrows {
            body["new_grant"] = json!(new);
        }
        if self
            .call(by, &route::CHANGE_GRANT, &grant.id.to_string(), &body)
            .await
            == "ok"
        {
            self.changes.taken += 1;
            if narrows {
                self.changes.narrowed.insert(new, (grant.id, by.principal));
            }
        }
    }

    /// Whether a grant was narrowed from another one: then it is a part of that, by whoever gave that, and whoever narrowed it could
    /// have given it.
    pub fn check_narrowed(&self, grants: &[Grant], grant: &Grant) -> bool {
        let Some((from, by)) = self.changes.narrowed.get(&grant.id) else {
            return false;
        };
        let from = grants.iter().find(|one| one.id == *from).unwrap();
        assert_eq!(from.ended.as_ref().map(|end| end.by), Some(*by));
        assert_eq!(
            (
                grant.principal,
                grant.granted_by,
                grant.expires_at,
                &grant.conditions
            ),
            (from.principal, from.granted_by, from.expires_at, &from.conditions)
        );
        assert!(self.chain(grant.scope).contains(&from.scope));
        assert!(!self.reaches(grant.principal, *by), "nobody narrows their own");
        assert!(
            !self.machines.keyed(*by, grant.principal),
            "nor what they hold a key of"
        );
        let when = grant.granted_at;
        let machine = self.machines.ids().any(|id| id == grant.principal);
        let givers = if machine {
            &[LEAD, OWNER]
        } else {
            Self::givers(grant.role)
        };
        assert!(self.had(grants, *by, givers, grant.scope, when));
        assert!(self.had(grants, *by, &[LEAD, OWNER], from.scope, when));
        true
    }

    /// Asks for a rotation, or answers one in one of the ways that there are, whoever may.
    pub async fn rotate(&self, dice: &Dice) {
        let (by, (_, secret)) = (dice.pick(&self.people), *dice.pick(&self.secrets));
        let mut reader = self.house.app.store.reader().await.unwrap();
        let known = reader.requests_of_secret(secret, 20).await.unwrap();
        let current = reader.secret(secret).await.unwrap().unwrap().version;
        drop(reader);
        let open: Vec<_> = known
            .iter()
            .filter(|one| one.state == RequestState::Open)
            .collect();
        if open.is_empty() || dice.below(4) == 0 {
            let body = json!({
                "id": request_id(), "want": {"kind": "rotation", "secret": secret}, "reason": "it leaked",
            });
            self.call(by, &route::MAKE_REQUEST, "", &body).await;
            return;
        }
        let request = dice.pick(&open);
        // Mostly whoever asked, since that is what must not go.
        let asker = self.people.iter().find(|one| one.principal == request.asked_by);
        let by = asker.filter(|_| dice.below(2) == 0).unwrap_or(by);
        let id = request.id.to_string();
        match dice.below(4) {
            0 => {
                self.call(by, &route::REFUSE_REQUEST, &id, &json!({"words": "no"}))
                    .await;
            }
            1 => {
                let answer = json!({"request": request.id, "answer": {"refuse": {"words": "no"}}});
                self.call(by, &route::ANSWER_REQUESTS, "", &json!({"answers": [answer]}))
                    .await;
            }
            2 => {
                self.call(by, &route::WITHDRAW_REQUEST, &id, &Value::Null).await;
            }
            _ => {
                let version = current + 1;
                let value = self.house.sealed(by, secret, version, b"value");
                let body = json!({"version": version, "value": value, "fulfils": request.id});
                self.call(by, &route::WRITE_VERSION, &secret.to_string(), &body)
                    .await;
            }
        }
    }

    /// Nobody refuses their own, and what was read in an emergency is settled by somebody else.
    pub async fn check_rotations(&mut self) {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut answered = 0;
        for (_, secret) in &self.secrets {
            for request in reader.requests_of_secret(*secret, 500).await.unwrap() {
                let (Asked::Rotation { .. }, Some(answer)) = (request.asked, &request.answer) else {
                    continue;
                };
                answered += 1;
                let own = answer.by == request.asked_by;
                let urgent = reader.is_of_an_emergency(request.id).await.unwrap();
                match request.state {
                    RequestState::Refused => assert!(!own, "{request:?}"),
                    RequestState::Withdrawn => assert!(own && !urgent, "{request:?}"),
                    RequestState::Done => assert!(!(own && urgent), "{request:?}"),
                    RequestState::Open => panic!("{request:?}"),
                }
            }
        }
        self.changes.rotations = answered;
    }

    /// Sets the guardrail, or takes it away; anybody tries, and the Owner more often.
    pub async fn guard(&mut self, dice: &Dice) {
        let owner = self.people.last().unwrap();
        let by = if dice.below(3) == 0 {
            dice.pick(&self.people)
        } else {
            owner
        };
        let (id, change) = match self.changes.guardrail {
            Some(id) => (id, json!({"change": "delete"})),
            None => (guardrails::new_id(), put("Nobody reveals in staging", NO_REVEAL)),
        };
        let shown = guardrails::plan_answer(&self.house, owner, id, &change).await;
        if shown.code() != "ok" {
            return;
        }
        if by.principal != owner.principal {
            let body = json!({"change": change, "digest": shown.json()["digest"], "reason": "mine"});
            let code = self
                .call(by, &route::CHANGE_GUARDRAIL, &id.to_string(), &body)
                .await;
            assert_ne!(code, "ok", "only an Owner changes guardrails");
            return;
        }
        if changed(&self.house, owner, id, &change).await.code() == "ok" {
            let stands = self.changes.guardrail.is_none();
            self.changes.guardrail = stands.then_some(id);
            self.changes.guarded += 1;
        }
    }

    /// Whether the guardrail takes a reveal at this place.
    pub fn is_guarded(&self, scope: claviger_model::ids::ScopeId) -> bool {
        self.changes.guardrail.is_some() && scope == self.house.places.staging
    }
}
