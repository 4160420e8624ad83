//! Looking up a value that turned up where it should not be. It is sealed to the server for this one look-up, kept nowhere, and
//! erased here as soon as it is sealed.

use super::shown::Named;
use crate::{
    Vault,
    cases::{
        input,
        names::{self, problem},
    },
    view::{
        offboarding::{LeakView, LeakedVersionView},
        problem::Problem,
        value::ValueInput,
    },
};
use claviger_crypto::to_server::ToServer;
use claviger_model::{ids::EventId, secret::Stage};
use claviger_protocol::{
    offboarding::leak::{LeakCall, LeakReply, LeakedVersion},
    route,
};
use std::cmp::Reverse;

impl Vault {
    /// The versions that have or had a value, and everyone to whom it came. Each look-up is an event without anything of the value.
    ///
    /// # Errors
    /// When the value is empty or too large, this person may not look up values or did so too often, or the server does not answer.
    pub async fn look_up_leak(&self, value: ValueInput) -> Result<LeakView, Problem> {
        let value = input::value(value)?;
        if value.expose().trim_ascii().is_empty() {
            return Err(problem("valueMissing", "There is no value to look up.", None));
        }
        let event = EventId::random(&*self.inner.parts.entropy);
        let binding = |organization, device| ToServer::Leak {
            organization,
            device,
            event,
        };
        let reply: LeakReply = self
            .inner
            .send_sealed(route::LOOK_UP_LEAK, &[], (&binding, &value), |value| LeakCall {
                event,
                value,
            })
            .await?;
        drop(value);
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        let named = Named::new(&shown, &reply.secrets, &reply.named_devices);
        let mut versions: Vec<_> = reply.versions.iter().collect();
        versions.sort_by_key(|version| (version.stage != Stage::Current, Reverse(version.created_at)));
        Ok(LeakView {
            versions: versions
                .into_iter()
                .map(|version| shown_version(&named, &reply, version))
                .collect(),
            more: reply.more,
        })
    }
}

fn shown_version(named: &Named<'_>, reply: &LeakReply, version: &LeakedVersion) -> LeakedVersionView {
    let mut holdings: Vec<_> = reply
        .holdings
        .iter()
        .filter(|holding| (holding.secret, holding.version) == (version.secret, version.version))
        .collect();
    holdings.sort_by_key(|holding| Reverse((holding.last_at, holding.how)));
    LeakedVersionView {
        secret: named.secret(version.secret),
        version: names::number(version.version),
        current: version.stage == Stage::Current,
        written_at: version.created_at.millis(),
        holdings: holdings
            .into_iter()
            .map(|holding| named.holding(holding))
            .collect(),
    }
}
