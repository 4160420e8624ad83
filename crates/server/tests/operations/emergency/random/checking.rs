//! What must hold.

use super::super::*;
use super::World;
use crate::dice::Dice;
use claviger_model::{grant::Grant, time::Timestamp};

impl World {
    pub(super) async fn grants(&self) -> Vec<Grant> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let holders = self.people.iter().map(|actor| actor.principal);
        let mut all = Vec::new();
        for holder in holders.chain(self.members.keys().copied()) {
            all.extend(reader.grant_history(holder, 500).await.unwrap());
        }
        all
    }

    pub(super) fn chain(&self, scope: ScopeId) -> Vec<ScopeId> {
        let places = self.house.places;
        match scope {
            scope if scope == places.root => vec![scope],
            scope if scope == places.payments => vec![scope, places.root],
            scope => vec![scope, places.payments, places.root],
        }
    }

    /// The grants through which somebody had a role at a place at a moment, those of emergency access apart.
    pub(super) fn through<'a>(
        &self,
        grants: &'a [Grant],
        who: PrincipalId,
        wanted: &[RoleId],
        at: ScopeId,
        when: Timestamp,
    ) -> Vec<&'a Grant> {
        let chain = self.chain(at);
        let reaches = |holder: PrincipalId| {
            holder == who
                || self
                    .members
                    .get(&holder)
                    .is_some_and(|members| members.contains(&who))
        };
        let counts = |grant: &&Grant| {
            reaches(grant.principal)
                && !grant.conditions.is_emergency()
                && wanted.contains(&grant.role)
                && chain.contains(&grant.scope)
                && grant.granted_at <= when
                && grant.expires_at.is_none_or(|end| when < end)
                && grant.ended.as_ref().is_none_or(|end| when <= end.at)
        };
        grants.iter().filter(counts).collect()
    }

    pub(super) async fn check(&mut self, dice: &Dice) {
        let grants = self.grants().await;
        let givers = [roles::LEAD, roles::OWNER];
        let mut reader = self.house.app.store.reader().await.unwrap();
        for id in &self.rights {
            let right = reader.emergency_right(*id).await.unwrap().unwrap();
            assert_ne!(right.given_by, right.principal, "nobody gives to themselves");
            assert!(!self.members.contains_key(&right.principal), "one person");
            assert!(
                [roles::READER, roles::EDITOR].contains(&right.role),
                "no power over access"
            );
            let by = self.through(&grants, right.given_by, &givers, right.scope, right.given_at);
            assert!(!by.is_empty(), "given by nobody who may");
        }
        let mut reviewed = 0;
        for id in &self.draws {
            let draw = reader.emergency_draw(*id).await.unwrap().unwrap();
            let right = reader.emergency_right(draw.right).await.unwrap().unwrap();
            assert_eq!(draw.principal, right.principal);
            assert!(draw.ends_at.since(draw.drawn_at) <= HOUR && draw.ends_at <= right.ends_at);
            if let Some(review) = &draw.review {
                reviewed += 1;
                assert_ne!(review.by, draw.principal, "nobody reviews themselves");
                let by = self.through(&grants, review.by, &givers, draw.scope, review.at);
                assert!(by.iter().any(|grant| grant.granted_by != draw.principal));
                assert!(review.at >= draw.over_at());
            }
        }
        drop(reader);
        if dice.below(8) == 0 {
            self.check_reviewers(dice).await;
        }
        self.counts.given = self.rights.len();
        self.counts.drawn = self.draws.len();
        self.counts.reviewed = reviewed;
        self.check_a_read(dice, &grants).await;
    }

    /// Those who are reminded of a review are those who may give it.
    pub(super) async fn check_reviewers(&self, dice: &Dice) {
        if self.draws.is_empty() {
            return;
        }
        let id = *dice.pick(&self.draws);
        let mut reader = self.house.app.store.snapshot().await.unwrap();
        let draw = reader.emergency_draw(id).await.unwrap().unwrap();
        if draw.review.is_some() {
            return;
        }
        let epoch = reader.committed_epoch().await.unwrap();
        let mut ground = claviger_server::telling::Ground {
            reader: &mut *reader,
            judge: claviger_server::operations::requests::Judge {
                entitlements: &self.house.app.entitlements,
                epoch: claviger_server::entitlement::Epoch::Committed(epoch),
                now: self.house.clock.now(),
            },
        };
        let told = ground
            .reviewers(draw.principal, draw.role, draw.scope)
            .await
            .unwrap();
        for person in &self.people {
            let seen = self.house.emergency(person).await.draws;
            let may = seen.iter().any(|one| one.id == id && one.may_review);
            assert_eq!(told.contains(&person.principal), may);
        }
    }

    pub(super) async fn check_a_read(&mut self, dice: &Dice, grants: &[Grant]) {
        // Half of the time somebody who drew something.
        let drew: Vec<_> = grants
            .iter()
            .filter(|grant| grant.conditions.is_emergency())
            .collect();
        let chosen = if drew.is_empty() || dice.below(2) == 0 {
            dice.pick(&self.people)
        } else {
            let who = dice.pick(&drew).principal;
            self.people.iter().find(|one| one.principal == who).unwrap()
        };
        let (scope, secret) = *dice.pick(&self.secrets);
        let (now, who) = (self.house.clock.now(), chosen.principal);
        let readers = [roles::READER, roles::EDITOR];
        let own = !self
            .through(grants, who, &readers, scope, now)
            .iter()
            .all(|grant| !grant.active_at(now));
        let chain = self.chain(scope);
        let drawn = grants.iter().any(|grant| {
            grant.principal == who
                && grant.conditions.is_emergency()
                && grant.active_at(now)
                && chain.contains(&grant.scope)
        });
        let revealed = self.house.read(chosen, secret, "reveal").await == "ok";
        let frozen = scope == self.house.places.staging;
        assert_eq!(
            revealed,
            (own || drawn) && !frozen,
            "own {own}, drawn {drawn}, frozen {frozen}"
        );
        let leased = self.house.read(chosen, secret, "lease").await == "ok";
        assert_eq!(leased, own, "a lease needs a right of one's own");
        let only_drawn = revealed && !own;
        self.counts.read += usize::from(only_drawn);
        self.counts.forbidden += usize::from(drawn && frozen);
        if only_drawn {
            let mut reader = self.house.app.store.reader().await.unwrap();
            let reads = reader.emergency_reads(&self.draws).await.unwrap();
            let read = reads.iter().find(|read| read.secret == secret).unwrap();
            let request = reader.request(read.request).await.unwrap().unwrap();
            assert_eq!(
                request.asked,
                claviger_storage::requests::Asked::Rotation { secret }
            );
        }
    }
}
