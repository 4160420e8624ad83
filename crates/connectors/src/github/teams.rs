//! The teams that somebody is in, by one question in GraphQL: the REST API tells of one team at a time.

use super::{
    Github,
    sought::{Meant, UserId},
};
use crate::{Fault, FaultCode, MOST_TEAMS, Teams};
use claviger_model::connected::{Account, PlaceKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Names of the published schema. Whose login it is at that moment is asked with it.
const QUERY: &str = "query($organization: String!, $login: String!, $first: Int!) { \
     organization(login: $organization) { login teams(first: $first, userLogins: [$login], orderBy: {field: NAME, direction: ASC}) \
     { totalCount nodes { slug } } } user(login: $login) { databaseId } }";

#[derive(Serialize)]
struct Variables<'a> {
    organization: &'a str,
    login: &'a str,
    first: usize,
}

/// What is asked for; whatever may not be seen is null.
#[derive(Debug, Deserialize)]
struct Told {
    organization: Option<Organization>,
    user: Option<Whose>,
}

#[derive(Debug, Deserialize)]
struct Organization {
    login: String,
    teams: Page,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_count: u32,
    nodes: Option<Vec<Option<Team>>>,
}

#[derive(Debug, Deserialize)]
struct Team {
    slug: Slug,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whose {
    database_id: Option<i64>,
}

/// What a team is called in URLs, of which it is one segment.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Slug(String);

impl TryFrom<String> for Slug {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_one = (1..=255).contains(&text.len())
            && !matches!(text.as_str(), "." | "..")
            && !text.chars().any(|one| one == '/' || one.is_control());
        if is_one { Ok(Self(text)) } else { Err("no slug") }
    }
}

impl Github {
    /// The teams of a member, as they are called today. Nobody else is in any.
    pub(super) async fn teams_today(&self, account: &Account) -> Result<Option<Teams>, Fault> {
        if !account.places.iter().any(|place| place.kind == PlaceKind::Member) {
            return Ok(None);
        }
        let Meant::User(id) = Meant::by(account) else {
            return Err(FaultCode::Unexpected.into());
        };
        let variables = Variables {
            organization: self.organization(),
            login: account.name.as_str(),
            first: MOST_TEAMS,
        };
        let told: Told = self.ask(QUERY, &variables).await?;
        self.teams_in(told, id).map(Some)
    }

    /// What was told, if it is of this organization and of this user.
    fn teams_in(&self, told: Told, id: UserId) -> Result<Teams, Fault> {
        let (Some(organization), Some(user)) = (told.organization, told.user) else {
            return Err(FaultCode::NotPermitted.into());
        };
        match user.database_id {
            Some(of) if of == id.get() => {}
            Some(_) => return Err(FaultCode::AnotherAccount.into()),
            None => return Err(FaultCode::Unexpected.into()),
        }
        let Page { total_count, nodes } = organization.teams;
        let nodes = nodes.unwrap_or_default();
        let all = usize::try_from(total_count).unwrap_or(usize::MAX);
        let is_of_it = organization.login.eq_ignore_ascii_case(self.organization());
        if !is_of_it || nodes.len() > MOST_TEAMS.min(all) {
            return Err(FaultCode::Unexpected.into());
        }
        let named: Vec<Slug> = nodes.into_iter().flatten().map(|team| team.slug).collect();
        if named.iter().collect::<BTreeSet<_>>().len() < named.len() {
            return Err(FaultCode::Unexpected.into());
        }
        Ok(Teams {
            named: named.into_iter().map(|slug| slug.0).collect(),
            all: total_count,
        })
    }
}
