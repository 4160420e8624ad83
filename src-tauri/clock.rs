//! What time it is: the computer's own, except in journeys, which cannot wait until a lease ends.

use claviger_model::time::{Clock, SystemClock};
use std::sync::Arc;

/// The computer's clock.
#[cfg(not(debug_assertions))]
pub fn of_process() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The computer's clock, or with `CLAVIGER_CLOCK` one that is ahead by as many milliseconds as the file of that name says; only in
/// debug builds.
#[cfg(debug_assertions)]
pub fn of_process() -> Arc<dyn Clock> {
    match std::env::var_os("CLAVIGER_CLOCK") {
        Some(file) => Arc::new(Ahead(file.into())),
        None => Arc::new(SystemClock),
    }
}

/// A clock that journeys put forward, also while the app runs.
#[cfg(debug_assertions)]
struct Ahead(std::path::PathBuf);

#[cfg(debug_assertions)]
impl Clock for Ahead {
    fn now(&self) -> claviger_model::time::Timestamp {
        let said = std::fs::read_to_string(&self.0).unwrap_or_default();
        let ahead = std::time::Duration::from_millis(said.trim().parse().unwrap_or(0));
        SystemClock.now().plus(ahead)
    }
}
