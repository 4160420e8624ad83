//! Places: made, classed, renamed, moved.

use super::{input, names, people};
use crate::{
    Vault,
    state::book::PlaceNode,
    view::{
        managing::{KnownTo, ManagedPlace, MoveChange, MovePlanView, NewPlace, PlaceEdit, PlaceVerbs},
        problem::Problem,
    },
};
use claviger_model::{
    action::Action,
    ids::ScopeId,
    scope::{Discoverable, ENVIRONMENT_DEPTH},
};
use claviger_protocol::{
    moving::{MovePlan, MoveScope},
    places::{CreateScope, EditScope},
    route,
    wire::Bytes,
};
use std::collections::HashMap;

impl Vault {
    /// Every place of this person with what was set at it, parents first.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn managed_places(&self) -> Result<Vec<ManagedPlace>, Problem> {
        let book = self.inner.live()?.book();
        let secrets = super::places::counts(&book);
        let mut places: Vec<_> = book.places.iter().map(|node| managed(node, &secrets)).collect();
        places.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        Ok(places)
    }

    /// Makes a place; answers with its id.
    ///
    /// # Errors
    /// When the name cannot stand or is taken there, or the server refuses.
    pub async fn create_place(&self, new: &NewPlace) -> Result<String, Problem> {
        let id = ScopeId::random(&*self.inner.parts.entropy);
        let call = CreateScope {
            id,
            parent: names::id(&new.parent)?,
            name: input::name(&new.name)?,
            class: new.class.and_then(names::class_from),
        };
        self.done(route::CREATE_SCOPE, &[], &call).await?;
        Ok(id.to_string())
    }

    /// Changes a place.
    ///
    /// # Errors
    /// As [`Vault::create_place`].
    pub async fn edit_place(&self, id: &str, edit: &PlaceEdit) -> Result<(), Problem> {
        let place: ScopeId = names::id(id)?;
        let call = EditScope {
            name: edit.name.as_deref().map(input::name).transpose()?,
            class: edit.class.and_then(names::class_from),
            discoverable: edit.known_to.as_ref().map(discoverable).transpose()?,
            lease_seconds: edit.copies_for,
        };
        self.done(route::EDIT_SCOPE, &[&place], &call).await
    }

    /// What moving a place would do; nothing is changed.
    ///
    /// # Errors
    /// When it cannot stand there, or is not for this person.
    pub async fn plan_move(&self, id: &str, parent: &str) -> Result<MovePlanView, Problem> {
        let place: ScopeId = names::id(id)?;
        let call = MoveScope {
            parent: names::id(parent)?,
            plan: None,
        };
        let plan: MovePlan = self
            .inner
            .call(route::PREVIEW_MOVE_SCOPE, &[&place], &call)
            .await?;
        let effect = &plan.effect;
        let everybody = if effect.changes.is_empty() {
            Vec::new()
        } else {
            self.everybody().await?
        };
        let codes = |actions: &[Action]| actions.iter().map(ToString::to_string).collect();
        let mut changes: Vec<_> = effect
            .changes
            .iter()
            .map(|change| MoveChange {
                who: people::one_of(&everybody, change.principal),
                gains: codes(&change.gains),
                loses: codes(&change.loses),
            })
            .collect();
        changes.sort_by(|a, b| a.who.name.cmp(&b.who.name));
        Ok(MovePlanView {
            digest: plan.digest.clone().into(),
            path: effect.path.clone(),
            places: effect.scopes,
            secrets: names::number(effect.secrets),
            changes_class: effect.changes_class,
            changes,
        })
    }

    /// Moves a place just as it was shown, or not at all.
    ///
    /// # Errors
    /// When something changed since, or the server refuses.
    pub async fn move_place(&self, id: &str, parent: &str, digest: &str) -> Result<(), Problem> {
        let place: ScopeId = names::id(id)?;
        let plan = Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?;
        let call = MoveScope {
            parent: names::id(parent)?,
            plan: Some(plan),
        };
        self.done(route::MOVE_SCOPE, &[&place], &call).await
    }
}

fn managed(node: &PlaceNode, secrets: &HashMap<ScopeId, u32>) -> ManagedPlace {
    let segments = node.scope.path.segments();
    let may = |action| node.actions.contains(&action);
    let root = segments.is_empty();
    let environment = segments.len() == ENVIRONMENT_DEPTH;
    ManagedPlace {
        id: node.scope.id.to_string(),
        parent: node.scope.parent.map(|parent| parent.to_string()),
        name: segments.last().map(ToString::to_string).unwrap_or_default(),
        path: node.path.clone(),
        depth: names::count(segments.len()),
        class: node.scope.class.map(|class| names::class(Some(class))),
        environment,
        known_to: match &node.scope.discoverable {
            Discoverable::Nobody => KnownTo::Nobody,
            Discoverable::Teams(teams) => KnownTo::Teams {
                teams: teams.iter().map(ToString::to_string).collect(),
            },
            Discoverable::Everyone => KnownTo::Everyone,
        },
        copies_for: node.scope.lease_seconds,
        secrets: secrets.get(&node.scope.id).copied().unwrap_or(0),
        may: PlaceVerbs {
            create: may(Action::ScopeCreate),
            edit: may(Action::ScopeEdit),
            classify: may(Action::ScopeClassify),
            relocate: !root && may(Action::ScopeMove),
        },
    }
}

fn discoverable(known_to: &KnownTo) -> Result<Discoverable, Problem> {
    Ok(match known_to {
        KnownTo::Nobody => Discoverable::Nobody,
        KnownTo::Teams { teams } => Discoverable::Teams(
            teams
                .iter()
                .map(|team| names::id(team))
                .collect::<Result<_, _>>()?,
        ),
        KnownTo::Everyone => Discoverable::Everyone,
    })
}
