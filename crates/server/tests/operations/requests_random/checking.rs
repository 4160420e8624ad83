//! What must hold after each call: every new grant has a giver who might give it, and what decides is what lives.

use super::{LADDER, World};
use crate::dice::Dice;
use claviger_model::{
    approval::{Approves, LONGEST_SECONDS},
    builtin_roles::{EDITOR, LEAD, READER, VIEWER},
    grant::Grant,
    ids::{PrincipalId, RequestId, RoleId},
    time::{Clock, Timestamp},
};
use claviger_protocol::route;
use claviger_storage::requests::{Asked, Request};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

impl World {
    pub async fn check(&mut self, dice: &Dice) {
        let grants = self.grants().await;
        let new: Vec<_> = grants
            .iter()
            .filter(|grant| !self.checked.contains(&grant.id))
            .collect();
        for grant in new {
            if grant.conditions.is_emergency() {
                self.check_drawn(&grants, grant).await;
                continue;
            }
            if self.check_narrowed(&grants, grant) {
                continue;
            }
            if self.check_by_files(grant) || self.check_gift(&grants, grant) {
                continue;
            }
            self.asked_for += 1;
            let mut reader = self.house.app.store.reader().await.unwrap();
            let request = self.of(grant).await;
            let Asked::Access {
                role,
                seconds,
                extends,
                ..
            } = request.asked
            else {
                panic!("{request:?}")
            };
            assert_eq!(grant.principal, request.asked_by);
            assert_ne!(grant.granted_by, grant.principal, "nobody approves themselves");
            let asked_at = |role: RoleId| LADDER.iter().position(|one| *one == role).unwrap();
            let lead = grant.role == LEAD || role == LEAD;
            assert!(if lead {
                grant.role == role || grant.role == VIEWER
            } else {
                asked_at(grant.role) <= asked_at(role)
            });
            assert!(self.chain(grant.scope).contains(&request.scope));
            let lasts = grant.expires_at.unwrap().since(grant.granted_at);
            let before = match extends {
                Some(before) => self.rest_of(&grants, before, grant.granted_at).await,
                None => Duration::ZERO,
            };
            assert!(lasts <= before + Duration::from_secs(seconds.into()));
            assert!(lasts <= Duration::from_secs(LONGEST_SECONDS.into()));
            let steps = reader.steps_of(&[request.id]).await.unwrap();
            let rule = reader.given_by(&[request.id]).await.unwrap()[0].rule;
            let settings = reader.request_settings(&self.chain(grant.scope)).await.unwrap();
            let needed = settings
                .iter()
                .filter_map(|(_, settings)| settings.steps)
                .max()
                .unwrap_or(1);
            let mut by: BTreeSet<_> = steps.iter().map(|step| step.by).collect();
            by.insert(grant.granted_by);
            for giver in &by {
                assert_ne!(*giver, grant.principal);
            }
            let may = |giver: &&PrincipalId| {
                self.had(
                    &grants,
                    **giver,
                    Self::givers(grant.role),
                    grant.scope,
                    grant.granted_at,
                )
            };
            let givers = by.iter().filter(may).count();
            assert!(by.contains(&grant.granted_by) && may(&&grant.granted_by));
            if let Some(rule) = rule {
                assert_eq!(needed, 1);
                let rules = settings.iter().flat_map(|(_, settings)| &settings.rules);
                let rule = rules.into_iter().find(|one| one.id == rule).unwrap();
                assert_eq!(rule.author, grant.granted_by);
                let Approves::Access { most_seconds, .. } = rule.approves else {
                    panic!("{rule:?}")
                };
                assert!(
                    lasts <= Duration::from_secs(most_seconds.into()),
                    "a rule's time counts from now"
                );
                assert!(rule.teams.iter().any(|team| self.reaches(*team, grant.principal)));
                assert!(!rule.teams.iter().any(|team| self.reaches(*team, rule.author)));
            } else {
                assert!(givers >= usize::try_from(needed).unwrap(), "{givers} of {needed}");
            }
        }
        self.checked.extend(grants.iter().map(|grant| grant.id));
        self.check_a_token(dice, &grants).await;
        self.check_rotations().await;
        // What decides is what lives.
        let (person, (scope, secret)) = (dice.pick(&self.people), *dice.pick(&self.secrets));
        let now = self.house.clock.now();
        let alive: Vec<_> = grants
            .iter()
            .filter(|grant| grant.active_at(now))
            .cloned()
            .collect();
        let expected =
            self.had(&alive, person.principal, &[READER, EDITOR], scope, now) && !self.is_guarded(scope);
        let items = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
        let reply = self
            .house
            .call(Some(person), &route::RELEASES, &[], &items)
            .await
            .json();
        let released = reply["results"][0]["problem"].is_null();
        assert_eq!(released, expected, "{reply}");
    }

    /// How much was left of what a request gave.
    async fn rest_of(&self, grants: &[Grant], request: RequestId, at: Timestamp) -> Duration {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let given = reader.given_by(&[request]).await.unwrap()[0];
        let grant = grants.iter().find(|grant| grant.id == given.grant).unwrap();
        grant.expires_at.unwrap().since(at)
    }

    async fn of(&self, grant: &Grant) -> Request {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let given = reader.given_by(&self.asked).await.unwrap();
        let link = given.iter().find(|given| given.grant == grant.id);
        reader.request(link.unwrap().request).await.unwrap().unwrap()
    }
}
