//! `check`: everything that could keep `serve` from serving, without changing anything.

use super::say;
use crate::{
    config::Config,
    founding,
    sign_in::Provider,
    start::{Surroundings, switched_off},
};
use anyhow::Context;
use claviger_storage::{Store, StoreConfig};
use std::sync::Arc;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    say("configuration: good")?;
    let surroundings = Surroundings::system();
    let provider = Provider::new(&config.oidc, &config.scim.claim, Arc::clone(&surroundings.clock))?;
    provider.probe().await.context("identity provider")?;
    say("identity provider: good")?;
    let database = StoreConfig {
        database: config.database,
        time: surroundings.time,
        connections: 1,
    };
    let store = Store::open(database).await.context("database")?;
    store.check().await.context("database")?;
    if store.may_rewrite_log().await.context("database")? {
        anyhow::bail!(
            "database: the role that this runs as could change what stands in the log; run the server as a lesser one, \
             to which `migrate --server-role` gives its rights"
        );
    }
    say("database: good")?;
    match config.root.read().await.context("root key")? {
        None => say("root key: not there yet; the first start makes it")?,
        Some(root) => match founding::open(&store, &root).await.context("root key")? {
            None => say("root key: good; the organization was not founded yet")?,
            Some((organization, _)) => say(&format!("root key: good; organization `{}`", organization.name))?,
        },
    }
    for guardrail in switched_off(&mut *store.reader().await?)
        .await
        .context("database")?
    {
        say(&format!(
            "finding: the built-in guardrail `{}` is switched off",
            guardrail.name
        ))?;
    }
    for kek in store
        .reader()
        .await?
        .kek_generations()
        .await
        .context("database")?
    {
        if kek.retired_at.is_some() {
            say(&format!(
                "finding: generation {} of the key-encryption key was replaced and wraps data keys still; a running server goes on with it",
                kek.generation
            ))?;
        }
        if kek.next_wrapped.is_some() {
            say("finding: the root key is being changed; `keys rotate --finish-root` finishes it")?;
        }
    }
    store.close().await;
    Ok(())
}
