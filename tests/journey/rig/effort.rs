//! What a way costs whoever goes it: clicks and keys, as the journey made them.

use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, Default)]
pub struct Effort {
    clicks: AtomicUsize,
    keys: AtomicUsize,
}

impl Effort {
    pub fn clicked(&self, times: usize) {
        self.clicks.fetch_add(times, Ordering::Relaxed);
    }

    /// A click that only the rig needed.
    pub fn took_back(&self) {
        self.clicks.fetch_sub(1, Ordering::Relaxed);
    }

    /// Keys, a chord being one.
    pub fn typed(&self, keys: usize) {
        self.keys.fetch_add(keys, Ordering::Relaxed);
    }

    /// Clicks and keys since this was asked last.
    pub fn since(&self) -> [usize; 2] {
        [&self.clicks, &self.keys].map(|count| count.swap(0, Ordering::Relaxed))
    }
}
