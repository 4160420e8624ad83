//! Everybody and everything that a reply names, read once.

use crate::{http::Refusal, operations::principals};
use claviger_model::{
    ids::{PolicyId, PrincipalId, ScopeId},
    scope::Scope,
};
use claviger_policy::{builtin_guardrails, survey::Outcome};
use claviger_protocol::{
    access::{AccessPath, GuardrailName, PlaceName, Verdict},
    principals::PrincipalRecord,
};
use claviger_storage::Reader;
use std::collections::BTreeSet;

/// Ids that will need names.
#[derive(Default)]
pub struct Named {
    people: BTreeSet<PrincipalId>,
    scopes: BTreeSet<ScopeId>,
}

impl Named {
    /// Somebody.
    pub fn person(&mut self, id: PrincipalId) {
        self.people.insert(id);
    }

    /// Some place.
    pub fn scope(&mut self, id: ScopeId) {
        self.scopes.insert(id);
    }

    /// Everybody on a path.
    pub fn path(&mut self, path: &AccessPath) {
        self.people.extend(path.team);
        self.people.extend(path.through);
        self.people.extend(path.granted_by);
        self.scopes.insert(path.scope);
    }

    /// Reads their names.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(self, db: &mut dyn Reader) -> Result<(Vec<PrincipalRecord>, Vec<PlaceName>), Refusal> {
        let people = principals::named(db, self.people).await?;
        let scopes: Vec<_> = self.scopes.into_iter().collect();
        let scopes = if scopes.is_empty() {
            Vec::new()
        } else {
            db.scopes(&scopes).await?
        };
        let mut places: Vec<_> = scopes.iter().map(place).collect();
        places.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((people, places))
    }
}

/// A scope with its path.
pub fn place(scope: &Scope) -> PlaceName {
    PlaceName {
        id: scope.id,
        path: scope.path.clone(),
    }
}

/// Names of guardrails, read when the first one is needed.
#[derive(Default)]
pub struct GuardrailNames(Option<Vec<GuardrailName>>);

impl GuardrailNames {
    /// An outcome for people.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn verdict(&mut self, db: &mut dyn Reader, outcome: &Outcome) -> Result<Verdict, Refusal> {
        Ok(Verdict {
            allowed: outcome.allowed,
            reason: outcome.reason.code().to_owned(),
            guardrails: self.of(db, &outcome.guardrails).await?,
        })
    }

    /// Guardrails by name.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn of(&mut self, db: &mut dyn Reader, ids: &[PolicyId]) -> Result<Vec<GuardrailName>, Refusal> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        if self.0.is_none() {
            let stored = db.guardrails().await?;
            let names = stored.into_iter().chain(builtin_guardrails::all());
            let names = names.map(|guardrail| GuardrailName {
                id: guardrail.id,
                name: guardrail.name.to_string(),
            });
            self.0 = Some(names.collect());
        }
        let known = self.0.as_deref().unwrap_or_default();
        let name = |id: &PolicyId| known.iter().find(|guardrail| guardrail.id == *id).cloned();
        Ok(ids.iter().filter_map(name).collect())
    }
}
