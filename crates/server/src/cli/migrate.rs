//! `migrate`, by the role that owns the tables; it gives the lesser role of `serve` its rights (rule 12).

use super::say;
use crate::{config::Config, start::Surroundings};
use anyhow::Context;
use claviger_storage::{Store, StoreConfig};

pub(super) async fn run(config: Config, server_role: Option<&str>) -> anyhow::Result<()> {
    let time = Surroundings::system().time;
    let store = Store::open(StoreConfig {
        database: config.database,
        time,
        connections: 1,
    })
    .await?;
    store.migrate().await?;
    store.check().await?;
    if let Some(role) = server_role {
        store
            .grant_rights(role)
            .await
            .with_context(|| format!("the rights of the role `{role}`"))?;
    }
    store.close().await;
    say("the database has this program's version")?;
    if let Some(role) = server_role {
        say(&format!("`{role}` has the rights of a server"))?;
    }
    Ok(())
}
