//! An organization at GitHub: its members, outside collaborators, and invitations.
//!
//! Asked with a token of one of its owners, through the REST API as GitHub describes it. Whether that token sees the organization
//! as an owner does is asked anew before anything is believed: to others, who is not there and who is hidden look the same (404).
//!
//! Whoever leaves the organization leaves its teams ("will remove them from all teams", `orgs/remove-member`), so that nobody is
//! looked for in each of them. Which ones they are in is shown, by one question in GraphQL.

mod call;
mod graphql;
mod leaving;
mod people;
mod reading;
mod refusal;
mod shapes;
mod sought;
mod teams;
mod who;

pub use sought::UserId;

use crate::{
    Connector, Credential, Fault, FaultCode, GoOn, Page, Removal, Teams, fault::FaultCode::NotPermitted,
};
use async_trait::async_trait;
use call::Said;
use claviger_model::connected::{Account, AccountName, Presence, SystemKind};
use shapes::{MemberState, Membership, User};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use url::Url;

/// An organization, and how it is asked.
#[derive(Debug, Clone)]
pub struct GithubSettings {
    /// The REST API: `https://api.github.com/`, or that of an Enterprise Server.
    pub api: Url,
    /// The organization's name in URLs.
    pub organization: AccountName,
    /// A PEM file with the certificate authority of it, when it is not a public one; read with the first call.
    pub certificate_authority: Option<PathBuf>,
}

/// An organization at GitHub.
#[derive(Debug, Clone)]
pub struct Github {
    settings: GithubSettings,
    token: Arc<dyn Credential>,
    /// Kept for its connections.
    client: OnceLock<reqwest::Client>,
}

impl Github {
    /// Asks nothing yet.
    pub fn new(settings: GithubSettings, token: Arc<dyn Credential>) -> Self {
        Self {
            settings,
            token,
            client: OnceLock::new(),
        }
    }

    /// Whose token this is, if they are an owner of the organization.
    async fn owner(&self) -> Result<User, Fault> {
        let path = ["user", "memberships", "orgs", self.organization()];
        let Said::Yes(own) = self.read::<Membership>(&path).await? else {
            return Err(NotPermitted.into());
        };
        if own.role != "admin" || own.state != MemberState::Active {
            return Err(NotPermitted.into());
        }
        Ok(own.user.ok_or(FaultCode::Unexpected)?)
    }

    fn organization(&self) -> &str {
        self.settings.organization.as_str()
    }
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
        self.sought(name).await
    }

    async fn teams(&self, account: &Account) -> Result<Option<Teams>, Fault> {
        self.teams_today(account).await
    }

    async fn disable(&self, account: &Account, go: &dyn GoOn) -> Result<(), Fault> {
        self.refuse_it(account, go).await
    }

    async fn remove(&self, account: &Account, go: &dyn GoOn) -> Result<Removal, Fault> {
        self.take_it_away(account, go).await
    }

    async fn verify(&self, account: &Account) -> Result<Presence, Fault> {
        self.owner().await?;
        self.left_of(account).await
    }
}
