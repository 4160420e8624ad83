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
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Holds the one value that is in the clipboard; clones share it.
///
/// The connection to the clipboard lives as long as the app, since on X11 and Wayland the owner serves what it holds.
#[derive(Clone)]
pub struct ClipboardGuard {
    vault: Vault,
    inner: Arc<Mutex<Inner>>,
    turns: Arc<Turns>,
}

#[derive(Default)]
struct Inner {
    board: Option<Clipboard>,
    /// The value that was filled in last, and in which turn, so that the end of an older countdown does not clear a newer value.
    held: Option<(Turn, SecretString)>,
}

/// The right to fill the clipboard once, taken before what goes into it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn(u64);

/// Fetching takes its time: what was asked for before a lock, or before something that is in the clipboard already, comes too late.
#[derive(Default)]
struct Turns {
    taken: AtomicU64,
    over: AtomicU64,
}

impl Turns {
    fn take(&self) -> Turn {
        Turn(self.taken.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Uses a turn, with which all before it are over, too.
    fn spend(&self, Turn(turn): Turn) -> Result<(), Problem> {
        if self.over.fetch_max(turn, Ordering::SeqCst) < turn {
            Ok(())
        } else {
            Err(too_late())
        }
    }

    fn end_all(&self) {
        self.over
            .fetch_max(self.taken.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

impl ClipboardGuard {
    /// A guard that reports through the vault's events.
    pub fn new(vault: Vault) -> Self {
        Self {
            vault,
            inner: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// To be taken as soon as somebody asks for a copy.
    pub fn turn(&self) -> Turn {
        self.turns.take()
    }

    /// Puts a value into the clipboard and takes it out after a span.
    ///
    /// # Errors
    /// When there is no clipboard, the app was locked since the turn was taken, or something newer is in the clipboard.
    pub async fn hold(&self, turn: Turn, value: SecretString, stay: Duration) -> Result<Timestamp, Problem> {
        let turns = Arc::clone(&self.turns);
        self.blocking(move |inner| {
            turns.spend(turn)?;
            inner.put(turn, value)
        })
        .await?;
        let (guard, clears_at) = (self.clone(), self.vault.now().plus(stay));
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(stay).await;
            if let Err(problem) = guard.clear(Some(turn), ClearReason::Time).await {
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
        self.turns.end_all();
        if let Err(problem) = self.clear(None, ClearReason::Locked).await {
            tracing::warn!(code = problem.code, "the clipboard was not cleared");
        }
    }

    /// Copies plain text, which stays.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn copy_plain(&self, text: String) -> Result<(), Problem> {
        let (turns, turn) = (Arc::clone(&self.turns), self.turn());
        self.blocking(move |inner| {
            turns.spend(turn)?;
            inner.held = None;
            inner.board()?.set_text(text).map_err(unavailable)
        })
        .await
    }

    /// `of`: only what was filled in in that turn.
    async fn clear(&self, of: Option<Turn>, reason: ClearReason) -> Result<(), Problem> {
        let cleared = self.blocking(move |inner| inner.clear(of)).await?;
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

    fn put(&mut self, turn: Turn, value: SecretString) -> Result<(), Problem> {
        let set = self.board()?.set();
        #[cfg(target_os = "linux")]
        let set = arboard::SetExtLinux::exclude_from_history(set);
        set.text(value.expose().to_owned()).map_err(unavailable)?;
        self.held = Some((turn, value));
        Ok(())
    }

    fn clear(&mut self, of: Option<Turn>) -> Result<Cleared, Problem> {
        let Some((_, held)) = self.held.take_if(|(turn, _)| of.is_none_or(|of| of == *turn)) else {
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

fn too_late() -> Problem {
    Problem {
        code: "copyTooLate".into(),
        message: "It was not copied: the app was locked meanwhile, or something newer is in the clipboard."
            .into(),
        detail: None,
        remedy: Some("Copy it again if you still need it.".into()),
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_before_a_lock_comes_too_late() {
        let turns = Turns::default();
        let (before, also) = (turns.take(), turns.take());
        turns.end_all();
        let after = turns.take();
        assert_eq!(turns.spend(also).unwrap_err().code, "copyTooLate");
        turns.spend(after).unwrap();
        assert_eq!(turns.spend(before).unwrap_err().code, "copyTooLate");
    }

    #[test]
    fn what_was_asked_for_last_stays() {
        let turns = Turns::default();
        let (slow, quick) = (turns.take(), turns.take());
        turns.spend(quick).unwrap();
        turns.spend(slow).unwrap_err();
        turns.spend(quick).unwrap_err();
        turns.spend(turns.take()).unwrap();
    }

    #[test]
    fn an_older_countdown_clears_nothing_newer() {
        let turns = Turns::default();
        let (older, newer) = (turns.take(), turns.take());
        let mut inner = Inner {
            board: None,
            held: Some((newer, SecretString::new("newer".to_owned()))),
        };
        assert!(matches!(inner.clear(Some(older)), Ok(Cleared::Nothing)));
        assert!(inner.held.is_some());
    }
}
