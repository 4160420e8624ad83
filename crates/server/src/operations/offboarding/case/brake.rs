//! The brake: what waits for a second pair of eyes.

use claviger_model::{
    ids::PrincipalId,
    offboarding::{Brake, Case},
    time::Timestamp,
};
use claviger_protocol::offboarding::cases::OffboardingSettings;
use claviger_storage::{Reader, StorageError};
use std::time::Duration;

/// Under which the settings are kept.
pub const SETTING: &str = "offboarding";
const HOUR: Duration = Duration::from_secs(3600);

/// The settings. What cannot be read brakes everything: it is not known who was protected.
///
/// # Errors
/// When the tables cannot be read.
pub async fn settings(reader: &mut dyn Reader) -> Result<OffboardingSettings, StorageError> {
    let Some(kept) = reader.setting(SETTING).await? else {
        return Ok(OffboardingSettings::default());
    };
    Ok(serde_json::from_value(kept).unwrap_or_else(|error| {
        tracing::error!(%error, "the settings of offboarding cannot be read; every case waits for a second pair of eyes");
        OffboardingSettings {
            people_per_hour: 0,
            protected: Vec::new(),
        }
    }))
}

/// Why somebody's case waits, if it began now.
///
/// # Errors
/// When the tables cannot be read.
pub async fn brake(
    reader: &mut dyn Reader,
    person: PrincipalId,
    now: Timestamp,
) -> Result<Option<Brake>, StorageError> {
    let settings = settings(reader).await?;
    if settings.protected.contains(&person) {
        return Ok(Some(Brake::Protected));
    }
    let begun = reader.cases_begun_since(now.minus(HOUR)).await?;
    Ok((begun >= u64::from(settings.people_per_hour)).then_some(Brake::Many))
}

/// The same for a case; none for one that somebody else let go on.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of_case(
    reader: &mut dyn Reader,
    case: &Case,
    now: Timestamp,
) -> Result<Option<Brake>, StorageError> {
    if case.approved.is_some() {
        return Ok(None);
    }
    brake(reader, case.person, now).await
}
