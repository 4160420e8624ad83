//! Connected systems: `[connectors.NAME]`.

use super::{ConfigError, origin::is_loopback};
use claviger_connectors::{
    github::{GithubSettings, UserId},
    postgres::{Patience, PostgresSettings},
};
use claviger_model::connected::{AccountName, MOST_NAMES, SystemKind, SystemName};
use serde::Deserialize;
use std::{collections::BTreeMap, net::IpAddr, path::PathBuf};
use url::Url;

const GITHUB: &str = "https://api.github.com/";

/// A connected system.
#[derive(Debug, Clone)]
pub struct ConnectorConfig {
    /// How it is reached.
    pub way: ConnectorWay,
    /// Holds the password or token that it is asked with, readable by its owner only.
    pub credential_file: PathBuf,
    /// Which of what is known of a person is the name of an account.
    pub match_by: Vec<MatchBy>,
    /// The domain, in lower case, whose addresses [`MatchBy::MailName`] looks at: in another one the same name is somebody else.
    pub mail_domain: Option<String>,
    /// Accounts of people, by a person's id, verified address or user name, folded. An account that stands here is nobody else's.
    pub accounts: BTreeMap<String, Vec<AccountName>>,
}

/// How a connected system is reached.
#[derive(Debug, Clone)]
pub enum ConnectorWay {
    /// A PostgreSQL server.
    Postgresql(PostgresSettings),
    /// An organization at GitHub.
    Github(GithubSettings),
}

impl ConnectorWay {
    /// What it is.
    pub const fn kind(&self) -> SystemKind {
        match self {
            Self::Postgresql(_) => SystemKind::Postgresql,
            Self::Github(_) => SystemKind::Github,
        }
    }
}

/// What is known of a person, and may be the name of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchBy {
    /// The address that the identity provider vouches for.
    Mail,
    /// What stands before the `@` of it, in one domain.
    MailName,
    /// The user name of SCIM.
    UserName,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Postgresql,
    Github,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Tls {
    #[default]
    Verify,
    None,
}

/// An account of the list: by its name, or by the number that GitHub knows a user by.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Id(i64),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectorSettings {
    kind: Kind,
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    database: Option<String>,
    tls: Option<Tls>,
    reassign_to: Option<String>,
    api: Option<String>,
    organization: Option<String>,
    token_file: Option<PathBuf>,
    certificate_authority: Option<PathBuf>,
    #[serde(default)]
    match_by: Vec<MatchBy>,
    mail_domain: Option<String>,
    #[serde(default)]
    accounts: BTreeMap<String, Vec<Listed>>,
}

/// Parses all of them.
pub(super) fn parse(
    settings: BTreeMap<String, ConnectorSettings>,
) -> Result<BTreeMap<SystemName, ConnectorConfig>, ConfigError> {
    let parsed = settings.into_iter().map(|(name, settings)| {
        let wrong = |what| ConfigError::Connector {
            name: name.chars().take(64).collect(),
            what,
        };
        let system = SystemName::parse(&name)
            .map_err(|_| wrong("a system is called by 1 to 40 of a-z, 0-9 and `-`, a letter first"))?;
        Ok((system, settings.parse().map_err(wrong)?))
    });
    parsed.collect()
}

impl ConnectorSettings {
    fn parse(mut self) -> Result<ConnectorConfig, &'static str> {
        let match_by = std::mem::take(&mut self.match_by);
        let accounts = accounts(self.kind, std::mem::take(&mut self.accounts))?;
        if match_by.is_empty() && accounts.is_empty() {
            return Err("`match_by` or `accounts` must say which account is whose");
        }
        let mail_domain = domain(self.mail_domain.take())?;
        if mail_domain.is_none() && match_by.contains(&MatchBy::MailName) {
            return Err("`mail-name` needs `mail_domain`: in two domains the same name would be one account");
        }
        let (way, credential_file) = match self.kind {
            Kind::Postgresql => self.postgresql()?,
            Kind::Github => self.github()?,
        };
        Ok(ConnectorConfig {
            way,
            credential_file,
            match_by,
            mail_domain,
            accounts,
        })
    }

    fn postgresql(self) -> Result<(ConnectorWay, PathBuf), &'static str> {
        if self.api.is_some() || self.organization.is_some() || self.token_file.is_some() {
            return Err("`api`, `organization` and `token_file` are GitHub's");
        }
        let host = filled(self.host).ok_or("`host` must be set")?;
        let near = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let clear_text = self.tls.unwrap_or_default() == Tls::None;
        if clear_text && !near {
            return Err("`tls = \"none\"` is for this machine only");
        }
        let settings = PostgresSettings {
            host,
            port: self.port.unwrap_or(5432),
            user: filled(self.user).ok_or("`user` must be set")?,
            database: filled(self.database).unwrap_or_else(|| "postgres".to_owned()),
            clear_text,
            certificate_authority: self.certificate_authority,
            reassign_to: match filled(self.reassign_to) {
                Some(role) => Some(AccountName::parse(&role).map_err(|_| "`reassign_to` is no role")?),
                None => None,
            },
            patience: Patience::default(),
        };
        let file = self.password_file.ok_or("`password_file` must be set")?;
        Ok((ConnectorWay::Postgresql(settings), file))
    }

    fn github(self) -> Result<(ConnectorWay, PathBuf), &'static str> {
        let others = [&self.host, &self.user, &self.database, &self.reassign_to];
        let other = self.port.is_some() || self.tls.is_some() || self.password_file.is_some();
        if other || others.into_iter().any(Option::is_some) {
            return Err(
                "`host`, `port`, `user`, `password_file`, `database`, `tls` and `reassign_to` are PostgreSQL's",
            );
        }
        let api = Url::parse(self.api.as_deref().unwrap_or(GITHUB)).map_err(|_| "`api` is no URL")?;
        let fits = api.scheme() == "https" || (api.scheme() == "http" && is_loopback(&api));
        let bare = api.username().is_empty() && api.password().is_none();
        if !fits || !bare || api.query().is_some() || api.fragment().is_some() || api.cannot_be_a_base() {
            return Err("`api` must be an https URL, or http on loopback, without a name, query or fragment");
        }
        let organization = filled(self.organization).ok_or("`organization` must be set")?;
        let plain = organization
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let settings = GithubSettings {
            api,
            organization: AccountName::parse(&organization)
                .ok()
                .filter(|_| plain)
                .ok_or("`organization` is the name in GitHub's URLs: letters, digits and `-`")?,
            certificate_authority: self.certificate_authority,
        };
        let file = self.token_file.ok_or("`token_file` must be set")?;
        Ok((ConnectorWay::Github(settings), file))
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A domain, in lower case.
fn domain(said: Option<String>) -> Result<Option<String>, &'static str> {
    let Some(domain) = filled(said) else {
        return Ok(None);
    };
    if domain.contains('@') || domain.contains(char::is_whitespace) {
        return Err("`mail_domain` is what stands after the `@` of addresses, such as example.com");
    }
    Ok(Some(domain.to_lowercase()))
}

fn accounts(
    kind: Kind,
    said: BTreeMap<String, Vec<Listed>>,
) -> Result<BTreeMap<String, Vec<AccountName>>, &'static str> {
    let mut accounts: BTreeMap<String, Vec<AccountName>> = BTreeMap::new();
    let mut whose: BTreeMap<String, String> = BTreeMap::new();
    for (who, names) in said {
        let parsed: Result<Vec<_>, _> = names.iter().map(|name| listed(kind, name)).collect();
        let parsed = parsed?;
        let who = who.to_lowercase();
        for name in &parsed {
            let before = whose.insert(name.as_str().to_lowercase(), who.clone());
            if before.is_some_and(|other| other != who) {
                return Err(
                    "`accounts` gives one account to two people; a person stands there once, best by id",
                );
            }
        }
        let of = accounts.entry(who).or_default();
        of.extend(parsed);
        if of.len() > MOST_NAMES {
            return Err("`accounts` names more than 16 accounts of one person");
        }
    }
    Ok(accounts)
}

fn listed(kind: Kind, account: &Listed) -> Result<AccountName, &'static str> {
    match (kind, account) {
        (_, Listed::Name(name)) => {
            AccountName::parse(name).map_err(|_| "`accounts` names something that is no account")
        }
        (Kind::Github, Listed::Id(id)) => UserId::new(*id)
            .and_then(|id| AccountName::parse(&id.to_string()).ok())
            .ok_or("`accounts` names a number that is no user's"),
        (Kind::Postgresql, Listed::Id(_)) => Err("`accounts` names logins of PostgreSQL, not numbers"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<BTreeMap<SystemName, ConnectorConfig>, String> {
        let settings: BTreeMap<String, ConnectorSettings> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        parse(settings).map_err(|error| error.to_string())
    }

    #[test]
    fn both_kinds_are_read() {
        let parsed = of("[warehouse]\nkind = \"postgresql\"\nhost = \"db.example\"\nuser = \"offboarding\"\npassword_file = \"/p\"\n\
             match_by = [\"mail-name\"]\nmail_domain = \"Example.Test\"\n[code]\nkind = \"github\"\norganization = \"acme\"\ntoken_file = \"/t\"\n\
             [code.accounts]\n\"Ada@Example.Test\" = [\"ada\", 4711]\n")
        .unwrap();
        let warehouse = &parsed[&SystemName::parse("warehouse").unwrap()];
        assert_eq!(warehouse.way.kind(), SystemKind::Postgresql);
        assert_eq!(warehouse.mail_domain.as_deref(), Some("example.test"));
        let code = &parsed[&SystemName::parse("code").unwrap()];
        let listed: Vec<_> = code.accounts["ada@example.test"]
            .iter()
            .map(AccountName::as_str)
            .collect();
        // A number is whom GitHub knows by it, not a login.
        assert_eq!(listed, ["ada", "#4711"]);
    }

    #[test]
    fn what_would_leak_or_mean_nobody_is_refused() {
        let postgres = "kind = \"postgresql\"\nuser = \"o\"\npassword_file = \"/p\"\nmatch_by = [\"mail\"]\n";
        let github = "kind = \"github\"\ntoken_file = \"/t\"\nmatch_by = [\"mail\"]\n";
        for (name, text) in [
            ("a", format!("{postgres}host = \"db.example\"\ntls = \"none\"")),
            ("a", format!("{postgres}host = \"db\"\ntoken_file = \"/t\"")),
            ("a", postgres.to_owned()),
            ("A", format!("{postgres}host = \"db\"")),
            (
                "a",
                format!("{postgres}host = \"db\"").replace("[\"mail\"]", "[\"mail-name\"]"),
            ),
            (
                "a",
                format!("{postgres}host = \"db\"\nmail_domain = \"a@b.example\""),
            ),
            ("a", format!("{github}organization = \"a/b\"")),
            (
                "a",
                format!("{github}organization = \"acme\"\napi = \"http://git.example/\""),
            ),
            (
                "a",
                format!("{github}organization = \"acme\"\napi = \"https://u:p@git.example/\""),
            ),
            ("a", format!("{github}organization = \"acme\"\nhost = \"db\"")),
            (
                "a",
                "kind = \"github\"\ntoken_file = \"/t\"\norganization = \"acme\"".to_owned(),
            ),
            ("a", format!("{github}organization = \"acme\"\npassword = \"p\"")),
            (
                "a",
                format!("{github}organization = \"acme\"\n[a.accounts]\nada = [\"x\"]\nben = [\"y\", \"X\"]"),
            ),
            (
                "a",
                format!("{github}organization = \"acme\"\n[a.accounts]\nada = [0]"),
            ),
            (
                "a",
                format!("{github}organization = \"acme\"\n[a.accounts]\nada = [-7]"),
            ),
            (
                "a",
                format!("{github}organization = \"acme\"\n[a.accounts]\nada = [7.5]"),
            ),
            (
                "a",
                format!("{postgres}host = \"db\"\n[a.accounts]\nada = [16400]"),
            ),
        ] {
            assert!(of(&format!("[{name}]\n{text}\n")).is_err(), "{text}");
        }
        assert!(of(&format!("[a]\n{postgres}host = \"127.0.0.1\"\ntls = \"none\"\n")).is_ok());
    }
}
