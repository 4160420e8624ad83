//! What leaves the server: deliveries that are due, each tried until somebody took it or its attempts are over.
//!
//! Each channel (mail, each webhook) is worked off on its own, a few deliveries side by side: a receiver that is slow, down or lying
//! holds up its own deliveries and nobody else's. A delivery is claimed before it is tried, and its end is written after it: whatever dies in between is tried again, under the same
//! id. Receivers tell doublets by that id.

use super::{Overheard, mail, webhook};
use crate::{app::Shared, http::refusal::Chain};
use claviger_storage::{
    Database, StorageError,
    notices::{Attempted, Channel, Delivery, DeliveryState},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::Notify,
    task::{self, JoinSet},
    time::MissedTickBehavior,
};

/// How many are tried side by side by one channel; there are [`claviger_protocol::notices::MOST_WEBHOOKS`] channels and mail at most.
const TOGETHER: u32 = 4;
/// When a claimed delivery is due again, should this process die; longer than any attempt takes.
const CLAIM: Duration = Duration::from_secs(300);
/// The longest word about an attempt.
const SAID: usize = 200;

/// How long to wait after each failed attempt; after the last one it is given up.
pub const BACKOFF: [Duration; 8] = [
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(3 * 3600),
    Duration::from_secs(8 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(36 * 3600),
];

/// Wakes the job that delivers, and posts to webhooks.
pub struct Outbox {
    wake: Notify,
    /// Posts.
    pub poster: webhook::Poster,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// It may go another time.
    ForNow(String),
    /// It never will.
    ForGood(String),
}

impl Outbox {
    /// Posts by this poster.
    pub fn new(poster: webhook::Poster) -> Self {
        Self {
            wake: Notify::new(),
            poster,
        }
    }

    /// There is something to deliver.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits for [`Outbox::wake`], for so long at most.
    pub async fn woken(&self, most: Duration) {
        // Either will do.
        let _ = tokio::time::timeout(most, self.wake.notified()).await;
    }
}

/// Delivers whatever is due now, each channel on its own.
///
/// # Errors
/// When the database fails; what was claimed is tried again later.
pub async fn deliver(app: &Shared) -> Result<(), StorageError> {
    let due = channels_due(app).await?;
    let channels = due.into_iter().map(|channel| work_off(app.clone(), channel));
    futures_util::future::join_all(channels)
        .await
        .into_iter()
        .collect()
}

/// Delivers what is due by one channel.
async fn work_off(app: Shared, channel: Channel) -> Result<(), StorageError> {
    loop {
        let now = app.clock.now();
        let mut desk = app.store.notice_desk().await?;
        let claimed = desk
            .claim_deliveries(channel, now, now.plus(CLAIM), TOGETHER)
            .await?;
        desk.commit().await?;
        if claimed.is_empty() {
            return Ok(());
        }
        let tries = claimed.into_iter().map(|delivery| attempt(app.clone(), delivery));
        let attempts = futures_util::future::join_all(tries).await;
        let mut desk = app.store.notice_desk().await?;
        for attempted in &attempts {
            desk.attempted(attempted).await?;
        }
        desk.commit().await?;
    }
}

async fn attempt(app: Shared, delivery: Delivery) -> Attempted {
    let went = match delivery.channel {
        Channel::Mail => mail::send(&app, &delivery.notice).await,
        Channel::Webhook(id) => webhook::deliver(&app, id, &delivery.notice).await,
    };
    let at = app.clock.now();
    let (state, next_at, said) = match went {
        Ok(said) => (DeliveryState::Sent, at, said),
        Err(Failed::ForGood(said)) => (DeliveryState::GivenUp, at, said),
        Err(Failed::ForNow(said)) => {
            let before = usize::try_from(delivery.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
            match BACKOFF.get(before) {
                Some(wait) => (DeliveryState::Waiting, at.plus(*wait), said),
                None => (DeliveryState::GivenUp, at, said),
            }
        }
    };
    if state != DeliveryState::Sent {
        tracing::warn!(
            channel = %delivery.channel,
            notice = %delivery.notice.id,
            attempts = delivery.attempts,
            given_up = state == DeliveryState::GivenUp,
            said,
            "a notice was not taken"
        );
    }
    Attempted {
        notice: delivery.notice.id,
        channel: delivery.channel,
        state,
        next_at,
        at,
        said: said.chars().take(SAID).collect(),
    }
}

/// Tells for ever.
pub async fn tell(app: Shared, every: Duration) {
    // A SQLite file has one server only.
    let shared = matches!(app.config.database, Database::Postgres(_));
    let mut overheard = Overheard::default();
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = super::catch_up(&app).await {
            tracing::warn!(error = %Chain(&error), "notices could not be made; they are made in the next round");
        }
        if shared && let Err(error) = overheard.hint(&app).await {
            tracing::debug!(error = %Chain(&error), "what others told could not be read");
        }
    }
}

/// Delivers for ever, beside the telling, which a slow receiver must not hold up: one task for each channel by which something is due.
pub async fn run(app: Shared, every: Duration) {
    // Dropped with this one, it ends them.
    let mut at_work: JoinSet<Result<(), StorageError>> = JoinSet::new();
    let mut channels: BTreeMap<task::Id, Channel> = BTreeMap::new();
    loop {
        match channels_due(&app).await {
            Ok(due) => {
                for channel in due {
                    if !channels.values().any(|busy| *busy == channel) {
                        let task = at_work.spawn(work_off(app.clone(), channel));
                        channels.insert(task.id(), channel);
                    }
                }
            }
            Err(error) => undelivered(&error),
        }
        tokio::select! {
            () = app.outbox.woken(every) => {}
            Some(ended) = at_work.join_next_with_id() => match ended {
                Ok((id, went)) => {
                    channels.remove(&id);
                    if let Err(error) = went {
                        undelivered(&error);
                        // Not at once again, should it fail for long.
                        app.outbox.woken(every).await;
                    }
                }
                Err(died) => {
                    tracing::error!(%died, "a delivery died; it is tried again");
                    channels.remove(&died.id());
                }
            },
        }
    }
}

async fn channels_due(app: &Shared) -> Result<Vec<Channel>, StorageError> {
    app.store.reader().await?.channels_due(app.clock.now()).await
}

fn undelivered(error: &StorageError) {
    tracing::warn!(error = %Chain(error), "notices could not be delivered; they are tried again");
}
