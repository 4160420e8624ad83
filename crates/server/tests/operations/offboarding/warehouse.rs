//! A PostgreSQL server in which leavers have logins, connected as an operator writes it: by a file that the program reads.

use super::{
    connected::{credential, told},
    watch::Watch,
};
use crate::{
    house::House,
    program::{PROGRAM, Place, Served},
};
use claviger_model::{
    connected::{CaseAccount, Presence},
    ids::{CaseId, PrincipalId},
    offboarding::EffectKind,
};
use claviger_testkit::peers::postgres::Postgres;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How far accounts have gone in all cases.
pub const MOVED: &str =
    "SELECT COUNT(*) + COUNT(disabled_at) + COUNT(removed_at) + COUNT(verified_at) FROM offboarding_accounts";
/// What is left of all cases: steps, systems and accounts.
pub const LEFT: &str = "SELECT (SELECT COUNT(*) FROM offboarding_steps WHERE state <> 'done') \
    + (SELECT COUNT(*) FROM offboarding_systems WHERE state = 'open') \
    + (SELECT COUNT(*) FROM offboarding_accounts WHERE state <> 'verified')";

/// A cluster with logins of leavers, and the configuration that names them.
pub struct Warehouse<'a> {
    cluster: &'a Postgres,
    config: PathBuf,
    logins: Vec<String>,
}

impl<'a> Warehouse<'a> {
    /// Each of these people has so many logins, each of which owns a table. Other tests may be in the cluster, too.
    pub async fn with(cluster: &'a Postgres, folder: &Path, people: &[PrincipalId], each: usize) -> Self {
        let (mut logins, mut accounts) = (Vec::new(), String::new());
        for (nth, person) in people.iter().enumerate() {
            let own: Vec<_> = (0..each)
                .map(|which| format!("of_leaver_{nth}_{which}"))
                .collect();
            accounts.push_str(&format!("\"{person}\" = {own:?}\n"));
            logins.extend(own);
        }
        let mut sql = "CREATE ROLE takes_over;".to_owned();
        for login in &logins {
            sql.push_str(&format!(
                "CREATE ROLE {login} LOGIN; CREATE TABLE t_{login} (n int); ALTER TABLE t_{login} OWNER TO {login};"
            ));
        }
        cluster.sql("postgres", &sql).await.unwrap();
        let url: url::Url = cluster.url("postgres").parse().unwrap();
        let password = credential(folder, "password", url.password().unwrap());
        let config = folder.join("server.toml");
        let text = format!(
            "[connectors.warehouse]\nkind = \"postgresql\"\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\ntls = \"none\"\n\
             password_file = {password:?}\nreassign_to = \"takes_over\"\n[connectors.warehouse.accounts]\n{accounts}",
            url.port().unwrap(),
            url.username(),
        );
        std::fs::write(&config, text).unwrap();
        Self {
            cluster,
            config,
            logins,
        }
    }

    /// The program, connected to it.
    pub async fn serve(&self, place: &Place) -> Served {
        let mut command = place.command(&[], Path::new(PROGRAM));
        command.env("CLAVIGER_CONFIG", &self.config);
        place.serve_as(command).await
    }

    /// A last server does what the others left.
    pub async fn finish(&self, place: &Place) {
        let server = self.serve(place).await;
        let mut watch = Watch::of(place).await;
        let settled = async {
            while watch.count(LEFT).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(300), settled)
            .await
            .unwrap();
        server.kill().await;
    }

    /// None of them is left, none of their tables is lost, and each thing was told once, whoever did it how often.
    pub async fn gone(&self, house: &House, case: CaseId, person: PrincipalId, each: usize) {
        let mut reader = house.app.store.reader().await.unwrap();
        let accounts = reader.case_accounts(case).await.unwrap();
        assert_eq!(accounts.len(), each);
        let gone =
            |account: &CaseAccount| account.left == Some(Presence::Gone) && account.removed_at.is_some();
        assert!(accounts.iter().all(gone), "{accounts:?}");
        let effects = reader.count_effects(case).await.unwrap();
        let mut effects = effects.iter();
        let taken = effects.find(|one| one.kind == EffectKind::ConnectedAccount);
        assert_eq!(taken.map(|one| one.all), Some(each as u64));
        drop(reader);
        let told = told(house, person).await;
        let times = |state: &str| {
            told.iter()
                .filter(|one| *one == &format!("warehouse {state}"))
                .count()
        };
        assert_eq!(times("asked"), 1, "{told:?}");
        // A login may be found to be in use while a killed server's own session still holds it.
        for state in ["found", "disabled", "removed", "verified-gone"] {
            assert_eq!(times(state), each, "{state}: {told:?}");
        }
    }

    /// The same of the cluster itself, of as many as were taken away.
    pub async fn holds_none_of(&self, taken: usize) {
        let asked = async |sql: &str| self.cluster.sql("postgres", sql).await.unwrap();
        let there = asked("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'of\\_leaver\\_%'").await;
        assert_eq!(there, (self.logins.len() - taken).to_string());
        let tables = asked("SELECT count(*) FROM pg_tables WHERE tableowner = 'takes_over'").await;
        assert_eq!(tables, taken.to_string());
    }
}
