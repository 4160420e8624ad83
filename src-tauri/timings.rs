//! How often things happen: as the vault says, except in journeys, which cannot wait for minutes.

use claviger_vault::Timings;
use std::error::Error;

/// The vault's own timings.
#[cfg(not(debug_assertions))]
pub fn of_process() -> Result<Timings, Box<dyn Error>> {
    Ok(Timings::default())
}

/// The vault's own timings, or those in `CLAVIGER_TIMINGS` (JSON, milliseconds); only in debug builds.
///
/// # Errors
/// When the variable is set to something else.
#[cfg(debug_assertions)]
pub fn of_process() -> Result<Timings, Box<dyn Error>> {
    match std::env::var("CLAVIGER_TIMINGS") {
        Ok(text) => Ok(serde_json::from_str::<Shortened>(&text)?.applied()),
        Err(_) => Ok(Timings::default()),
    }
}

/// What journeys shorten, in milliseconds.
#[cfg(debug_assertions)]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shortened {
    poll: Option<u64>,
    tick: Option<u64>,
    reconnect_first: Option<u64>,
    reconnect_last: Option<u64>,
    stream_silence: Option<u64>,
}

#[cfg(debug_assertions)]
impl Shortened {
    fn applied(self) -> Timings {
        let usual = Timings::default();
        let or = |given: Option<u64>, usual| given.map_or(usual, std::time::Duration::from_millis);
        Timings {
            poll: or(self.poll, usual.poll),
            tick: or(self.tick, usual.tick),
            reconnect_first: or(self.reconnect_first, usual.reconnect_first),
            reconnect_last: or(self.reconnect_last, usual.reconnect_last),
            stream_silence: or(self.stream_silence, usual.stream_silence),
            ..usual
        }
    }
}
