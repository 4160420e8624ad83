//! Everybody by name: people, teams and services.

use super::{access::shown, names};
use crate::{
    Vault,
    session::CallError,
    view::{
        problem::Problem,
        state::PersonRef,
        team::{ListedPrincipal, PeopleView},
    },
};
use claviger_model::{action::Action, ids::PrincipalId, principal::PrincipalKind};
use claviger_protocol::{
    principals::{PrincipalRecord, PrincipalsReply},
    route,
};
use std::collections::HashMap;

/// The most that are asked for, so that a listing ends.
const MOST: usize = 50_000;

impl Vault {
    /// People, teams and services by name, for those who may browse them.
    ///
    /// # Errors
    /// When they may not, or the server does not answer.
    pub async fn people(&self) -> Result<PeopleView, Problem> {
        let everybody = self.everybody().await?;
        let teams: HashMap<PrincipalId, &str> = everybody
            .iter()
            .filter(|record| record.kind == PrincipalKind::Team)
            .map(|record| (record.id, record.name.as_str()))
            .collect();
        let mut members: HashMap<PrincipalId, u32> = HashMap::new();
        for team in everybody.iter().flat_map(|record| &record.teams) {
            *members.entry(*team).or_default() += 1;
        }
        let listed = everybody.iter().map(|record| ListedPrincipal {
            principal: shown::record(record),
            teams: record
                .teams
                .iter()
                .filter_map(|team| teams.get(team))
                .map(|name| (*name).to_owned())
                .collect(),
            members: members.get(&record.id).copied().unwrap_or(0),
        });
        Ok(PeopleView {
            principals: listed.collect(),
            may_manage_teams: self.may_at_root(Action::TeamManage)?,
        })
    }

    /// Everybody whom this person may browse, in the order of names.
    ///
    /// # Errors
    /// When they may not, or the server does not answer.
    pub(super) async fn everybody(&self) -> Result<Vec<PrincipalRecord>, CallError> {
        let mut page: PrincipalsReply = self.inner.look_plain(route::PRINCIPALS, &[]).await?;
        let mut everybody = page.principals;
        while let Some(next) = page.next.filter(|_| everybody.len() < MOST) {
            page = self.inner.look_plain(route::PRINCIPALS_AFTER, &[&next]).await?;
            everybody.append(&mut page.principals);
        }
        everybody.sort_by_cached_key(|record| (record.name.to_lowercase(), record.id));
        Ok(everybody)
    }

    /// Whether this person may do something in the whole organization.
    pub(super) fn may_at_root(&self, action: Action) -> Result<bool, Problem> {
        let book = self.inner.live()?.book();
        let root = book.places.iter().find(|node| node.path.is_empty());
        Ok(root.is_some_and(|root| root.actions.contains(&action)))
    }
}

/// Somebody of a list; words for those who are not in it.
pub(super) fn one_of(people: &[PrincipalRecord], id: PrincipalId) -> PersonRef {
    match people.iter().find(|record| record.id == id) {
        Some(record) => shown::record(record).person,
        None => PersonRef {
            id: id.to_string(),
            name: names::SOMEBODY.to_owned(),
            initials: String::new(),
            email: None,
            team: None,
        },
    }
}
