//! The clipboard: a copied value leaves it by itself, if it is still there.

use arboard::Clipboard;
use claviger_vault::{
    HostEvent, Timestamp, Vault,
    secret::SecretString,
    view::{
        event::{ClearReason, ClipboardCleared},
        problem::Problem,
    },
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Holds the one value that is in the clipboard; clones share it.
///
/// The connection to the clipboard lives as long as the app, since on X11 and Wayland the owner serves what it holds.
#[derive(Clone)]
pub struct ClipboardGuard {
    vault: Vault,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    board: Option<Clipboard>,
    held: Option<SecretString>,
    /// Counts copies, so that the end of an older countdown does not clear a newer value.
    copies: u64,
}

impl ClipboardGuard {
    /// A guard that reports through the vault's events.
    pub fn new(vault: Vault) -> Self {
        Self {
            vault,
            inner: Arc::default(),
        }
    }

    /// Puts a value into the clipboard and takes it out after a span.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn hold(&self, value: SecretString, stay: Duration) -> Result<Timestamp, Problem> {
        let copy = self.blocking(move |inner| inner.put(value)).await?;
        let (guard, clears_at) = (self.clone(), self.vault.now().plus(stay));
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(stay).await;
            if let Err(problem) = guard.clear(Some(copy), ClearReason::Time).await {
                tracing::warn!(code = problem.code, "the clipboard was not cleared");
            }
        });
        Ok(clears_at)
    }

    /// Looks whether there is a clipboard, before something is made that exists nowhere else.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ready(&self) -> Result<(), Problem> {
        self.blocking(|inner| inner.board().map(|_| ())).await
    }

    /// Takes the value out now.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn clear_asked(&self) -> Result<(), Problem> {
        self.clear(None, ClearReason::Asked).await
    }

    /// Takes the value out since the app locks or ends.
    pub async fn clear_locked(&self) {
        if let Err(problem) = self.clear(None, ClearReason::Locked).await {
            tracing::warn!(code = problem.code, "the clipboard was not cleared");
        }
    }

    /// Copies plain text, which stays.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn copy_plain(&self, text: String) -> Result<(), Problem> {
        self.blocking(move |inner| {
            inner.held = None;
            inner.board()?.set_text(text).map_err(unavailable)
        })
        .await
    }

    async fn clear(&self, copy: Option<u64>, reason: ClearReason) -> Result<(), Problem> {
        let cleared = self.blocking(move |inner| inner.clear(copy)).await?;
        let reason = match cleared {
            Cleared::Nothing => return Ok(()),
            Cleared::Ours => reason,
            Cleared::Replaced => ClearReason::Replaced,
        };
        self.vault
            .announce(HostEvent::ClipboardCleared(ClipboardCleared { reason }));
        Ok(())
    }

    /// The clipboard's protocol waits for other programs, so it stays off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Inner) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.inner);
        tauri::async_runtime::spawn_blocking(move || {
            work(&mut inner.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await
        .map_err(unavailable)?
    }
}

enum Cleared {
    Nothing,
    Ours,
    Replaced,
}

impl Inner {
    fn board(&mut self) -> Result<&mut Clipboard, Problem> {
        let board = match self.board.take() {
            Some(board) => board,
            None => Clipboard::new().map_err(unavailable)?,
        };
        Ok(self.board.insert(board))
    }

    fn put(&mut self, value: SecretString) -> Result<u64, Problem> {
        let set = self.board()?.set();
        #[cfg(target_os = "linux")]
        let set = arboard::SetExtLinux::exclude_from_history(set);
        set.text(value.expose().to_owned()).map_err(unavailable)?;
        self.held = Some(value);
        self.copies += 1;
        Ok(self.copies)
    }

    fn clear(&mut self, copy: Option<u64>) -> Result<Cleared, Problem> {
        if copy.is_some_and(|copy| copy != self.copies) {
            return Ok(Cleared::Nothing);
        }
        let Some(held) = self.held.take() else {
            return Ok(Cleared::Nothing);
        };
        let board = self.board()?;
        let present = board.get_text().map(SecretString::new);
        if present.is_ok_and(|present| present == held) {
            board.clear().map_err(unavailable)?;
            Ok(Cleared::Ours)
        } else {
            Ok(Cleared::Replaced)
        }
    }
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    Problem {
        code: "clipboardUnavailable".into(),
        message: "The clipboard cannot be reached.".into(),
        detail: Some(error.to_string()),
        remedy: Some("Reveal the value instead.".into()),
    }
}
