//! Logins of a PostgreSQL server.
//!
//! First a login is of no use (`NOLOGIN`, a time in the past until which its password is good, its sessions ended), which takes
//! effect at once; then its memberships go, what it owns goes to another role, database by database, and it is dropped. Where it
//! owns things and nobody is named to whom they go, it stays, of no use. Works from PostgreSQL 14 on.

mod cleaning;
mod connect;
mod quoted;
mod roles;

use crate::{
    Connector, Credential, Fault, FaultCode, GoOn, Page, Removal,
    connector::PAGE,
    fault::FaultCode::{Protected, StillThere},
};
use async_trait::async_trait;
use claviger_model::connected::{Account, AccountName, Place, PlaceKind, Presence, SystemKind};
use roles::Role;
use sqlx::PgConnection;
use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A whole action.
    pub action: Duration,
    /// One statement, at the server.
    pub statement: Duration,
    /// Waiting for a lock that others hold there.
    pub lock: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            action: Duration::from_secs(60),
            statement: Duration::from_secs(20),
            lock: Duration::from_secs(5),
        }
    }
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The connector's own login.
    pub user: String,
    /// The database that it is asked in.
    pub database: String,
    /// Whether the way there is not protected: on loopback only.
    pub clear_text: bool,
    /// A PEM file with the certificate authority of it, when it is not a public one.
    pub certificate_authority: Option<PathBuf>,
    /// The role to which goes what a login owns; none: a login that owns things stays, of no use.
    pub reassign_to: Option<AccountName>,
    /// How long it may take.
    pub patience: Patience,
}

/// A PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Postgres {
    settings: PostgresSettings,
    password: Arc<dyn Credential>,
}

impl Postgres {
    /// Asks nothing yet.
    pub fn new(settings: PostgresSettings, password: Arc<dyn Credential>) -> Self {
        Self { settings, password }
    }

    /// The role that is meant, unless it is one that the connector works by.
    async fn touchable(&self, db: &mut PgConnection, account: &Account) -> Result<Option<Role>, Fault> {
        let Some(role) = roles::meant(db, account).await? else {
            return Ok(None);
        };
        let heir = self.settings.reassign_to.as_ref().map(AccountName::as_str);
        if roles::is_protected(db, &role).await? || heir == Some(role.name.as_str()) {
            return Err(Protected.into());
        }
        Ok(Some(role))
    }

    async fn patiently<T>(&self, doing: impl Future<Output = Result<T, Fault>> + Send) -> Result<T, Fault> {
        match tokio::time::timeout(self.settings.patience.action, doing).await {
            Ok(done) => done,
            Err(_) => Err(FaultCode::TimedOut.into()),
        }
    }

    async fn refuse_it(&self, account: &Account, go: &dyn GoOn) -> Result<(), Fault> {
        let mut db = self.connect(None).await?;
        match self.touchable(&mut db, account).await? {
            Some(role) => disable(&mut db, &role, go).await,
            None => Ok(()),
        }
    }

    async fn drop_it(&self, account: &Account, go: &dyn GoOn) -> Result<Removal, Fault> {
        let mut db = self.connect(None).await?;
        let Some(role) = self.touchable(&mut db, account).await? else {
            return Ok(Removal::Removed);
        };
        // Somebody may have let it in again since.
        disable(&mut db, &role, go).await?;
        roles::leave_groups(&mut db, &role, go).await?;
        let heir = self.settings.reassign_to.as_ref();
        if heir.is_none() && cleaning::owns_anything(&mut db, &role).await? {
            return Ok(Removal::Kept(FaultCode::OwnsThings));
        }
        for database in cleaning::databases(&mut db, &role).await? {
            let mut there = self.connect(Some(&database)).await?;
            cleaning::hand_over(&mut there, &role, heir, go).await?;
        }
        cleaning::drop_role(&mut db, &role, go).await?;
        Ok(Removal::Removed)
    }
}

async fn disable(db: &mut PgConnection, role: &Role, go: &dyn GoOn) -> Result<(), Fault> {
    roles::refuse_logins(db, role, go).await?;
    if roles::end_sessions(db, role, go).await? {
        Ok(())
    } else {
        Err(StillThere.into())
    }
}

fn account(role: Role) -> Option<Account> {
    let kind = if role.is_superuser {
        PlaceKind::Superuser
    } else {
        PlaceKind::Login
    };
    Some(Account {
        // A role's name has 63 bytes at most; one with a line break in it is shown to nobody.
        name: AccountName::parse(&role.name).ok()?,
        key: Some(role.oid),
        places: vec![Place { kind, name: None }],
    })
}

#[async_trait]
impl Connector for Postgres {
    fn kind(&self) -> SystemKind {
        SystemKind::Postgresql
    }

    async fn list(&self, after: Option<&str>) -> Result<Page, Fault> {
        self.patiently(async {
            let mut db = self.connect(None).await?;
            let roles = roles::logins(&mut db, after.unwrap_or_default(), PAGE).await?;
            let next = roles.get(PAGE - 1).map(|role| role.name.clone());
            Ok(Page {
                accounts: roles.into_iter().filter_map(account).collect(),
                next,
            })
        })
        .await
    }

    async fn find(&self, name: &AccountName) -> Result<Option<Account>, Fault> {
        self.patiently(async {
            let mut db = self.connect(None).await?;
            let role = roles::named(&mut db, name.as_str()).await?;
            Ok(role.filter(|role| role.can_log_in).and_then(account))
        })
        .await
    }

    async fn disable(&self, account: &Account, go: &dyn GoOn) -> Result<(), Fault> {
        self.patiently(self.refuse_it(account, go)).await
    }

    async fn remove(&self, account: &Account, go: &dyn GoOn) -> Result<Removal, Fault> {
        self.patiently(self.drop_it(account, go)).await
    }

    async fn verify(&self, account: &Account) -> Result<Presence, Fault> {
        self.patiently(async {
            let mut db = self.connect(None).await?;
            roles::presence(&mut db, account).await
        })
        .await
    }
}
