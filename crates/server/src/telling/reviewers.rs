//! Who may review emergency access.

use super::Ground;
use crate::operations::{emergency::of_others, requests::favourable};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::PrincipalState,
};
use claviger_storage::{StorageError, principals::Principal};
use std::{collections::BTreeSet, time::Duration};

/// How many people are looked at.
const LOOKED_AT: usize = 200;
/// How many grants.
const GRANTS: u32 = 200;

impl Ground<'_> {
    /// Those who may review what somebody drew, signed in as well as can be: they could give it, by a grant that the drawer did not give
    /// them. Written like `operations::emergency::review::may_review`, for many.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn reviewers(
        &mut self,
        drawer: PrincipalId,
        role: RoleId,
        scope: ScopeId,
    ) -> Result<BTreeSet<PrincipalId>, StorageError> {
        let (Some(place), Some(drawer)) = (self.place(scope).await?, self.reader.principal(drawer).await?)
        else {
            return Ok(BTreeSet::new());
        };
        // Reviewed they are also after they left.
        let drawer = Principal {
            state: PrincipalState::Active,
            ..drawer
        };
        let giving: Vec<RoleId> = {
            let engine = self.judge.engine(&mut *self.reader).await?;
            let giving = engine
                .roles()
                .filter(|held| held.allows(Action::GrantAssign) && held.may_grant.includes(role));
            giving.map(|held| held.id).collect()
        };
        let now = self.judge.now;
        let grants = self
            .reader
            .grants_of_roles(&giving, &place.resource.chain, now, GRANTS)
            .await?;
        let until = now.plus(Duration::from_secs(1));
        let (mut seen, mut found) = (BTreeSet::from([drawer.id]), BTreeSet::new());
        for grant in grants {
            for person in self.people(grant.principal).await? {
                if seen.len() > LOOKED_AT || !seen.insert(person.id) {
                    continue;
                }
                let as_can_be = favourable(now);
                let giver = (&person, &as_can_be);
                let may = self
                    .judge
                    .may_give(&mut *self.reader, giver, &drawer, &place, role, until)
                    .await?;
                if let Ok(may) = may
                    && !of_others(&mut *self.reader, &may.by, drawer.id).await?.is_empty()
                {
                    found.insert(person.id);
                }
            }
        }
        Ok(found)
    }
}
