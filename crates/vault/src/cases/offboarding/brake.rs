//! The brake's settings.

use crate::{
    Vault,
    cases::{names, people::one_of},
    view::{offboarding::cases::BrakeView, problem::Problem},
};
use claviger_protocol::{offboarding::cases::OffboardingSettings, route};

impl Vault {
    /// How many people in an hour, and who is protected.
    ///
    /// # Errors
    /// When this person may not know, or the server does not answer.
    pub async fn brake(&self) -> Result<BrakeView, Problem> {
        let settings: OffboardingSettings = self.inner.ask(route::OFFBOARDING_SETTINGS, &[]).await?;
        self.shown_brake(settings).await
    }

    /// Sets it; for Owners.
    ///
    /// # Errors
    /// When this person is none, somebody on the list is no person, or the server does not answer.
    pub async fn set_brake(&self, people_per_hour: u32, protected: &[String]) -> Result<BrakeView, Problem> {
        let call = OffboardingSettings {
            people_per_hour,
            protected: protected
                .iter()
                .map(|id| names::id(id))
                .collect::<Result<_, _>>()?,
        };
        let settings: OffboardingSettings = self
            .inner
            .call(route::SET_OFFBOARDING_SETTINGS, &[], &call)
            .await?;
        self.shown_brake(settings).await
    }

    async fn shown_brake(&self, settings: OffboardingSettings) -> Result<BrakeView, Problem> {
        let everybody = if settings.protected.is_empty() {
            Vec::new()
        } else {
            self.everybody().await?
        };
        let mut protected: Vec<_> = settings
            .protected
            .iter()
            .map(|id| one_of(&everybody, *id))
            .collect();
        protected.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id.clone()));
        Ok(BrakeView {
            people_per_hour: settings.people_per_hour,
            protected,
        })
    }
}
