//! One refresher for each device (rule 3): a lock between processes, beside the cache.

use crate::state::{Inner, Live};
use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};
use tokio::sync::MutexGuard;

/// Held while tokens are renewed; let go when dropped, also by a crash. Whoever has the session locked never waits for it: the
/// one who holds it needs the session.
pub(super) struct Refresher<'a> {
    _turn: MutexGuard<'a, ()>,
    _file: Option<File>,
}

impl Inner {
    /// Waits until nobody else, in this process or another, renews tokens. Where the file cannot be made, other processes are not
    /// waited for: the server keeps a lost race harmless for one token.
    pub(super) async fn only_refresher<'a>(&self, live: &'a Live) -> Refresher<'a> {
        let turn = live.refresh_turn.lock().await;
        let directory = self.parts.directory.clone();
        let name = directory.join(format!("{}.refresh", live.server.organization));
        let locked = tokio::task::spawn_blocking(move || lock(directory, name)).await;
        let file = match locked {
            Ok(Ok(file)) => Some(file),
            Ok(Err(error)) => {
                tracing::warn!(%error, "tokens are renewed without a lock");
                None
            }
            Err(_) => None,
        };
        Refresher {
            _turn: turn,
            _file: file,
        }
    }
}

fn lock(directory: PathBuf, name: PathBuf) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(name)?;
    file.lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::testing::{
        device::{Device, until},
        log::ORGANIZATION,
    };
    use crate::view::state::LogState;
    use claviger_cache::SessionItem;
    use std::{sync::Arc, time::Duration};

    #[tokio::test]
    async fn whoever_waits_to_renew_leaves_the_session_to_the_one_who_does() {
        let device = Device::signed_in().await;
        let vault = device.start().await;
        until(&vault, |state| state.log == LogState::Whole).await;
        let (inner, live) = (Arc::clone(&vault.inner), vault.inner.live().unwrap());
        let access = inner.access(&live).await.unwrap();
        let only = inner.only_refresher(&live).await;
        let waiting = {
            let live = Arc::clone(&live);
            tokio::spawn(async move { inner.renew(&live, &access).await.map(drop) })
        };
        // One thread: by now it stands before the lock.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert!(!waiting.is_finished());
        assert!(live.session.try_lock().is_ok(), "needed to keep what was renewed");
        drop(only);
        waiting.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_another_process_had_vouched_for_is_not_asked_again() {
        let device = Device::signed_in().await;
        let vault = device.start().await;
        until(&vault, |state| state.log == LogState::Whole).await;
        let (inner, live) = (Arc::clone(&vault.inner), vault.inner.live().unwrap());
        let only = inner.only_refresher(&live).await;
        let waiting = {
            let (inner, live) = (Arc::clone(&inner), Arc::clone(&live));
            tokio::spawn(async move { inner.reassert(&live).await })
        };
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let item = device.session_item().await.unwrap();
        let item = SessionItem {
            reassert_by: item.reassert_by.plus(Duration::from_secs(3600)),
            ..item
        };
        item.store(&*device.keys, ORGANIZATION).await.unwrap();
        drop(only);
        // The provider of the scripted server cannot be reached: being asked would fail.
        waiting.await.unwrap().unwrap();
    }
}
