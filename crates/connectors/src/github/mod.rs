//! An organization at GitHub: its members with their teams, outside collaborators, and invitations.
//!
//! Asked with a token of one of its owners, through the REST API as GitHub describes it. Whether that token sees the organization
//! as an owner does is asked anew before anything is believed: to others, who is not there and who is hidden look the same (404).

mod call;
mod people;
mod shapes;

use crate::{
    Connector, Credential, Fault, FaultCode, Page, Removal,
    fault::FaultCode::{NotPermitted, Protected},
};
use async_trait::async_trait;
use call::Said;
use claviger_model::connected::{Account, AccountName, Place, PlaceKind, Presence, SystemKind};
use reqwest::Method;
use shapes::{MemberState, Membership};
use std::{path::PathBuf, sync::Arc};
use url::Url;

/// Longer than any login, those of managed users with their suffix included.
const LONGEST_LOGIN: usize = 100;

/// An organization, and how it is asked.
#[derive(Debug, Clone)]
pub struct GithubSettings {
    /// The REST API: `https://api.github.com/`, or that of an Enterprise Server.
    pub api: Url,
    /// The organization's name in URLs.
    pub organization: AccountName,
    /// A PEM file with the certificate authority of it, when it is not a public one.
    pub certificate_authority: Option<PathBuf>,
}

/// An organization at GitHub.
#[derive(Debug, Clone)]
pub struct Github {
    settings: GithubSettings,
    token: Arc<dyn Credential>,
}

impl Github {
    /// Asks nothing yet.
    pub fn new(settings: GithubSettings, token: Arc<dyn Credential>) -> Self {
        Self { settings, token }
    }

    /// Whose token this is, if they are an owner of the organization.
    async fn owner(&self) -> Result<String, Fault> {
        let path = ["user", "memberships", "orgs", self.organization()];
        let Said::Yes(own) = self.read::<Membership>(&path).await? else {
            return Err(NotPermitted.into());
        };
        if own.role != "admin" || own.state != MemberState::Active {
            return Err(NotPermitted.into());
        }
        let login = own.user.map(|user| user.login);
        Ok(login.ok_or(FaultCode::Unexpected)?)
    }

    fn organization(&self) -> &str {
        self.settings.organization.as_str()
    }

    /// The account as it is called today, which may be otherwise than when it was found.
    async fn today(&self, account: &Account) -> Result<String, Fault> {
        let Some(key) = account.key else {
            return Ok(account.name.to_string());
        };
        match self.user(key).await? {
            Some(user) => Ok(user.login),
            None => Ok(account.name.to_string()),
        }
    }

    /// Where an account is: nowhere for a login that the organization has nothing of.
    async fn places(&self, login: &str) -> Result<(Option<i64>, Vec<Place>), Fault> {
        let place = |kind| Place { kind, name: None };
        let (mut key, mut places) = (None, Vec::new());
        // An address has no account yet: it can be invited only.
        if is_login(login) {
            if let Some(membership) = self.membership(login).await? {
                key = membership.user.map(|user| user.id);
                places.push(place(match membership.state {
                    MemberState::Active => PlaceKind::Member,
                    MemberState::Pending => PlaceKind::Invitation,
                }));
                for slug in self.teams_of(login).await? {
                    places.push(Place {
                        kind: PlaceKind::Team,
                        name: Some(slug),
                    });
                }
            }
            if let Some(user) = self.collaborator(login).await? {
                key = Some(user.id);
                places.push(place(PlaceKind::Collaborator));
            }
        }
        let invited = places.contains(&place(PlaceKind::Invitation));
        if !self.invitations_of(login).await?.is_empty() && !invited {
            places.push(place(PlaceKind::Invitation));
        }
        Ok((key, places))
    }

    /// Nobody takes away by whom this is asked.
    async fn touchable(&self, account: &Account) -> Result<String, Fault> {
        let (owner, login) = (self.owner().await?, self.today(account).await?);
        if login.eq_ignore_ascii_case(&owner) {
            return Err(Protected.into());
        }
        Ok(login)
    }

    async fn leave(&self, login: &str) -> Result<(), Fault> {
        let organization = self.organization();
        if is_login(login) {
            if self.membership(login).await?.is_some() {
                let path = ["orgs", organization, "memberships", login];
                self.act(Method::DELETE, &path).await?;
            }
            if self.collaborator(login).await?.is_some() {
                let path = ["orgs", organization, "outside_collaborators", login];
                self.act(Method::DELETE, &path).await?;
            }
        }
        for invitation in self.invitations_of(login).await? {
            let id = invitation.id.to_string();
            let path = ["orgs", organization, "invitations", &id];
            self.act(Method::DELETE, &path).await?;
        }
        Ok(())
    }
}

/// Whether a text can be a login; anything else is asked for in no path.
fn is_login(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_LOGIN
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[async_trait]
impl Connector for Github {
    fn kind(&self) -> SystemKind {
        SystemKind::Github
    }

    async fn list(&self, after: Option<&str>) -> Result<Page, Fault> {
        self.owner().await?;
        self.listed(after).await
    }

    async fn find(&self, name: &AccountName) -> Result<Option<Account>, Fault> {
        self.owner().await?;
        let (key, places) = self.places(name.as_str()).await?;
        Ok((!places.is_empty()).then(|| Account {
            name: name.clone(),
            key,
            places,
        }))
    }

    async fn disable(&self, account: &Account) -> Result<(), Fault> {
        let login = self.touchable(account).await?;
        self.leave(&login).await
    }

    async fn remove(&self, account: &Account) -> Result<Removal, Fault> {
        let login = self.touchable(account).await?;
        self.leave(&login).await?;
        // Leaving an organization is leaving its teams; what was found of them is taken away by name all the same.
        for place in &account.places {
            if let (PlaceKind::Team, Some(slug)) = (place.kind, &place.name)
                && self.is_in_team(slug, &login).await?
            {
                let path = ["orgs", self.organization(), "teams", slug, "memberships", &login];
                self.act(Method::DELETE, &path).await?;
            }
        }
        Ok(Removal::Removed)
    }

    async fn verify(&self, account: &Account) -> Result<Presence, Fault> {
        self.owner().await?;
        let login = self.today(account).await?;
        let (_, places) = self.places(&login).await?;
        if !places.is_empty() {
            return Ok(Presence::There);
        }
        for place in &account.places {
            if let (PlaceKind::Team, Some(slug)) = (place.kind, &place.name)
                && self.is_in_team(slug, &login).await?
            {
                return Ok(Presence::There);
            }
        }
        Ok(Presence::Gone)
    }
}
