//! Emergency access among the random calls: rights by whoever may give them, draws by their holders and by everybody else.

use super::World;
use crate::dice::Dice;
use crate::{emergency::body_of, house::Actor};
use claviger_model::{
    builtin_roles::{EDITOR, LEAD, OWNER, READER},
    entropy::SystemEntropy,
    grant::Grant,
    ids::{DrawId, EmergencyId},
};
use claviger_protocol::route;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// Rights, and what was drawn of them.
#[derive(Default)]
pub struct Emergencies {
    rights: Vec<EmergencyId>,
    draws: BTreeMap<DrawId, EmergencyId>,
    /// How many grants were found to be draws.
    pub drawn: usize,
}

impl World {
    pub async fn give_right(&mut self, dice: &Dice) {
        let places = self.house.places;
        let scopes = [places.payments, places.production, places.staging];
        let (by, to) = (dice.pick(&self.people), dice.pick(&self.people).principal);
        let role = *dice.pick(&[READER, READER, EDITOR, LEAD]);
        let body = body_of(role, to, *dice.pick(&scopes), &self.house);
        if self.call(by, &route::GIVE_EMERGENCY, "", &body).await == "ok" {
            let right = serde_json::from_value(body["id"].clone()).unwrap();
            self.emergencies.rights.push(right);
        }
    }

    pub async fn draw_or_end_right(&mut self, dice: &Dice) {
        if self.emergencies.rights.is_empty() {
            return;
        }
        let right = *dice.pick(&self.emergencies.rights);
        let mut reader = self.house.app.store.reader().await.unwrap();
        let holder = reader.emergency_right(right).await.unwrap().unwrap().principal;
        drop(reader);
        let holder = self.people.iter().find(|one| one.principal == holder);
        // Mostly whoever holds it.
        let by = holder
            .filter(|_| dice.below(4) > 0)
            .unwrap_or_else(|| dice.pick(&self.people));
        if dice.below(5) == 0 {
            let body = json!({"reason": "over"});
            self.call(by, &route::END_EMERGENCY, &right.to_string(), &body)
                .await;
            return;
        }
        if let Some(draw) = self.draw(by, right, *dice.pick(&[120, 600, 3600])).await {
            self.emergencies.draws.insert(draw, right);
        }
    }

    /// A draw that went.
    pub async fn draw(&self, by: &Actor, right: EmergencyId, seconds: u32) -> Option<DrawId> {
        let id = DrawId::random(&SystemEntropy);
        let body = json!({"id": id, "reason": "it burns", "seconds": seconds});
        let code = self
            .call(by, &route::DRAW_EMERGENCY, &right.to_string(), &body)
            .await;
        (code == "ok").then_some(id)
    }

    pub fn a_right(&self, dice: &Dice) -> Option<EmergencyId> {
        let rights = &self.emergencies.rights;
        rights.get(dice.below(rights.len().max(1))).copied()
    }

    /// What somebody drew was given them beforehand, by somebody else who could have given it.
    pub async fn check_drawn(&mut self, grants: &[Grant], grant: &Grant) {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let draw = reader.emergency_draw_of(grant.id).await.unwrap();
        // An emergency grant is a draw.
        let draw = draw.unwrap();
        let of = self.emergencies.draws.get(&draw.id);
        assert_eq!(of, Some(&draw.right), "nothing was drawn but by its call");
        let right = reader.emergency_right(draw.right).await.unwrap().unwrap();
        assert_eq!(
            (grant.principal, grant.role, grant.scope),
            (right.principal, right.role, right.scope)
        );
        assert_ne!(
            right.given_by, right.principal,
            "nobody gives themselves a right to emergencies"
        );
        assert!([READER, EDITOR].contains(&right.role), "no power over access");
        let may = self.had(
            grants,
            right.given_by,
            &[LEAD, OWNER],
            right.scope,
            right.given_at,
        );
        assert!(may, "{} gave a right that they may not give", right.given_by);
        let ended_before = right.ended.as_ref().is_some_and(|end| end.at < grant.granted_at);
        assert!(!ended_before && grant.granted_at < right.ends_at);
        let lasts = grant.expires_at.unwrap().since(grant.granted_at);
        assert!(lasts <= Duration::from_secs(3600));
        self.emergencies.drawn += 1;
    }
}
