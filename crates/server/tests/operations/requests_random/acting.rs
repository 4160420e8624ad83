//! One random call after another: people ask, approve, refuse, hand back and set rules; what else is drawn stands beside.

use super::{LADDER, World};
use crate::dice::Dice;
use crate::house::request_id;
use claviger_model::{entropy::SystemEntropy, ids::PolicyId};
use claviger_protocol::{requests::RequestSettingsReply, route};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

impl World {
    pub async fn act(&mut self, dice: &Dice) {
        let places = self.house.places;
        let scopes = [places.payments, places.production, places.staging];
        let by = dice.below(self.people.len());
        let by = &self.people[by];
        match dice.below(29) {
            0..4 => {
                let id = request_id();
                let want = json!({
                    "kind": "access", "role": dice.pick(&LADDER), "scope": dice.pick(&scopes),
                    "seconds": dice.pick(&[300, 600, 1200]),
                });
                let body = json!({"id": id, "want": want, "reason": "because"});
                if self.call(by, &route::MAKE_REQUEST, "", &body).await == "ok" {
                    self.asked.push(id);
                }
            }
            4..8 if !self.asked.is_empty() => {
                let id = dice.pick(&self.asked).to_string();
                let mut body = json!({});
                for (key, value) in [
                    ("role", json!(dice.pick(&LADDER))),
                    ("scope", json!(dice.pick(&scopes))),
                    ("seconds", json!(dice.pick(&[300, 600, 5000]))),
                ] {
                    if dice.below(3) == 0 {
                        body[key] = value;
                    }
                }
                self.call(by, &route::APPROVE_REQUEST, &id, &body).await;
            }
            8 => {
                let live: Vec<_> = self
                    .grants()
                    .await
                    .into_iter()
                    .filter(|grant| grant.ended.is_none())
                    .collect();
                let grant = dice.pick(&live).id.to_string();
                self.call(by, &route::END_GRANT, &grant, &json!({"reason": "over"}))
                    .await;
            }
            9 => {
                let scope = dice.pick(&scopes).to_string();
                let before = self
                    .house
                    .call(Some(by), &route::REQUEST_SETTINGS, &[&scope], &Value::Null)
                    .await;
                if before.status == 200 {
                    let before: RequestSettingsReply = before.parse();
                    let rule = json!({
                        "id": PolicyId::random(&SystemEntropy), "name": "rule", "author": by.principal,
                        "teams": [dice.pick(&self.teams)],
                        "approves": {"what": "access", "role": dice.pick(&LADDER), "most_seconds": 600},
                    });
                    let after = json!({"steps": dice.below(2) + 1, "rules": [rule]});
                    let body = json!({"before": before.here, "after": after});
                    self.call(by, &route::SET_REQUEST_SETTINGS, &scope, &body).await;
                }
            }
            10 if !self.asked.is_empty() => {
                let id = dice.pick(&self.asked).to_string();
                self.call(by, &route::REFUSE_REQUEST, &id, &json!({"words": "no"}))
                    .await;
            }
            11 => self.give_right(dice).await,
            12..14 => self.draw_or_end_right(dice).await,
            14 => self.keep_keys(dice).await,
            15 => self.give_to_a_machine(dice).await,
            16 => self.exchange_and_try(dice).await,
            17 => self.plan_files(dice).await,
            18 => self.apply_files().await,
            19..21 => self.prolong(dice).await,
            21..23 => self.change_a_grant(dice).await,
            23..25 => self.rotate(dice).await,
            25 => self.guard(dice).await,
            26 if !self.asked.is_empty() => self.answer_many(dice).await,
            _ => {
                self.house.clock.advance(Duration::from_secs(240));
                let mut again = Vec::new();
                for person in &self.people {
                    again.push(self.house.sign_in(person.principal).await);
                }
                self.people = again;
            }
        }
    }

    /// Asks for more of what somebody has by a request; of their own, mostly.
    async fn prolong(&mut self, dice: &Dice) {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let given = reader.given_by(&self.asked).await.unwrap();
        if given.is_empty() {
            return;
        }
        let given = *dice.pick(&given);
        let request = reader.request(given.request).await.unwrap().unwrap();
        let grant = reader.grant(given.grant).await.unwrap().unwrap();
        drop(reader);
        let asker = self.people.iter().find(|one| one.principal == request.asked_by);
        let by = asker
            .filter(|_| dice.below(5) > 0)
            .unwrap_or_else(|| dice.pick(&self.people));
        let id = request_id();
        let want = json!({
            "kind": "access", "role": grant.role, "scope": grant.scope, "extends": request.id,
            "seconds": dice.pick(&[300, 600, 7_776_000]),
        });
        let body = json!({"id": id, "want": want, "reason": "not done yet"});
        if self.call(by, &route::MAKE_REQUEST, "", &body).await == "ok" {
            self.asked.push(id);
        }
    }

    /// Several answers in one call.
    async fn answer_many(&mut self, dice: &Dice) {
        let by = dice.pick(&self.people);
        let ids: BTreeSet<_> = (0..3).map(|_| *dice.pick(&self.asked)).collect();
        let answers: Vec<_> = ids
            .into_iter()
            .map(|id| {
                let answer = if dice.below(4) == 0 {
                    json!({"refuse": {"words": "no"}})
                } else {
                    json!({"approve": {}})
                };
                json!({"request": id, "answer": answer})
            })
            .collect();
        self.call(by, &route::ANSWER_REQUESTS, "", &json!({"answers": answers}))
            .await;
    }
}
