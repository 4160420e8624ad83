//! Roles of one's own and guardrails, as files change them, and what must hold of it.

use super::super::*;
use super::World;
use crate::{assigning::allowed, dice::Dice};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    principal::PrincipalKind,
    role::{MayGrant, Role},
};
use std::collections::BTreeSet;

/// Looking, learning values, changing them, and power over access.
const ACTIONS: [Action; 6] = [
    Action::SecretView,
    Action::SecretUse,
    Action::SecretReveal,
    Action::SecretWrite,
    Action::GrantView,
    Action::GrantAssign,
];
/// How the file of the guardrail that files made begins: an export names it more closely.
const CLOSED: &str = "guardrails/closed";

/// What the files may change besides grants.
#[derive(Debug, PartialEq)]
pub struct Rules {
    pub roles: Vec<Role>,
    /// Id, whether it is on, and its text.
    guardrails: Vec<(String, bool, String)>,
}

/// A role that lets see names, or more than is delegated.
pub async fn own_role(house: &House, dice: &Dice) -> RoleId {
    let id = RoleId::random(&SystemEntropy);
    let mut actions = BTreeSet::from([Action::SecretView]);
    if dice.below(3) == 0 {
        actions.insert(Action::SecretWrite);
    }
    let role = Role::custom(id, name("Crew"), actions, MayGrant::nothing()).unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&role).await.unwrap();
    locked.commit().await.unwrap();
    id
}

impl World {
    /// Other actions of the role, a further guardrail, another text of it, or one that is switched on or off.
    pub(super) fn edited_rules(&self, dice: &Dice) -> Vec<PolicyFile> {
        let closed = self
            .files
            .iter()
            .find(|file| file.path.starts_with(CLOSED))
            .map(|file| file.path.clone());
        if dice.below(2) == 0 {
            let mut chosen = BTreeSet::from([Action::SecretView]);
            for _ in 0..dice.below(3) {
                // Most of what is delegated, some of what is not.
                chosen.insert(*dice.pick(&[
                    Action::SecretUse,
                    Action::SecretReveal,
                    Action::SecretUse,
                    Action::SecretReveal,
                    Action::SecretWrite,
                    Action::GrantView,
                ]));
            }
            let listed: Vec<_> = chosen.iter().map(|action| format!("\"{action}\"")).collect();
            return changed(&self.files, "roles.toml", |text| {
                with_actions(text, &listed.join(", "))
            });
        }
        let forbid = format!(
            "forbid (principal, action in Action::\"data\", resource) when {{ resource.class == \"{}\" }};\n",
            dice.pick(&["production", "staging"])
        );
        let Some(closed) = closed else {
            let id = crate::guardrails::new_id();
            let mut files = changed(&self.files, "guardrails.toml", |text| {
                format!(
                    "{text}\n[[guardrails]]\nid = \"{id}\"\nname = \"Closed\"\nenabled = true\nfile = \"{CLOSED}.cedar\"\n"
                )
            });
            files.push(PolicyFile {
                path: format!("{CLOSED}.cedar"),
                text: forbid,
            });
            return files;
        };
        match dice.below(3) {
            0 => changed(&self.files, &closed, |_| forbid.clone()),
            1 => switched(&self.files, ("enabled = true", "enabled = false")),
            _ => switched(&self.files, ("enabled = false", "enabled = true")),
        }
    }

    pub(super) async fn rules(&self) -> Rules {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let guardrails = reader.guardrails().await.unwrap();
        Rules {
            roles: reader.roles().await.unwrap(),
            guardrails: guardrails
                .into_iter()
                .map(|one| (one.id.to_string(), one.enabled, one.text))
                .collect(),
        }
    }

    /// Who of these people and services can do what, and where.
    pub(super) async fn abilities(
        &self,
        of: &BTreeSet<PrincipalId>,
    ) -> BTreeSet<(PrincipalId, Action, ScopeId)> {
        let places = self.house.places;
        let mut found = BTreeSet::new();
        for who in of {
            let row = self.house.app.store.reader().await.unwrap().principal(*who).await;
            if row.unwrap().unwrap().kind() == PrincipalKind::Team {
                continue;
            }
            for action in ACTIONS {
                for place in [places.payments, places.production, places.staging] {
                    if allowed(&self.house, *who, action, place).await {
                        found.insert((*who, action, place));
                    }
                }
            }
        }
        found
    }

    /// What the delegated roles hold.
    fn delegated(&self) -> BTreeSet<Action> {
        let all = roles::all();
        let ours = all.iter().filter(|role| self.may_grant.contains(&role.id));
        ours.flat_map(|role| role.actions.iter().copied()).collect()
    }

    pub(super) async fn holds_no_more(&self, role: RoleId) -> bool {
        let now = self.rules().await.roles;
        let own = now.iter().find(|one| one.id == role);
        own.is_some_and(|role| role.actions.is_subset(&self.delegated()))
    }

    /// No role has come to hold anything beyond what the delegated ones hold.
    pub(super) async fn within_what_was_delegated(&self, before: &Rules) {
        let had = |id: RoleId| before.roles.iter().find(|one| one.id == id);
        for role in self.rules().await.roles {
            let mut may: BTreeSet<_> = self.delegated();
            may.extend(
                had(role.id)
                    .into_iter()
                    .flat_map(|one| one.actions.iter().copied()),
            );
            assert!(role.actions.is_subset(&may), "{role:?} beyond {may:?}");
        }
    }
}

/// Other text of one file, or the same.
fn changed(files: &[PolicyFile], path: &str, edit: impl Fn(&str) -> String) -> Vec<PolicyFile> {
    let mut files = files.to_vec();
    for file in files.iter_mut().filter(|file| file.path == path) {
        file.text = edit(&file.text);
    }
    files
}

fn with_actions(text: &str, listed: &str) -> String {
    let line = |line: &str| match line.starts_with("actions = ") {
        true => format!("actions = [{listed}]"),
        false => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// Of the guardrail that files made; built-in ones stand elsewhere in the list.
fn switched(files: &[PolicyFile], (from, to): (&str, &str)) -> Vec<PolicyFile> {
    changed(files, "guardrails.toml", |text| {
        let entries: Vec<_> = text
            .split("\n[[guardrails]]")
            .map(|entry| match entry.contains(CLOSED) {
                true => entry.replace(from, to),
                false => entry.to_owned(),
            })
            .collect();
        entries.join("\n[[guardrails]]")
    })
}
