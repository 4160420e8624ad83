//! Who is where in an organization.

use super::{
    Github,
    call::Said,
    shapes::{Invitation, Membership, Team, TeamMembership, User},
};
use crate::{Fault, FaultCode, Page};
use claviger_model::connected::{Account, AccountName, Place, PlaceKind};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::DeserializeOwned;

/// Pages of one list that are looked through at most, of a hundred entries each.
const MOST_PAGES: u32 = 100;
/// Teams that are asked at once.
const AT_ONCE: usize = 8;
/// The lists of those who are there, in the order in which they are told.
const LISTS: [(&str, PlaceKind); 3] = [
    ("members", PlaceKind::Member),
    ("outside_collaborators", PlaceKind::Collaborator),
    ("invitations", PlaceKind::Invitation),
];

impl Github {
    /// A page of everybody: of the members, then of those from outside, then of those who are invited. `list/page` says which.
    pub(super) async fn listed(&self, after: Option<&str>) -> Result<Page, Fault> {
        let (list, page) = match after {
            None => (0, 1),
            Some(after) => after
                .split_once('/')
                .and_then(|(list, page)| Some((list.parse().ok()?, page.parse().ok()?)))
                .ok_or(FaultCode::Unexpected)?,
        };
        let (name, kind) = *LISTS.get(list).ok_or(FaultCode::Unexpected)?;
        let path = ["orgs", self.organization(), name];
        let place = || vec![Place { kind, name: None }];
        let (accounts, more) = if kind == PlaceKind::Invitation {
            let (found, more) = self.page::<Invitation>(&path, page).await?;
            let account = |invitation: Invitation| {
                Some(Account {
                    name: AccountName::parse(&invitation.login.or(invitation.email)?).ok()?,
                    key: None,
                    places: place(),
                })
            };
            (found.into_iter().filter_map(account).collect(), more)
        } else {
            let (found, more) = self.page::<User>(&path, page).await?;
            let account = |user: User| {
                Some(Account {
                    name: AccountName::parse(&user.login).ok()?,
                    key: Some(user.id),
                    places: place(),
                })
            };
            (found.into_iter().filter_map(account).collect(), more)
        };
        let next = match (more, list + 1) {
            (true, _) => Some(format!("{list}/{}", page.saturating_add(1))),
            (false, next) if next < LISTS.len() => Some(format!("{next}/1")),
            (false, _) => None,
        };
        Ok(Page { accounts, next })
    }

    /// Somebody's membership of the organization, or that they are invited.
    pub(super) async fn membership(&self, login: &str) -> Result<Option<Membership>, Fault> {
        let path = ["orgs", self.organization(), "memberships", login];
        Ok(self.read(&path).await?.found())
    }

    /// The user with this id.
    pub(super) async fn user(&self, id: i64) -> Result<Option<User>, Fault> {
        Ok(self.read(&["user", &id.to_string()]).await?.found())
    }

    /// Somebody from outside.
    pub(super) async fn collaborator(&self, login: &str) -> Result<Option<User>, Fault> {
        let path = ["orgs", self.organization(), "outside_collaborators"];
        let is = |user: &User| user.login.eq_ignore_ascii_case(login);
        Ok(self.all(&path, is).await?.pop())
    }

    /// The invitations of a login or an address.
    pub(super) async fn invitations_of(&self, name: &str) -> Result<Vec<Invitation>, Fault> {
        let path = ["orgs", self.organization(), "invitations"];
        let is = |invitation: &Invitation| {
            let names = [&invitation.login, &invitation.email];
            names
                .into_iter()
                .flatten()
                .any(|one| one.eq_ignore_ascii_case(name))
        };
        self.all(&path, is).await
    }

    /// The teams that somebody is in or invited to.
    pub(super) async fn teams_of(&self, login: &str) -> Result<Vec<String>, Fault> {
        let path = ["orgs", self.organization(), "teams"];
        let teams: Vec<Team> = self.all(&path, |_| true).await?;
        let asked = teams.into_iter().map(|team| async move {
            let there = self.is_in_team(&team.slug, login).await?;
            Ok::<_, Fault>(there.then_some(team.slug))
        });
        let of: Vec<Option<String>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        Ok(of.into_iter().flatten().collect())
    }

    /// Whether somebody is in a team, or invited to it.
    pub(super) async fn is_in_team(&self, slug: &str, login: &str) -> Result<bool, Fault> {
        let path = ["orgs", self.organization(), "teams", slug, "memberships", login];
        let membership: Said<TeamMembership> = self.read(&path).await?;
        Ok(membership.found().is_some())
    }

    /// Those of a whole list that fit.
    async fn all<T: DeserializeOwned>(
        &self,
        path: &[&str],
        fits: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let (entries, more) = self.page::<T>(path, page).await?;
            found.extend(entries.into_iter().filter(|entry| fits(entry)));
            if !more {
                return Ok(found);
            }
        }
        // What was not looked through may be what is looked for.
        Err(FaultCode::TooMany.into())
    }
}
