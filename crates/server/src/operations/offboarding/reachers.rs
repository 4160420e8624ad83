//! Who reaches the values of a place now, and through what: what "who has what" says of it, for those who may use or reveal them.

use super::facts::{Facts, through};
use crate::{
    entitlement::best::favourable,
    operations::access::people::{Crowd, Where},
};
use claviger_model::{action::Action, blast::Reacher, grant::Grant, ids::ScopeId, principal::PrincipalState};
use claviger_policy::{
    standing::{Standing, standing},
    survey::Survey,
};
use claviger_storage::{StorageError, reach::AfterName};
use std::collections::BTreeSet;

/// By which a value is learned.
const LEARNING: [Action; 2] = [Action::SecretUse, Action::SecretReveal];
/// People and services of one statement.
const PAGE: u32 = 500;

impl Facts<'_> {
    /// Everybody, as well signed in as can be; whoever is suspended as if they were not. In the order of ids.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub(super) async fn reachers(&mut self, scope: ScopeId) -> Result<Vec<Reacher>, StorageError> {
        let place = self.entitlements.place_at(self.reader, self.epoch, scope).await?;
        let Some(place) = place else {
            return Ok(Vec::new());
        };
        let engine = self.entitlements.engine(self.reader, self.epoch).await?;
        let chain = &place.resource.chain;
        let circumstances = favourable(self.now);
        let mut survey = Survey::new(&engine, circumstances);
        let (mut crowd, mut found, mut after) = (Crowd::default(), Vec::new(), None);
        loop {
            let mut rows = self.reader.reached(chain, self.now, after.as_ref(), PAGE).await?;
            let full = rows.len() >= PAGE as usize;
            after = rows.last().map(AfterName::of);
            for row in &mut rows {
                if row.state == PrincipalState::Suspended {
                    row.state = PrincipalState::Active;
                }
            }
            for person in crowd
                .people(self.reader, rows, Where::At(chain), self.now)
                .await?
            {
                let along = person.along(chain);
                let actions: BTreeSet<_> = LEARNING
                    .into_iter()
                    .filter(|action| {
                        survey
                            .ask(&person.caller, *action, &place.resource, &along)
                            .allowed
                    })
                    .collect();
                if actions.is_empty() {
                    continue;
                }
                let learns = |grant: &&Grant| {
                    let role = engine.role(grant.role);
                    role.is_some_and(|role| LEARNING.iter().any(|action| role.allows(*action)))
                        && standing(grant, role, &person.caller, &circumstances) == Standing::Counts
                };
                let mut by: Vec<_> = along
                    .iter()
                    .filter(learns)
                    .map(|grant| through(&person.row, grant))
                    .collect();
                by.sort_by_key(|one| one.grant);
                found.push(Reacher {
                    principal: person.row.id,
                    actions,
                    through: by,
                });
            }
            if !full {
                break;
            }
        }
        found.sort_by_key(|one| one.principal);
        Ok(found)
    }
}
