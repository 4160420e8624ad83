//! Who has what: by place, by principal, as a matrix. Asked of the server each time; nothing of it is kept on the device.

pub(super) mod shown;
pub(super) mod words;

use super::names;
use crate::{
    Vault,
    session::CallError,
    state::book::PlaceNode,
    view::{
        access::{AccessAtView, AccessOfView, AccessPlace, AccessPlaces, MatrixView, PrincipalView, RoleRef},
        problem::Problem,
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId},
    scope::ScopePath,
};
use claviger_protocol::{
    access::{AccessAt, AccessAtReply, AccessMatrix, AccessMatrixReply, AccessOf, AccessOfReply},
    grants::RolesReply,
    route,
};
use serde::de::DeserializeOwned;
use shown::Shown;

/// People that a search shows.
const FOUND: usize = 50;

impl Vault {
    /// Places where this person may look at grants, parents first; empty for those who may do so nowhere.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn access_places(&self) -> Result<AccessPlaces, Problem> {
        let live = self.inner.live()?;
        let book = live.book();
        let seen = book
            .places
            .iter()
            .filter(|node| node.actions.contains(&Action::GrantView));
        let mut places: Vec<_> = seen.map(place).collect();
        places.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(AccessPlaces {
            places,
            afresh: book.entitlement.as_ref().is_some_and(|known| known.looks_afresh),
        })
    }

    /// Signs in afresh, so that what may be looked at only then shows.
    ///
    /// # Errors
    /// When the person turns back, or the provider or the server refuses.
    pub async fn sign_in_afresh(&self) -> Result<(), Problem> {
        self.inner.asked_afresh().await?;
        self.inner.hint_sync();
        Ok(())
    }

    /// Who has access at a place; `after` as [`AccessAtView::next`] said.
    ///
    /// # Errors
    /// When it is not to be known, or the server does not answer.
    pub async fn access_at(&self, place: &str, after: Option<&str>) -> Result<AccessAtView, Problem> {
        let call = AccessAt {
            scope: names::id::<ScopeId>(place)?,
            after: cursor(after)?,
            limit: None,
        };
        let reply: AccessAtReply = self.inner.look(route::ACCESS_AT, &[], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        Ok(AccessAtView {
            people: reply.rows.iter().map(|row| shown.at(row)).collect(),
            next: handed_back(reply.next.as_ref()),
            counted_until: reply.counted_until.millis(),
        })
    }

    /// What reaches a person, a team or a service; `after` as [`AccessOfView::next`] said.
    ///
    /// # Errors
    /// When it is not to be known, or the server does not answer.
    pub async fn access_of(&self, principal: &str, after: Option<&str>) -> Result<AccessOfView, Problem> {
        let call = AccessOf {
            principal: names::id::<PrincipalId>(principal)?,
            after: cursor(after)?,
            limit: None,
        };
        let reply: AccessOfReply = self.inner.look(route::ACCESS_OF, &[], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        Ok(AccessOfView {
            principal: shown.principal(reply.principal),
            grants: reply.rows.iter().map(|row| shown.of(row)).collect(),
            next: handed_back(reply.next.as_ref()),
            zone: reply.zone.clone(),
            counted_until: reply.counted_until.millis(),
        })
    }

    /// People × places at a place and below; `after` and `after_places` as [`MatrixView`] said.
    ///
    /// # Errors
    /// When it is not to be known, or the server does not answer.
    pub async fn access_matrix(
        &self,
        top: &str,
        after: Option<&str>,
        after_places: Option<&str>,
    ) -> Result<MatrixView, Problem> {
        let call = AccessMatrix {
            top: names::id::<ScopeId>(top)?,
            after: cursor(after)?,
            after_path: cursor(after_places)?,
            people: None,
            places: None,
        };
        let reply: AccessMatrixReply = self.inner.look(route::ACCESS_MATRIX, &[], &call).await?;
        let shown = self.shown(&[], &reply.places).await?;
        let next_places = handed_back::<ScopePath>(reply.next_path.as_ref());
        Ok(shown.matrix(&reply, handed_back(reply.next.as_ref()), next_places))
    }

    /// People, teams and services whose name or address has these letters; for those who may browse them.
    ///
    /// # Errors
    /// When they may not, or the server does not answer.
    pub async fn access_people(&self, letters: &str) -> Result<Vec<PrincipalView>, Problem> {
        let wanted = letters.trim().to_lowercase();
        let everybody = self.everybody().await?;
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let found = everybody
            .iter()
            .filter(|record| has(&record.name) || record.email.as_deref().is_some_and(has));
        Ok(found.take(FOUND).map(shown::record).collect())
    }

    /// Roles that can do less than one, for narrowing a grant of it; the server holds narrowing against the same.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn lesser_roles(&self, role: &str) -> Result<Vec<RoleRef>, Problem> {
        let id: RoleId = names::id(role)?;
        let reply: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let Some(role) = reply.roles.iter().find(|role| role.id == id) else {
            return Err(names::not_found());
        };
        let lesser = reply.roles.iter().filter(|other| shown::is_less(other, role));
        Ok(lesser.map(shown::role_ref).collect())
    }

    /// What it takes to show a reply: its names, and those of all roles.
    pub(super) async fn shown<'a>(
        &self,
        principals: &'a [claviger_protocol::principals::PrincipalRecord],
        scopes: &'a [claviger_protocol::access::PlaceName],
    ) -> Result<Shown<'a>, CallError> {
        let roles: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let live = self.inner.live()?;
        Ok(Shown::new(
            live.book(),
            self.inner.now(),
            roles.roles,
            principals,
            scopes,
        ))
    }
}

/// A place as those see it who look at access.
pub(super) fn place(node: &PlaceNode) -> AccessPlace {
    AccessPlace {
        id: node.scope.id.to_string(),
        path: node.path.clone(),
        depth: names::count(node.scope.path.segments().len()),
        class: node.class.map(|class| names::class(Some(class))),
        may_give: node.actions.contains(&Action::GrantAssign),
    }
}

/// What was handed back; something else is like nothing that exists.
fn cursor<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|text| serde_json::from_str(text).map_err(|_| names::not_found()))
        .transpose()
}

fn handed_back<T: serde::Serialize>(cursor: Option<&T>) -> Option<String> {
    cursor.and_then(|cursor| serde_json::to_string(cursor).ok())
}
