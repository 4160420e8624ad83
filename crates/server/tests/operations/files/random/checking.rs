//! Who is reached, who stands behind the identity, and what must hold.

use super::super::*;
use super::World;
use crate::{assigning::allowed, dice::Dice};
use claviger_model::{
    action::Action, builtin_roles as roles, grant::Grant, principal::PrincipalKind, time::Timestamp,
};
use claviger_storage::principals::PrincipalFilter;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    pub(super) async fn grants(&self) -> BTreeMap<GrantId, Grant> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut found = BTreeMap::new();
        let everybody = reader
            .principals_page(PrincipalFilter::default(), None, 1_000)
            .await
            .unwrap();
        for row in everybody {
            for grant in reader.grant_history(row.id, 1_000).await.unwrap() {
                found.insert(grant.id, grant);
            }
        }
        found
    }

    pub(super) async fn members(&self) -> BTreeMap<PrincipalId, BTreeSet<PrincipalId>> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut of = BTreeMap::new();
        for team in self.teams.iter().chain([&self.pipeline.team]) {
            let rows = reader.team_members(*team).await.unwrap();
            of.insert(*team, rows.into_iter().map(|row| row.member).collect());
        }
        of
    }

    /// Everybody whom something given to a principal reaches: members at any depth, and the people who answer for services.
    pub(super) async fn reached(&self, to: PrincipalId) -> BTreeSet<PrincipalId> {
        let members = self.members().await;
        let mut reader = self.house.app.store.reader().await.unwrap();
        let (mut found, mut wait) = (BTreeSet::new(), vec![to]);
        while let Some(next) = wait.pop() {
            if !found.insert(next) {
                continue;
            }
            wait.extend(members.get(&next).into_iter().flatten());
            if let Some(row) = reader.principal(next).await.unwrap()
                && let Nature::Service { owner, .. } = row.nature
            {
                wait.push(owner);
            }
        }
        found
    }

    /// Those who could use the identity, and those who made it.
    pub(super) async fn behind(&self) -> BTreeSet<PrincipalId> {
        let mut found = self.reached(self.pipeline.service.principal).await;
        found.extend([self.pipeline.author.principal, self.pipeline.second.principal]);
        let mut reader = self.house.app.store.reader().await.unwrap();
        let keys = reader.keys_of(&[self.pipeline.service.principal]).await.unwrap();
        found.extend(keys.iter().map(|key| key.made_by));
        found
    }

    /// Whoever may do something has a living grant that says so; what is over never comes back.
    pub(super) async fn holds(&mut self, dice: &Dice) {
        let (grants, now) = (self.grants().await, self.house.clock.now());
        let living = |grant: &Grant, now: Timestamp| {
            grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end)
        };
        for id in &self.over {
            assert!(
                grants.get(id).is_none_or(|grant| !living(grant, now)),
                "{id} came back"
            );
        }
        let over = grants.values().filter(|grant| !living(grant, now));
        self.over.extend(over.map(|grant| grant.id));
        let (who, place) = (self.somebody(dice), self.place(dice));
        let row = self
            .house
            .app
            .store
            .reader()
            .await
            .unwrap()
            .principal(who)
            .await
            .unwrap()
            .unwrap();
        let action = *dice.pick(&[
            Action::SecretReveal,
            Action::SecretUse,
            Action::GrantAssign,
            Action::FilesApply,
        ]);
        if row.kind() == PrincipalKind::Team || !allowed(&self.house, who, action, place).await {
            return;
        }
        let members = self.members().await;
        let mut mine = BTreeSet::from([who]);
        for _ in 0..=members.len() {
            let joined: Vec<_> = members
                .iter()
                .filter(|(_, of)| of.iter().any(|member| mine.contains(member)))
                .collect();
            mine.extend(joined.into_iter().map(|(team, _)| *team));
        }
        let places = self.house.places;
        let above = [places.root, places.payments, place];
        let mut all = roles::all();
        all.extend(self.rules().await.roles);
        let says = |grant: &&Grant| {
            let role = all.iter().find(|role| role.id == grant.role);
            living(grant, now)
                && mine.contains(&grant.principal)
                && above.contains(&grant.scope)
                && role.is_some_and(|role| role.allows(action))
        };
        assert!(
            grants.values().any(|grant| says(&grant)),
            "{who} has {action} of nobody"
        );
    }
}
