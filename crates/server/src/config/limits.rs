//! Limits of calls, and of numbers in settings.

use super::{ConfigError, Limits};
use serde::Deserialize;
use std::time::Duration;

const MEBIBYTE: u64 = 1024 * 1024;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitSettings {
    body_bytes: Option<u64>,
    unauthenticated_per_second: Option<u64>,
    unauthenticated_burst: Option<u64>,
    devices_per_second: Option<u64>,
    devices_burst: Option<u64>,
    shutdown_seconds: Option<u64>,
}

impl LimitSettings {
    pub(super) fn parse(self) -> Result<Limits, ConfigError> {
        let body = number(
            "limits.body_bytes",
            self.body_bytes,
            MEBIBYTE,
            128 * 1024,
            64 * MEBIBYTE,
        )?;
        let shutdown = number("limits.shutdown_seconds", self.shutdown_seconds, 10, 0, 600)?;
        Ok(Limits {
            body_bytes: usize::try_from(body).unwrap_or(usize::MAX),
            unauthenticated_per_second: number(
                "limits.unauthenticated_per_second",
                self.unauthenticated_per_second,
                10,
                1,
                100_000,
            )?,
            unauthenticated_burst: number(
                "limits.unauthenticated_burst",
                self.unauthenticated_burst,
                60,
                1,
                100_000,
            )?,
            devices_per_second: number(
                "limits.devices_per_second",
                self.devices_per_second,
                1_000,
                1,
                100_000,
            )?,
            devices_burst: number("limits.devices_burst", self.devices_burst, 10_000, 1, 1_000_000)?,
            shutdown: Duration::from_secs(u64::from(shutdown)),
        })
    }
}

pub(super) fn number(
    setting: &'static str,
    value: Option<u64>,
    default: u64,
    from: u64,
    to: u64,
) -> Result<u32, ConfigError> {
    let value = value.unwrap_or(default);
    let error = ConfigError::Range { setting, from, to };
    if value < from || value > to {
        Err(error)
    } else {
        u32::try_from(value).map_err(|_| error)
    }
}
