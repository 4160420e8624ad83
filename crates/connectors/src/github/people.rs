//! Who is where in an organization.

use super::{
    Github,
    call::Said,
    shapes::{Invitation, Membership, Team, TeamMembership, User},
    sought::{UserId, key_of_invitation},
};
use crate::{Fault, FaultCode, Page};
use claviger_model::connected::{Account, AccountName, Place, PlaceKind};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

/// Teams in which somebody is looked for who has left the organization, at most, and how many of them at once.
const MOST_TEAMS: usize = 50;
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
                    key: match &invitation.login {
                        // It is known by the user's id, which this list does not tell.
                        Some(_) => None,
                        None => key_of_invitation(invitation.id),
                    },
                    name: AccountName::parse(&invitation.login.or(invitation.email)?).ok()?,
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
    pub(super) async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        let user: Option<User> = self.read(&["user", &id.get().to_string()]).await?.found();
        Ok(user.filter(|user| user.id == id.get()))
    }

    /// Somebody from outside.
    pub(super) async fn collaborator(
        &self,
        is: impl Fn(&User) -> bool + Send + Sync,
    ) -> Result<Option<User>, Fault> {
        let path = ["orgs", self.organization(), "outside_collaborators"];
        Ok(self.all(&path, is).await?.pop())
    }

    /// Invitations, the oldest first.
    pub(super) async fn invitations(
        &self,
        are: impl Fn(&Invitation) -> bool + Send + Sync,
    ) -> Result<Vec<Invitation>, Fault> {
        let path = ["orgs", self.organization(), "invitations"];
        let mut found: Vec<Invitation> = self.all(&path, are).await?;
        found.sort_by_key(|one| one.id);
        Ok(found)
    }

    /// The teams that somebody is in or invited to, among those in which they were found and the first ones of the organization.
    pub(super) async fn teams_of(&self, login: &str, account: &Account) -> Result<Vec<String>, Fault> {
        let path = ["orgs", self.organization(), "teams"];
        let places = account
            .places
            .iter()
            .filter(|place| place.kind == PlaceKind::Team);
        let mut slugs: Vec<String> = places.filter_map(|place| place.name.clone()).collect();
        let (teams, _) = self.page::<Team>(&path, 1).await?;
        for team in teams {
            if !slugs.contains(&team.slug) {
                slugs.push(team.slug);
            }
        }
        slugs.truncate(MOST_TEAMS);
        let asked = slugs.into_iter().map(|slug| async move {
            let there = self.is_in_team(&slug, login).await?;
            Ok::<_, Fault>(there.then_some(slug))
        });
        let of: Vec<Option<String>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        Ok(of.into_iter().flatten().collect())
    }

    /// Whether somebody is in a team, or invited to it.
    async fn is_in_team(&self, slug: &str, login: &str) -> Result<bool, Fault> {
        let path = ["orgs", self.organization(), "teams", slug, "memberships", login];
        let membership: Said<TeamMembership> = self.read(&path).await?;
        Ok(membership.found().is_some())
    }
}
