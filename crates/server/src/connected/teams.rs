//! The teams of accounts that were found: told beside the accounts, and never in their way.

use super::System;
use claviger_connectors::{Fault, FaultCode, Teams};
use claviger_model::connected::{Account, Place, PlaceKind};
use claviger_protocol::offboarding::connected::{TeamsOf, TeamsTold};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

impl System {
    /// Names the teams of accounts among their places, as far as they are told until then; says of each account that may be in teams in
    /// how many it is, or why that was not told.
    pub async fn name_teams(&self, accounts: &mut [Account], until: Instant) -> Vec<TeamsOf> {
        let asked = accounts.iter().map(|account| async move {
            let told = timeout_at(until, self.connector.teams(account)).await;
            told.unwrap_or_else(|_| Err(FaultCode::TimedOut.into()))
        });
        let told = join_all(asked).await;
        let each = accounts.iter_mut().zip(told);
        each.filter_map(|(account, told)| named(account, told)).collect()
    }
}

fn named(account: &mut Account, told: Result<Option<Teams>, Fault>) -> Option<TeamsOf> {
    let teams = match told {
        Ok(None) => return None,
        Ok(Some(teams)) => {
            account.places.extend(teams.named.into_iter().map(|team| Place {
                kind: PlaceKind::Team,
                name: Some(team),
            }));
            TeamsTold::In(teams.all)
        }
        Err(fault) => TeamsTold::Untold(fault.code.as_str().to_owned()),
    };
    Some(TeamsOf {
        account: account.name.clone(),
        teams,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::connected::rules::Rules;
    use async_trait::async_trait;
    use claviger_connectors::{Connector, GoOn, Page, Removal};
    use claviger_model::connected::{AccountName, Presence, SystemKind};
    use std::{collections::BTreeMap, future::pending, sync::Arc};

    /// Tells of `quick` at once, and of everybody else never.
    #[derive(Debug)]
    struct Slow;

    #[async_trait]
    impl Connector for Slow {
        fn kind(&self) -> SystemKind {
            SystemKind::Github
        }
        async fn list(&self, _after: Option<&str>) -> Result<Page, Fault> {
            pending().await
        }
        async fn find(&self, _name: &AccountName) -> Result<Option<Account>, Fault> {
            pending().await
        }
        async fn teams(&self, account: &Account) -> Result<Option<Teams>, Fault> {
            match account.name.as_str() {
                "quick" => Ok(Some(Teams {
                    named: vec!["core".to_owned(), "web".to_owned()],
                    all: 3,
                })),
                "outside" => Ok(None),
                _ => pending().await,
            }
        }
        async fn disable(&self, _account: &Account, _go: &dyn GoOn) -> Result<(), Fault> {
            pending().await
        }
        async fn remove(&self, _account: &Account, _go: &dyn GoOn) -> Result<Removal, Fault> {
            pending().await
        }
        async fn verify(&self, _account: &Account) -> Result<Presence, Fault> {
            pending().await
        }
    }

    #[tokio::test]
    async fn teams_that_are_not_told_in_time_hold_up_neither_the_account_nor_those_of_others() {
        let system = System {
            connector: Arc::new(Slow),
            rules: Rules::new(Vec::new(), None, BTreeMap::new()),
        };
        let account = |name: &str| Account {
            name: AccountName::parse(name).unwrap(),
            key: Some(7),
            places: vec![Place {
                kind: PlaceKind::Member,
                name: None,
            }],
        };
        let mut accounts = ["slow", "quick", "outside"].map(account);
        // The time is over as it begins.
        let told = system.name_teams(&mut accounts, Instant::now()).await;
        let of = |name: &str, teams| TeamsOf {
            account: AccountName::parse(name).unwrap(),
            teams,
        };
        assert_eq!(
            told,
            [
                of("slow", TeamsTold::Untold("timed-out".to_owned())),
                of("quick", TeamsTold::In(3))
            ]
        );
        let names = accounts.each_ref().map(|one| {
            one.places
                .iter()
                .filter_map(|place| place.name.as_deref())
                .collect()
        });
        let [slow, quick, outside]: [Vec<&str>; 3] = names;
        assert_eq!(
            (slow.as_slice(), quick.as_slice(), outside.as_slice()),
            (&[][..], &["core", "web"][..], &[][..])
        );
    }
}
