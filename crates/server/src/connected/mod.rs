//! The connected systems of this server, and whose accounts are whose there.

pub mod others;
pub mod rules;
mod teams;

use crate::{
    config::{Config, ConnectorWay},
    keys::root::file::{Content, read_text},
};
use claviger_connectors::{
    Connector, Credential, Fault, FaultCode,
    github::{Github, UserId},
    postgres::Postgres,
};
use claviger_crypto::secret::SecretString;
use claviger_model::connected::{Account, AccountName, MOST_NAMES, SystemKind, SystemName};
use rules::{Known, Rules};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// All of them, by what they are called here.
pub type Systems = BTreeMap<SystemName, System>;

/// A connected system.
#[derive(Debug, Clone)]
pub struct System {
    /// Asks it.
    pub connector: Arc<dyn Connector>,
    /// Whose accounts are whose.
    pub rules: Rules,
}

/// A file that only its owner reads; read for each call.
#[derive(Debug)]
struct CredentialFile(PathBuf);

impl Credential for CredentialFile {
    fn read(&self) -> Option<SecretString> {
        let text = read_text(&self.0, Content::ConnectorCredential)
            .inspect_err(|error| tracing::warn!(%error, "a connected system cannot be asked"))
            .ok()??;
        let bare = text.expose().trim_end_matches(['\r', '\n']);
        (!bare.is_empty()).then(|| SecretString::new(bare.to_owned()))
    }
}

/// Those of the configuration. Asks nothing yet.
pub fn systems(config: &Config) -> Systems {
    let system = |config: &crate::config::ConnectorConfig| {
        let credential = Arc::new(CredentialFile(config.credential_file.clone()));
        let connector: Arc<dyn Connector> = match &config.way {
            ConnectorWay::Postgresql(settings) => Arc::new(Postgres::new(settings.clone(), credential)),
            ConnectorWay::Github(settings) => Arc::new(Github::new(settings.clone(), credential)),
        };
        System {
            connector,
            rules: Rules::new(
                config.match_by.clone(),
                config.mail_domain.clone(),
                config.accounts.clone(),
            ),
        }
    };
    let all = config.connectors.iter();
    all.map(|(name, config)| (name.clone(), system(config))).collect()
}

impl System {
    /// The accounts of a person that are there. One that the list names and that is not there is told without any place: whoever
    /// renamed it may still have it.
    ///
    /// # Errors
    /// When the system cannot be asked; when nothing is known of them by which it could be, so that nobody says that nothing is theirs;
    /// and [`FaultCode::TooMany`] where there are more names than one person has: what was left out would stay.
    pub async fn accounts_of(&self, known: &Known) -> Result<Vec<Account>, Fault> {
        let names = self.rules.names(known);
        if names.is_empty() && self.rules.are_blind_to(known) {
            return Err(FaultCode::NothingKnown.into());
        }
        if names.len() > MOST_NAMES {
            return Err(FaultCode::TooMany.into());
        }
        self.among(&names).await
    }

    async fn among(&self, names: &[AccountName]) -> Result<Vec<Account>, Fault> {
        let mut found: Vec<Account> = Vec::new();
        for name in names {
            let Some(account) = self.connector.find(name).await? else {
                if self.rules.is_listed(name) {
                    found.push(Account {
                        name: name.clone(),
                        key: None,
                        places: Vec::new(),
                    });
                }
                continue;
            };
            // Two names may be one account, where a system knows no case.
            let is_known = |one: &Account| one.key.is_some() && one.key == account.key;
            if !found.iter().any(is_known) && !self.is_of_another(&account, names) {
                found.push(account);
            }
        }
        Ok(found)
    }

    /// Whether the list gives an account by its id to somebody who is not called by these names.
    fn is_of_another(&self, account: &Account, names: &[AccountName]) -> bool {
        let id = match self.connector.kind() {
            SystemKind::Github => account.key.and_then(UserId::new),
            SystemKind::Postgresql => None,
        };
        let id = id.and_then(|id| AccountName::parse(&id.to_string()).ok());
        id.is_some_and(|id| self.rules.is_listed(&id) && !names.contains(&id))
    }
}
