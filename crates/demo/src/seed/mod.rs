//! Filling an empty database: a year of an invented company, day by day, each change with its event.

mod access;
mod asked;
mod clock;
mod emergency;
mod guardrails;
mod leavers;
mod life;
mod people;
mod places;
mod requests;
mod secrets;
mod services;
mod standing;
mod turn;

use crate::company::{NAME, stream};
use anyhow::Context;
use claviger_model::{
    entropy::SystemEntropy,
    ids::{EventId, OrganizationId, ScopeId},
    name::Name,
    time::{Clock, SystemClock, Timestamp},
};
use claviger_server::{
    config::{Config, Origin},
    founding::{self, Plan},
    start::{Surroundings, open_store},
};
use claviger_storage::TimeSource;
use clock::SetClock;
use std::{sync::Arc, time::Duration};
use turn::Seeder;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How much past is told.
const DAYS: u32 = 365;

/// Seeds the database of a configuration.
///
/// # Errors
/// When there is something in it already, or it cannot be written.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    run_until(config, SystemClock.now()).await
}

/// The same with a year that ends at a given moment: ids, names and events are the same every time, keys never.
///
/// # Errors
/// As [`run`].
pub async fn run_until(config: &Config, now: Timestamp) -> anyhow::Result<()> {
    let clock = Arc::new(SetClock::at(midnight(now.minus(DAY * DAYS))));
    let surroundings = Surroundings {
        time: TimeSource::Clock(Arc::clone(&clock) as Arc<dyn Clock>),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        entropy: Arc::new(SystemEntropy),
    };
    let store = open_store(config, &surroundings)
        .await
        .context("the database cannot be opened")?;
    anyhow::ensure!(
        store.reader().await?.organization().await?.is_none(),
        "there is an organization in this database already"
    );
    let origin = match config.public_origin.clone() {
        Some(origin) => origin,
        None => Origin::parse(&format!("http://{}", config.listen))?,
    };
    let root_key = config.root.read_or_create(&SystemEntropy).await?;
    let plan = Plan {
        organization: OrganizationId::random(&stream("organization")),
        root: ScopeId::random(&stream("root scope")),
        opened: EventId::random(&stream("log opened")),
        name: Name::parse(NAME)?,
        origin: origin.clone(),
        demonstration: true,
    };
    founding::found(&store, &plan, &root_key, &SystemEntropy).await?;
    let (_, keys) = founding::open(&store, &root_key)
        .await?
        .context("the organization was not founded")?;
    let seeder = Seeder {
        store: store.clone(),
        keys,
        organization: plan.organization,
        root: plan.root,
        issuer: config.oidc.issuer.clone(),
        ids: stream("events"),
        clock,
    };
    let company = people::settle(&seeder).await?;
    places::lay_out(&seeder).await?;
    services::settle(&seeder).await?;
    access::give(&seeder, now).await?;
    asked::settle(&seeder).await?;
    let mut secrets = secrets::write_first(&seeder).await?;
    let mut asked = asked::planned(now);
    life::live(&seeder, &company, (&mut secrets, &mut asked), now).await?;
    access::give_today(&seeder, now).await?;
    asked.until(&seeder, now).await?;
    leavers::prepare(&seeder, &secrets, now).await?;
    store.close().await;
    leavers::leave((config, &origin), &seeder, now).await
}

/// The beginning of a day, UTC.
fn midnight(at: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(at.millis().div_euclid(day).saturating_mul(day))
}
