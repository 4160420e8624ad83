//! Calls of whoever it may be.

use super::super::*;
use super::World;
use crate::dice::Dice;
use claviger_model::ids::GrantId;
use claviger_server::jobs;

impl World {
    pub(super) async fn call(&self, by: &Actor, route: &route::Route, argument: &str, body: &Value) -> bool {
        let arguments: &[&dyn std::fmt::Display] = if argument.is_empty() { &[] } else { &[&argument] };
        self.house.call(Some(by), route, arguments, body).await.code() == "ok"
    }

    pub(super) async fn act(&mut self, dice: &Dice) {
        let places = self.house.places;
        let scopes = [places.payments, places.production, places.staging];
        let by = &self.people[dice.below(self.people.len())];
        match dice.below(14) {
            0..3 => {
                let everybody: Vec<_> = self.people.iter().map(|one| one.principal).collect();
                let teams: Vec<_> = self.members.keys().copied().collect();
                let to = *dice.pick(if dice.below(5) == 0 { &teams } else { &everybody });
                let role = *dice.pick(&[roles::READER, roles::READER, roles::EDITOR, roles::LEAD]);
                let body = body_of(role, to, *dice.pick(&scopes), &self.house);
                if self.call(by, &route::GIVE_EMERGENCY, "", &body).await {
                    self.rights
                        .push(serde_json::from_value(body["id"].clone()).unwrap());
                }
            }
            3..7 if !self.rights.is_empty() => {
                // Mostly whoever holds it.
                let right = *dice.pick(&self.rights);
                let mut reader = self.house.app.store.reader().await.unwrap();
                let holder = reader.emergency_right(right).await.unwrap().unwrap().principal;
                let holder = self.people.iter().find(|one| one.principal == holder);
                let by = holder.filter(|_| dice.below(4) > 0).unwrap_or(by);
                let id = DrawId::random(&SystemEntropy);
                let body = json!({"id": id, "reason": "it burns", "seconds": dice.pick(&[60, 600, 3600])});
                if self
                    .call(by, &route::DRAW_EMERGENCY, &right.to_string(), &body)
                    .await
                {
                    self.draws.push(id);
                }
            }
            7..9 if !self.draws.is_empty() => {
                let body = json!({"verdict": "not-justified", "words": "no fire"});
                let draw = dice.pick(&self.draws).to_string();
                self.call(by, &route::REVIEW_EMERGENCY, &draw, &body).await;
            }
            9 if !self.rights.is_empty() => {
                let right = dice.pick(&self.rights).to_string();
                self.call(by, &route::END_EMERGENCY, &right, &json!({"reason": "over"}))
                    .await;
            }
            10 => {
                let live: Vec<_> = self
                    .grants()
                    .await
                    .into_iter()
                    .filter(|one| one.ended.is_none())
                    .collect();
                let grant = dice.pick(&live).id.to_string();
                self.call(by, &route::END_GRANT, &grant, &json!({"reason": "over"}))
                    .await;
            }
            11 => {
                // Making a friend powerful is no way to be reviewed.
                let gift = json!({
                    "id": GrantId::random(&SystemEntropy), "principal": dice.pick(&self.people).principal,
                    "role": dice.pick(&[roles::LEAD, roles::READER]), "scope": dice.pick(&scopes), "reason": "why not",
                });
                self.call(by, &route::GIVE_GRANT, "", &gift).await;
            }
            _ => {
                self.house.clock.advance(Duration::from_secs(240));
                if dice.below(2) == 0 {
                    jobs::sweep(&self.house.app).await;
                }
                let mut again = Vec::new();
                for person in &self.people {
                    again.push(self.house.sign_in(person.principal).await);
                }
                self.people = again;
            }
        }
    }
}
