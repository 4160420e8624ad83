//! `serve`.

use super::{bootstrap, say};
use crate::{
    config::{Config, Origin},
    http::listen::Listener,
    jobs,
    sign_in::bootstrap::{ArmError, arm},
    start::{self, Started, Surroundings},
};
use anyhow::Context;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};

pub(super) async fn run(
    config: Config,
    demonstration: bool,
    bootstrap_file: Option<PathBuf>,
) -> anyhow::Result<()> {
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
    if started.app.store.may_rewrite_log().await? {
        tracing::warn!(
            "the database role of this server could change what stands in the log; run it as a lesser one, to which \
             `migrate --server-role` gives its rights"
        );
    }
    if let Some(file) = bootstrap_file {
        arm_into(&started, &file).await?;
    }
    let jobs = jobs::start(&started.app);
    say(&format!("listening on {}", listener.url()))?;
    let served = listener.serve(started.app.clone(), stop).await;
    for job in jobs {
        job.abort();
    }
    started.stop().await;
    Ok(served?)
}

/// A SQLite file has one server only, so that no other process could make the code while this one runs.
async fn arm_into(started: &Started, file: &Path) -> anyhow::Result<()> {
    match arm(&started.app.store, &*started.app.entropy).await {
        Ok(code) => bootstrap::write(file, &code)
            .with_context(|| format!("the code could not be written to `{}`", file.display())),
        Err(ArmError::OwnerExists) => Ok(()),
        Err(error) => Err(error.into()),
    }
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
