//! What Cedar is shown of a question.

use crate::{
    looks::Looks,
    question::{Caller, Circumstances, Question},
    schema::PolicySchema,
};
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    principal::Nature,
    scope::EnvironmentClass,
    time::Timestamp,
};
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// The request could not be put together; it is refused like a policy that fails.
#[derive(Debug)]
pub(crate) struct Unanswerable;

/// No policy can name a secret, so that any secret of a scope is decided like every other.
const STANDS_FOR_ANY: SecretId = SecretId::from_bytes([0; 16]);

/// A request with the entities that it touches.
pub(crate) struct Shown {
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

impl PolicySchema {
    pub(crate) fn show(
        &self,
        question: &Question<'_>,
        looks: Looks,
        grant_ends: bool,
    ) -> Result<Shown, Unanswerable> {
        let principal = self.caller(question.caller)?;
        let resource = self.resource(question)?;
        let action = self.actions.get(&question.action).ok_or(Unanswerable)?.clone();
        let context = context(question.circumstances, looks, grant_ends)?;
        let request = Request::new(principal.uid(), action.uid(), resource.uid(), context, None);
        let entities = Entities::from_entities([principal, action, resource], None);
        Ok(Shown {
            request: request.map_err(|_| Unanswerable)?,
            entities: entities.map_err(|_| Unanswerable)?,
        })
    }

    /// The principal that a grant names, as seen from the caller: themselves, or a team.
    pub(crate) fn holder(&self, caller: &Caller, principal: PrincipalId) -> EntityUid {
        if principal == caller.id {
            self.caller_uid(caller)
        } else {
            uid(&self.team, principal)
        }
    }

    pub(crate) fn scope(&self, scope: ScopeId) -> EntityUid {
        uid(&self.scope, scope)
    }

    fn caller_uid(&self, caller: &Caller) -> EntityUid {
        let kind = match caller.nature {
            Nature::Person { .. } => &self.person,
            Nature::Service { .. } => &self.service,
            Nature::Team => &self.team,
        };
        uid(kind, caller.id)
    }

    fn caller(&self, caller: &Caller) -> Result<Entity, Unanswerable> {
        let (name, value) = match caller.nature {
            Nature::Person { outside } => ("outside", RestrictedExpression::new_bool(outside)),
            Nature::Service { class, .. } => ("class", class_text(class)),
            Nature::Team => return Err(Unanswerable),
        };
        let attributes = HashMap::from([(name.to_owned(), value)]);
        let teams = caller
            .teams
            .iter()
            .map(|membership| uid(&self.team, membership.team))
            .collect();
        Entity::new(self.caller_uid(caller), attributes, teams).map_err(|_| Unanswerable)
    }

    fn resource(&self, question: &Question<'_>) -> Result<Entity, Unanswerable> {
        let resource = question.resource;
        let (innermost, above) = resource.chain.split_first().ok_or(Unanswerable)?;
        let class = class_text(EnvironmentClass::effective(resource.class));
        let attributes = HashMap::from([("class".to_owned(), class)]);
        let mut parents: HashSet<_> = above.iter().map(|scope| self.scope(*scope)).collect();
        let uid = if question.action.is_about_secrets() {
            parents.insert(self.scope(*innermost));
            uid(&self.secret, resource.secret.unwrap_or(STANDS_FOR_ANY))
        } else {
            self.scope(*innermost)
        };
        Entity::new(uid, attributes, parents).map_err(|_| Unanswerable)
    }
}

// Only what some guardrail looks at is shown: the rest costs time. What is missed by mistake is an error at
// evaluation, hence a refusal.
fn context(circumstances: &Circumstances, looks: Looks, grant_ends: bool) -> Result<Context, Unanswerable> {
    let mut pairs = Vec::new();
    let mut show = |name: &str, value| pairs.push((name.to_owned(), value));
    if looks.now {
        show("now", moment(circumstances.now)?);
    }
    if looks.multi_factor {
        show(
            "multi_factor",
            RestrictedExpression::new_bool(circumstances.multi_factor_at.is_some()),
        );
    }
    if let Some(at) = circumstances.multi_factor_at.filter(|_| looks.multi_factor_age) {
        let age = i64::try_from(circumstances.now.since(at).as_secs()).map_err(|_| Unanswerable)?;
        show("multi_factor_age", RestrictedExpression::new_long(age));
    }
    if looks.enrolled_device {
        show(
            "enrolled_device",
            RestrictedExpression::new_bool(circumstances.enrolled_device),
        );
    }
    if let Some(source) = circumstances.source.filter(|_| looks.source) {
        show(
            "source",
            RestrictedExpression::new_ip(source.to_canonical().to_string()),
        );
    }
    if looks.grant_ends {
        show("grant_ends", RestrictedExpression::new_bool(grant_ends));
    }
    Context::from_pairs(pairs).map_err(|_| Unanswerable)
}

fn moment(now: Timestamp) -> Result<RestrictedExpression, Unanswerable> {
    let moment = jiff::Timestamp::from_millisecond(now.millis()).map_err(|_| Unanswerable)?;
    Ok(RestrictedExpression::new_datetime(
        moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    ))
}

fn class_text(class: EnvironmentClass) -> RestrictedExpression {
    let text = match class {
        EnvironmentClass::Production => "production",
        EnvironmentClass::Staging => "staging",
        EnvironmentClass::Testing => "testing",
        EnvironmentClass::Development => "development",
        EnvironmentClass::Sandbox => "sandbox",
    };
    RestrictedExpression::new_string(text.to_owned())
}

fn uid(kind: &EntityTypeName, id: impl fmt::Display) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id.to_string()))
}
