//! Work in the background ends with what it works for.

use super::Inner;
use std::sync::{Arc, Weak};
use tokio::task::JoinHandle;

/// Tasks that end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Vec<JoinHandle<()>>);

impl Tasks {
    /// Takes tasks over.
    pub(crate) fn new(tasks: Vec<JoinHandle<()>>) -> Self {
        Self(tasks)
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Held by every clone of the vault: the last one to go ends the background work, which itself holds the vault's inside.
pub(crate) struct Lifecycle(Weak<Inner>);

impl Lifecycle {
    /// Watches over a vault's inside.
    pub(crate) fn of(inner: &Arc<Inner>) -> Self {
        Self(Arc::downgrade(inner))
    }
}

impl Drop for Lifecycle {
    fn drop(&mut self) {
        if let Some(inner) = self.0.upgrade() {
            inner.place().tasks = None;
        }
    }
}
