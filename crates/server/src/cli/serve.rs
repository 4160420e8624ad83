//! `serve`.

use super::say;
use crate::{
    config::{Config, Origin},
    http::listen::Listener,
    jobs,
    start::{self, Surroundings},
};
use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

pub(super) async fn run(config: Config, demonstration: bool) -> anyhow::Result<()> {
    if demonstration && !config.listen.ip().is_loopback() {
        anyhow::bail!("the demonstration is served on loopback only");
    }
    let listener = Listener::bind(config.listen, config.tls.as_ref()).await?;
    let origin = match config.public_origin.clone() {
        Some(origin) => origin,
        None => Origin::parse(&listener.url())?,
    };
    let stop = stop_signal().context("signals cannot be received")?;
    let started = start::start(config, origin, Surroundings::system(), demonstration).await?;
    let jobs = jobs::start(&started.app);
    say(&format!("listening on {}", listener.url()))?;
    let served = listener.serve(started.app.clone(), stop).await;
    for job in jobs {
        job.abort();
    }
    started.stop().await;
    Ok(served?)
}

/// Comes with the first SIGTERM or SIGINT.
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
