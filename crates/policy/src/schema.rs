//! The Cedar schema, parsed once.

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, Schema};
use claviger_model::action::Action;
use std::{
    collections::BTreeMap,
    fmt,
    str::FromStr,
    sync::{Arc, OnceLock},
};

/// What policies may speak of.
pub(crate) const TEXT: &str = include_str!("../claviger.cedarschema");

/// The schema does not parse or lacks something; a defect of this program, found by its tests.
#[derive(Debug, thiserror::Error)]
#[error("the policy schema is broken: {0}")]
pub struct SchemaError(String);

impl SchemaError {
    pub(crate) fn of(source: impl fmt::Display) -> Self {
        Self(source.to_string())
    }
}

/// The schema with the names that requests are made of.
#[derive(Debug)]
pub(crate) struct PolicySchema {
    pub(crate) cedar: Schema,
    pub(crate) actions: BTreeMap<Action, Entity>,
    pub(crate) person: EntityTypeName,
    pub(crate) service: EntityTypeName,
    pub(crate) team: EntityTypeName,
    pub(crate) scope: EntityTypeName,
    pub(crate) secret: EntityTypeName,
}

static KNOWN: OnceLock<Arc<PolicySchema>> = OnceLock::new();

impl PolicySchema {
    /// The one schema of this program; parsing it takes longer than most that is done with it.
    pub(crate) fn known() -> Result<Arc<Self>, SchemaError> {
        if let Some(known) = KNOWN.get() {
            return Ok(Arc::clone(known));
        }
        let parsed = Arc::new(Self::parse()?);
        Ok(Arc::clone(KNOWN.get_or_init(|| parsed)))
    }

    fn parse() -> Result<Self, SchemaError> {
        let (cedar, _) = Schema::from_cedarschema_str(TEXT).map_err(SchemaError::of)?;
        let named = |name| EntityTypeName::from_str(name).map_err(SchemaError::of);
        let known = cedar.action_entities().map_err(SchemaError::of)?;
        let action_type = named("Action")?;
        let mut actions = BTreeMap::new();
        for action in Action::ALL {
            let uid = EntityUid::from_type_name_and_id(action_type.clone(), EntityId::new(action.code()));
            let missing = || SchemaError(format!("`{action}` is missing"));
            actions.insert(*action, known.get(&uid).ok_or_else(missing)?.clone());
        }
        Ok(Self {
            actions,
            person: named("Person")?,
            service: named("Service")?,
            team: named("Team")?,
            scope: named("Scope")?,
            secret: named("Secret")?,
            cedar,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_model::action::Plane;
    use std::collections::BTreeSet;

    #[test]
    fn the_schema_knows_the_same_actions_in_the_same_planes() {
        let schema = PolicySchema::parse().unwrap();
        let groups = ["data", "management", "read"];
        let declared: BTreeSet<String> = schema
            .cedar
            .actions()
            .map(|uid| uid.id().unescaped().to_owned())
            .collect();
        let known = Action::ALL
            .iter()
            .map(|action| action.code())
            .chain(groups)
            .map(str::to_owned);
        assert_eq!(declared, known.collect());

        let all = schema.cedar.action_entities().unwrap();
        for action in Action::ALL {
            let of = |group: &str| {
                let group = EntityUid::from_str(&format!("Action::\"{group}\"")).unwrap();
                all.is_ancestor_of(&group, &schema.actions.get(action).unwrap().uid())
            };
            assert_eq!(of("data"), action.plane() == Plane::Data, "{action}");
            assert_eq!(of("management"), action.plane() == Plane::Management, "{action}");
            assert_eq!(of("read"), action.reads_value(), "{action}");
        }
    }
}
