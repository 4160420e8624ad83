//! Marks that the person leaves on this device: favourites, and last uses.

use super::names;
use crate::{
    Vault,
    problem::cache_problem,
    state::Inner,
    view::{event::ChangedArea, problem::Problem},
};
use claviger_cache::{CacheError, Mark};
use claviger_model::ids::SecretId;

impl Vault {
    /// Puts a secret among the favourites of this device, or takes it out.
    ///
    /// # Errors
    /// When the person may not know of the secret, or the mark cannot be stored.
    pub async fn set_favourite(&self, id: &str, on: bool) -> Result<(), Problem> {
        let secret: SecretId = names::id(id)?;
        names::entry(&*self.inner.book()?, secret)?;
        let marked = mark(&self.inner, secret, |mark| mark.favourite = on).await;
        marked.map_err(|error| cache_problem(&error))?;
        self.inner
            .board
            .changed(&[ChangedArea::Places, ChangedArea::Secrets], &[secret]);
        Ok(())
    }
}

/// Notes that a secret was used now. The use itself happened, so that a note that cannot be kept is no failure of it.
pub(super) async fn note_use(inner: &Inner, secret: SecretId) {
    let at = Some(inner.now());
    if let Err(error) = mark(inner, secret, |mark| mark.used_at = at).await {
        tracing::warn!(%error, "a last use was not stored");
    }
    inner.board.changed(&[ChangedArea::Secrets], &[secret]);
}

async fn mark(inner: &Inner, secret: SecretId, change: impl FnOnce(&mut Mark)) -> Result<(), CacheError> {
    let Ok(book) = inner.book() else { return Ok(()) };
    let mut mark = book.marks.get(&secret).copied().unwrap_or_default();
    drop(book);
    change(&mut mark);
    inner.set_mark(secret, mark).await
}
