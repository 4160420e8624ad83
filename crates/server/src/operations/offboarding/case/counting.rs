//! Counting the blast radius of a case that is about to begin: from a snapshot that is opened before, beside the lock. A case begins
//! with what was counted by then, and waits for nothing: where counting takes longer, the numbers follow; where it fails, there are none.

use crate::{
    app::{App, Shared},
    caller::Caller,
    entitlement::Epoch,
    http::Refusal,
    operations::{
        offboarding::{conducted, facts::Facts, radius::digest},
        view::View,
    },
    sequencer::job,
};
use claviger_model::{
    blast::Suspect,
    ids::{CaseId, PrincipalId},
    offboarding::Counted,
};
use claviger_storage::Reader;
use std::time::Duration;
use tokio::{task::JoinHandle, time::timeout};

/// For so long a case waits for the tables, for a snapshot of them, and for its numbers, at most.
const PATIENCE: Duration = Duration::from_secs(1);

/// A blast radius that is being counted.
pub struct Counting(Option<JoinHandle<Option<Counted>>>);

impl Counting {
    /// Begins to count what a person has now.
    pub async fn of(app: &Shared, person: PrincipalId) -> Self {
        let snapshot = match timeout(PATIENCE, app.store.snapshot()).await {
            Ok(Ok(snapshot)) => snapshot,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a blast radius is not counted; the case begins without");
                return Self(None);
            }
            Err(_) => return Self(None),
        };
        let app = app.clone();
        Self(Some(tokio::spawn(async move {
            counted(&app, snapshot, person)
                .await
                .inspect_err(|refusal| tracing::warn!(?refusal, "a blast radius could not be counted"))
                .ok()
        })))
    }

    /// The same for a caller; nothing is counted for those who may not conduct offboarding, who are told so under the lock.
    pub async fn by(app: &Shared, caller: &Caller, person: PrincipalId) -> Self {
        let allowed = async {
            let mut view = View::open(app, caller).await?;
            conducted(&mut view).await
        };
        match timeout(PATIENCE, allowed).await {
            Ok(Ok(())) => Self::of(app, person).await,
            _ => Self(None),
        }
    }

    /// Counts nothing.
    pub const fn none() -> Self {
        Self(None)
    }

    /// What is counted by now, or after a moment.
    pub async fn now(&mut self) -> Option<Counted> {
        let handle = self.0.as_mut()?;
        let counted = timeout(PATIENCE, handle).await.ok()?;
        self.0 = None;
        counted.ok().flatten()
    }

    /// Writes what is counted later to the case, which began without.
    pub fn later(self, app: &Shared, case: CaseId) {
        let Some(handle) = self.0 else { return };
        let app = app.clone();
        tokio::spawn(async move {
            let Ok(Some(counted)) = handle.await else { return };
            let write = job::<(), _>(move |change| {
                Box::pin(async move { Ok(change.db().put_counted(case, &counted).await?) })
            });
            if let Err(refusal) = app.sequencer.change(write).await {
                tracing::warn!(?refusal, %case, "the numbers of a case could not be written");
            }
        });
    }
}

async fn counted(app: &App, mut reader: Box<dyn Reader>, person: PrincipalId) -> Result<Counted, Refusal> {
    let epoch = Epoch::Committed(reader.committed_epoch().await?);
    let mut facts = Facts {
        reader: &mut *reader,
        epoch,
        entitlements: &app.entitlements,
        now: app.clock.now(),
    };
    let radius = facts
        .radius(Suspect::Person(person))
        .await?
        .ok_or(claviger_protocol::problem::Code::NotFound)?;
    Ok(Counted {
        numbers: radius.numbers(),
        digest: digest(&radius)?,
    })
}
