//! How requests are approved at a place: reading the settings and changing them.

use super::{access::shown, conditions, input, names, people, why};
use crate::{
    Vault,
    view::{
        approval::{ApprovalEdit, ApprovalRule as RuleView, ApprovalSettings, NewRule},
        problem::Problem,
    },
};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    approval::{ApprovalRule, Approves, RequestSettings},
    conditions::{Conditions, GrantConditions},
    ids::{PolicyId, PrincipalId, ScopeId},
};
use claviger_protocol::{
    grants::RolesReply,
    requests::{RequestSettingsReply, SetRequestSettings},
    route,
    wire::Bytes,
};

impl Vault {
    /// What was set at a place, and what holds there.
    ///
    /// # Errors
    /// For those who can neither edit the place nor answer requests there.
    pub async fn approval_settings(&self, place: &str) -> Result<ApprovalSettings, Problem> {
        let place: ScopeId = names::id(place)?;
        let reply: RequestSettingsReply = self.inner.ask(route::REQUEST_SETTINGS, &[&place]).await?;
        let roles: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let everybody = self.everybody().await?;
        let book = self.inner.live()?.book();
        let now = self.inner.now();
        let rule = |rule: &ApprovalRule| {
            let (role, most_seconds) = match rule.approves {
                Approves::Access { role, most_seconds } => (
                    roles
                        .roles
                        .iter()
                        .find(|known| known.id == role)
                        .map(shown::role_ref),
                    Some(most_seconds),
                ),
                Approves::Rotation => (None, None),
            };
            let name = |id: &PrincipalId| people::one_of(&everybody, *id).name;
            let conditions = GrantConditions::Known(rule.conditions.clone());
            RuleView {
                id: rule.id.to_string(),
                name: rule.name.to_string(),
                role,
                most_seconds,
                teams: rule.teams.iter().map(name).collect(),
                classes: rule
                    .classes
                    .iter()
                    .map(|class| names::class(Some(*class)))
                    .collect(),
                conditions: why::conditions(&book, &conditions, now)
                    .into_iter()
                    .map(|condition| condition.words)
                    .collect(),
                author: name(&rule.author),
            }
        };
        Ok(ApprovalSettings {
            digest: digest(&reply.here)?,
            steps: reply.here.steps,
            steps_in_force: reply.steps,
            rotations: reply.here.rotations_need_approval,
            rotations_in_force: reply.rotations_need_approval,
            rules: reply.here.rules.iter().map(rule).collect(),
            may_change: book.places.allows(place, Action::ScopeEdit),
        })
    }

    /// Changes them; this person answers for the rules that come.
    ///
    /// # Errors
    /// When somebody changed them meanwhile, a rule would give what this person may not, or the server refuses.
    pub async fn set_approval(&self, place: &str, edit: &ApprovalEdit) -> Result<(), Problem> {
        let place: ScopeId = names::id(place)?;
        let reply: RequestSettingsReply = self.inner.ask(route::REQUEST_SETTINGS, &[&place]).await?;
        let before = reply.here;
        if digest(&before)? != edit.digest {
            let words = "Something changed since this was shown. Look at it again.";
            return Err(names::problem("planStale", words, None));
        }
        let me = self.inner.live()?.principal;
        let kept = before
            .rules
            .iter()
            .filter(|rule| edit.keep.contains(&rule.id.to_string()));
        let mut rules: Vec<_> = kept.cloned().collect();
        for new in &edit.add {
            rules.push(self.made_rule(new, me)?);
        }
        let after = RequestSettings {
            steps: edit.steps,
            rotations_need_approval: edit.rotations,
            rules,
        };
        self.done(
            route::SET_REQUEST_SETTINGS,
            &[&place],
            &SetRequestSettings { before, after },
        )
        .await
    }

    fn made_rule(&self, new: &NewRule, me: PrincipalId) -> Result<ApprovalRule, Problem> {
        let approves = match &new.role {
            Some(role) => Approves::Access {
                role: names::id(role)?,
                most_seconds: new.most_seconds,
            },
            None => Approves::Rotation,
        };
        // A rotation gives nothing that could count under conditions.
        let conditions = match approves {
            Approves::Access { .. } => conditions::wanted(&new.conditions)?,
            Approves::Rotation => Conditions::default(),
        };
        let teams = new.teams.iter().map(|team| names::id(team));
        Ok(ApprovalRule {
            id: PolicyId::random(&*self.inner.parts.entropy),
            name: input::name(&new.name)?,
            approves,
            teams: teams.collect::<Result<_, _>>()?,
            classes: new
                .classes
                .iter()
                .filter_map(|class| names::class_from(*class))
                .collect(),
            conditions,
            author: me,
        })
    }
}

fn digest(settings: &RequestSettings) -> Result<String, Problem> {
    let json = serde_json::to_vec(settings)
        .map_err(|_| names::problem("internal", "Something went wrong.", None))?;
    Ok(Bytes::from(sha256(&json)).into())
}
