//! `connected`: who has an account in the connected systems, and whose it is by the rules; changes nothing.

use super::say;
use crate::{
    config::Config,
    connected::{System, others::everybody, rules::Known, systems},
    start::Surroundings,
};
use anyhow::Context;
use claviger_connectors::{FaultCode, github::UserId};
use claviger_model::connected::{Account, PlaceKind, SystemKind};
use claviger_storage::{Store, StoreConfig, connected::KnownPerson};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let systems = systems(&config);
    if systems.is_empty() {
        return Ok(say("no system is connected; `[connectors.NAME]` connects one")?);
    }
    let store = Store::open(StoreConfig {
        database: config.database,
        time: Surroundings::system().time,
        connections: 1,
    })
    .await
    .context("database")?;
    store.check().await.context("database")?;
    let people = everybody(&mut *store.reader().await?).await.context("database")?;
    store.close().await;
    let mut silent = 0;
    for (name, system) in &systems {
        if let Err(fault) = list(name.as_str(), system, &people).await? {
            say(&format!("{name}: cannot be asked: {}", words(fault.code)))?;
            silent += 1;
        }
    }
    if silent > 0 {
        anyhow::bail!("{silent} of {} connected systems cannot be asked", systems.len());
    }
    Ok(())
}

/// Says of each account whose it is; the inner error where the system does not tell.
async fn list(
    name: &str,
    system: &System,
    people: &[KnownPerson],
) -> anyhow::Result<Result<(), claviger_connectors::Fault>> {
    let mut named: Vec<_> = people
        .iter()
        .flat_map(|person| {
            let names = system.rules.names(&Known::from(person)).into_iter();
            names.map(move |account| Named {
                folded: account.as_str().to_lowercase(),
                listed: system.rules.is_listed(&account),
                of: person,
                is_there: false,
            })
        })
        .collect();
    let kind = system.connector.kind();
    let mut after = None;
    loop {
        let page = match system.connector.list(after.as_deref()).await {
            Ok(page) => page,
            Err(fault) => return Ok(Err(fault)),
        };
        for account in &page.accounts {
            let folded = account.name.as_str().to_lowercase();
            let id = id(kind, account);
            let by_id = id.map(|id| id.to_string());
            let mut owners: Vec<&KnownPerson> = Vec::new();
            for one in &mut named {
                if one.folded == folded || Some(&one.folded) == by_id.as_ref() {
                    one.is_there = true;
                    owners.push(one.of);
                }
            }
            // By name and by id it is still one person's.
            owners.dedup_by_key(|owner| owner.id);
            let whose: Vec<_> = owners.iter().map(|owner| owner.name.to_string()).collect();
            say(&line(name, account, id, &whose))?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    for one in named.iter().filter(|one| one.listed && !one.is_there) {
        say(&format!(
            "{name}: {} is listed for {} and not there",
            one.folded, one.of.name
        ))?;
    }
    Ok(Ok(()))
}

/// A name that an account of somebody may have.
struct Named<'a> {
    folded: String,
    listed: bool,
    of: &'a KnownPerson,
    is_there: bool,
}

/// What GitHub knows somebody by, which stays when they are renamed.
fn id(kind: SystemKind, account: &Account) -> Option<UserId> {
    match kind {
        SystemKind::Github => UserId::new(account.key?),
        SystemKind::Postgresql => None,
    }
}

/// Why a system does not tell, for whoever runs the server.
const fn words(code: FaultCode) -> &'static str {
    match code {
        FaultCode::Unreachable => "it cannot be reached, or its certificate is not the right one",
        FaultCode::TimedOut => "it did not answer in time",
        FaultCode::Credentials => {
            "the password or token for it is missing, can be read by others, or is refused there"
        }
        FaultCode::NotPermitted => {
            "this may not list accounts there; at GitHub the token has to be an owner's, with members read and write"
        }
        FaultCode::RateLimited => "it wants fewer calls; try again later",
        FaultCode::TooMany => "it has more accounts than are looked through",
        FaultCode::Unexpected => "its answer is not understood; is it what the configuration says?",
        other => other.as_str(),
    }
}

fn line(system: &str, account: &Account, id: Option<UserId>, whose: &[String]) -> String {
    let whose = match whose {
        [] => "nobody's".to_owned(),
        [one] => one.clone(),
        // A rule that gives one account to several would take it from all of them.
        several => format!("several people's: {}", several.join(", ")),
    };
    let places: Vec<_> = account
        .places
        .iter()
        .map(|place| match place.kind {
            PlaceKind::Login => "login",
            PlaceKind::Superuser => "superuser",
            PlaceKind::Member => "member",
            PlaceKind::Team => "team",
            PlaceKind::Collaborator => "outside collaborator",
            PlaceKind::Invitation => "invited",
        })
        .collect();
    let id = id.map(|id| format!(", id {}", id.get())).unwrap_or_default();
    format!("{system}: {} ({}{id}): {whose}", account.name, places.join(", "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::connected::{AccountName, Place};

    #[test]
    fn an_account_of_nobody_and_one_of_several_are_said_to_be_so() {
        let account = Account {
            name: AccountName::parse("ada").unwrap(),
            key: None,
            places: vec![Place {
                kind: PlaceKind::Login,
                name: None,
            }],
        };
        let told = |whose: &[&str]| {
            let whose: Vec<_> = whose.iter().map(|one| (*one).to_owned()).collect();
            line("warehouse", &account, None, &whose)
        };
        assert_eq!(told(&[]), "warehouse: ada (login): nobody's");
        assert_eq!(told(&["Ada"]), "warehouse: ada (login): Ada");
        assert_eq!(
            told(&["Ada", "Ben"]),
            "warehouse: ada (login): several people's: Ada, Ben"
        );
    }

    #[test]
    fn a_user_of_github_is_told_with_their_id_and_an_invitation_has_none() {
        let account = |key| Account {
            name: AccountName::parse("ada").unwrap(),
            key: Some(key),
            places: vec![Place {
                kind: PlaceKind::Member,
                name: None,
            }],
        };
        let ada = account(4711);
        let told = line("code", &ada, id(SystemKind::Github, &ada), &[]);
        assert_eq!(told, "code: ada (member, id 4711): nobody's");
        assert_eq!(id(SystemKind::Github, &account(-5)), None);
        assert_eq!(id(SystemKind::Postgresql, &ada), None);
    }
}
