//! Calls by hand and by files.

use super::super::*;
use super::{FILE, World};
use crate::dice::Dice;
use claviger_model::builtin_roles as roles;

impl World {
    /// One random edit: of the file of grants, or of roles or guardrails.
    pub(super) async fn edit(&self, dice: &Dice) -> Vec<PolicyFile> {
        match dice.below(3) {
            0 => {
                // Files that are not sent are not looked at, so that nothing else refuses this.
                let mut files = self.edited_rules(dice);
                files.retain(|file| !file.path.starts_with("grants/"));
                files
            }
            _ => self.edited_grants(dice).await,
        }
    }

    async fn edited_grants(&self, dice: &Dice) -> Vec<PolicyFile> {
        let own: Vec<GrantId> = self
            .grants()
            .await
            .into_values()
            .filter(|grant| grant.ended.is_none() && self.mentions(grant.id))
            .map(|grant| grant.id)
            .collect();
        if dice.below(3) == 0 && !own.is_empty() {
            return without(&self.files, FILE, *dice.pick(&own));
        }
        let mut roles = vec![roles::READER, roles::READER, roles::CI_TEST, roles::LEAD];
        roles.extend([
            roles::EDITOR,
            roles::OWNER,
            roles::POLICY_FILES,
            self.crew,
            self.crew,
        ]);
        let mut files = self.files.clone();
        for _ in 0..=dice.below(2) {
            let entry = entry(
                new_grant(),
                self.somebody(dice),
                *dice.pick(&roles),
                self.place(dice),
            );
            files = with_grant(&files, FILE, &entry);
        }
        files
    }

    pub(super) fn mentions(&self, id: GrantId) -> bool {
        let own = self
            .files
            .iter()
            .find(|file| file.path.starts_with(FILE))
            .unwrap();
        own.text.contains(&format!("[[grants]]\nid = \"{id}\""))
    }

    pub(super) async fn by_hand(&mut self, dice: &Dice) {
        let who = dice.below(self.people.len());
        match dice.below(6) {
            0 | 1 => {
                let body = json!({
                    "id": new_grant(), "principal": self.somebody(dice), "role": *dice.pick(&[roles::READER, roles::CONSUMER, roles::LEAD, self.crew]),
                    "scope": self.place(dice), "reason": "on call",
                });
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::GIVE_GRANT, &[], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
            2 => {
                // Without the delegation and who made it nothing is planned any more.
                let living: Vec<_> = self
                    .grants()
                    .await
                    .into_values()
                    .filter(|grant| {
                        grant.ended.is_none() && ![roles::OWNER, roles::POLICY_FILES].contains(&grant.role)
                    })
                    .collect();
                if living.is_empty() {
                    return;
                }
                let id = dice.pick(&living).id;
                let body = json!({"reason": "over"});
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::END_GRANT, &[&id], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
            3 => {
                let to = dice.below(self.people.len());
                let mut body =
                    crate::emergency::right_body(&self.house, self.people[to].principal, self.place(dice));
                body["ends_at"] = json!(self.house.clock.now().plus(DAY));
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::GIVE_EMERGENCY, &[], &body)
                    .await;
                if answer.code() == "ok" {
                    self.rights
                        .push((to, serde_json::from_value(body["id"].clone()).unwrap()));
                }
            }
            4 => {
                if let Some((whose, right)) = self.rights.get(dice.below(self.rights.len().max(1))).copied() {
                    let draw = claviger_model::ids::DrawId::random(&SystemEntropy);
                    let body = json!({"id": draw, "reason": "it burns", "seconds": 600});
                    let answer = self
                        .house
                        .call(
                            Some(&self.people[whose]),
                            &route::DRAW_EMERGENCY,
                            &[&right],
                            &body,
                        )
                        .await;
                    self.counts.drawn += usize::from(answer.code() == "ok");
                }
            }
            _ => {
                let (team, member) = (
                    *dice.pick(&self.teams),
                    self.people[dice.below(self.people.len())].principal,
                );
                let body = json!({"member": member});
                let owner = &self.people[0];
                let answer = self
                    .house
                    .call(Some(owner), &route::ADD_MEMBER, &[&team], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
        }
    }

    pub(super) async fn by_files(&mut self, dice: &Dice) {
        let files = self.edit(dice).await;
        if self.refused_for_holding_more(&files, None).await {
            return;
        }
        let shown = plan(&self.house, &self.pipeline.service, &files).await;
        assert_eq!(shown.problems, [], "an edit that can be read");
        if dice.below(3) == 0 {
            self.by_hand(dice).await;
            if self.refused_for_holding_more(&files, Some(&shown)).await {
                return;
            }
        }
        let (before, behind, state) = (
            self.grants().await,
            self.behind().await,
            state_of(&self.house).await,
        );
        let (could, rules) = (self.abilities(&behind).await, self.rules().await);
        let now_shown = plan(&self.house, &self.pipeline.service, &files).await;
        let about_rules = now_shown
            .changes
            .iter()
            .any(|change| change.kind != FileKind::Grant);
        let answer = apply_plan(&self.house, &self.pipeline.service, &files, &shown).await;
        let after = self.grants().await;
        if answer.code() != "ok" {
            assert_eq!(state_of(&self.house).await, state, "{:?}", answer.json());
            assert_eq!(before, after);
            assert_eq!(rules, self.rules().await);
            if now_shown.digest == shown.digest {
                assert_eq!(answer.code(), now_shown.refused[0].code.as_str());
                self.counts.refused += 1;
                self.counts.rules_refused += usize::from(about_rules);
            } else {
                assert_eq!(answer.code(), "stale_plan");
                self.counts.stale += 1;
            }
            return;
        }
        assert_eq!(now_shown.digest, shown.digest);
        assert_eq!(now_shown.refused, []);
        self.counts.applied += 1;
        let mut expected = before.clone();
        for change in shown.changes.iter().filter(|change| !change.left) {
            self.counts.changes += 1;
            if change.kind != FileKind::Grant {
                self.counts.rules += 1;
                continue;
            }
            let id: GrantId = change.id.parse().unwrap();
            match change.differs {
                Differs::OnlyInOrganization => assert!(after[&id].ended.is_some()),
                Differs::OnlyInFile => {
                    let given = &after[&id];
                    let gives = self.may_grant.contains(&given.role) || self.holds_no_more(given.role).await;
                    assert!(gives && given.ended.is_none());
                    assert_eq!(given.granted_by, self.pipeline.service.principal);
                    let reached = self.reached(given.principal).await;
                    let own: Vec<_> = reached.intersection(&behind).collect();
                    assert!(own.is_empty(), "{own:?} stand behind what gave them {change:?}");
                }
                Differs::Otherwise => panic!("nothing was changed in place"),
            }
            expected.insert(id, after[&id].clone());
        }
        assert_eq!(expected, after, "nothing but what was planned");
        self.within_what_was_delegated(&rules).await;
        let gained: Vec<_> = self
            .abilities(&behind)
            .await
            .difference(&could)
            .copied()
            .collect();
        assert_eq!(gained, [], "who stands behind gained it by {:?}", shown.changes);
        let sent = |file: &PolicyFile| files.iter().any(|other| other.path == file.path);
        self.files.retain(|file| !sent(file));
        self.files.extend(files.iter().cloned());
    }

    /// While the identity holds anything else, it is refused everything; an Owner takes that away again.
    async fn refused_for_holding_more(&mut self, files: &[PolicyFile], shown: Option<&FilesPlan>) -> bool {
        let (service, now) = (&self.pipeline.service, self.house.clock.now());
        let more: Vec<_> = self
            .grants()
            .await
            .into_values()
            .filter(|grant| {
                let lives = grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end);
                lives && grant.principal == service.principal && grant.role != roles::POLICY_FILES
            })
            .collect();
        if more.is_empty() {
            return false;
        }
        let state = state_of(&self.house).await;
        let body = json!({ "files": files });
        let planned = self
            .house
            .call(Some(service), &route::PLAN_POLICY_FILES, &[], &body)
            .await;
        assert_eq!(planned.code(), "forbidden", "{more:?}");
        if let Some(shown) = shown {
            let answer = apply_plan(&self.house, service, files, shown).await;
            assert_eq!(answer.code(), "forbidden", "{more:?}");
            self.counts.refused += 1;
        }
        assert_eq!(state_of(&self.house).await, state);
        let body = json!({"reason": "it holds nothing else"});
        for grant in more {
            let ended = self
                .house
                .call(Some(&self.people[0]), &route::END_GRANT, &[&grant.id], &body)
                .await;
            assert_eq!(ended.code(), "ok", "{:?}", ended.json());
        }
        true
    }

    pub(super) async fn step(&mut self, dice: &Dice) {
        match dice.below(8) {
            0..=4 => self.by_files(dice).await,
            5 | 6 => self.by_hand(dice).await,
            _ => {
                // A file of today's state, so that what was done by hand is taken over.
                self.files = export(&self.house, &self.pipeline.author).await;
            }
        }
    }
}
