//! `connected`: who has an account in the connected systems, and whose it is by the rules; changes nothing.

use super::say;
use crate::{
    config::Config,
    connected::{System, others::everybody, rules::Known, systems},
    start::Surroundings,
};
use anyhow::Context;
use claviger_connectors::FaultCode;
use claviger_model::connected::{Account, PlaceKind};
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
    let named: Vec<_> = people
        .iter()
        .flat_map(|person| {
            let names = system.rules.names(&Known::from(person)).into_iter();
            names.map(move |account| (account.as_str().to_lowercase(), &person.name))
        })
        .collect();
    let mut after = None;
    loop {
        let page = match system.connector.list(after.as_deref()).await {
            Ok(page) => page,
            Err(fault) => return Ok(Err(fault)),
        };
        for account in &page.accounts {
            let folded = account.name.as_str().to_lowercase();
            let whose: Vec<_> = named
                .iter()
                .filter(|(one, _)| *one == folded)
                .map(|(_, person)| person.to_string())
                .collect();
            say(&line(name, account, &whose))?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(Ok(())),
        }
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

fn line(system: &str, account: &Account, whose: &[String]) -> String {
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
    format!("{system}: {} ({}): {whose}", account.name, places.join(", "))
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
            line("warehouse", &account, &whose)
        };
        assert_eq!(told(&[]), "warehouse: ada (login): nobody's");
        assert_eq!(told(&["Ada"]), "warehouse: ada (login): Ada");
        assert_eq!(
            told(&["Ada", "Ben"]),
            "warehouse: ada (login): several people's: Ada, Ben"
        );
    }
}
