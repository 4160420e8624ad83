//! `migrate`.

use super::say;
use crate::{config::Config, start::Surroundings};
use claviger_storage::{Store, StoreConfig};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let time = Surroundings::system().time;
    let store = Store::open(StoreConfig {
        database: config.database,
        time,
        connections: 1,
    })
    .await?;
    store.migrate().await?;
    store.check().await?;
    store.close().await;
    Ok(say("the database has this program's version")?)
}
