//! `connected`: who has an account in the connected systems, and whose it is by the rules; changes nothing.

use super::say;
use crate::{
    config::Config,
    connected::{System, rules::Known, systems},
    start::Surroundings,
};
use anyhow::Context;
use claviger_model::{
    connected::{Account, PlaceKind},
    name::Name,
    principal::PrincipalKind,
};
use claviger_storage::{Reader, Store, StoreConfig, principals::PrincipalFilter};

/// People of one statement.
const PAGE: u32 = 500;

/// Somebody, and what is known of them.
struct Person {
    name: Name,
    known: Known,
}

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
    let people = people(&mut *store.reader().await?).await.context("database")?;
    store.close().await;
    let mut silent = 0;
    for (name, system) in &systems {
        if let Err(fault) = list(name.as_str(), system, &people).await? {
            say(&format!("{name}: cannot be asked ({fault})"))?;
            silent += 1;
        }
    }
    if silent > 0 {
        anyhow::bail!("{silent} of {} connected systems cannot be asked", systems.len());
    }
    Ok(())
}

async fn people(reader: &mut dyn Reader) -> anyhow::Result<Vec<Person>> {
    let filter = PrincipalFilter {
        kind: Some(PrincipalKind::Person),
        state: None,
    };
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = reader.principals_page(filter, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|last| last.id);
        for person in page {
            people.push(Person {
                known: Known::of(reader, person.id).await?,
                name: person.name,
            });
        }
        if !full {
            return Ok(people);
        }
    }
}

/// Says of each account whose it is; the inner error where the system does not tell.
async fn list(
    name: &str,
    system: &System,
    people: &[Person],
) -> anyhow::Result<Result<(), claviger_connectors::Fault>> {
    let named: Vec<_> = people
        .iter()
        .flat_map(|person| {
            let names = system.rules.names(&person.known).into_iter();
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
