//! The values of a case that have to change.

use super::shown::{Named, way};
use crate::{
    Vault,
    cases::{input, names},
    view::{
        offboarding::cases::{CaseRotation, CaseRotations, CaseVoice, RotationStands},
        problem::Problem,
    },
};
use claviger_model::{
    ids::CaseId,
    offboarding::{RotationState, Settled},
};
use claviger_protocol::{
    offboarding::cases::{AcceptRotation, AfterRotation, RotationRecord, RotationsCall, RotationsReply},
    route,
};

impl Vault {
    /// A page of them, the riskiest first; `after` as [`CaseRotations::next`] said.
    ///
    /// # Errors
    /// When there is no such case, or the server does not answer.
    pub async fn case_rotations(&self, case: &str, after: Option<&str>) -> Result<CaseRotations, Problem> {
        let id: CaseId = names::id(case)?;
        let after: Option<AfterRotation> = after
            .map(|text| serde_json::from_str(text).map_err(|_| names::not_found()))
            .transpose()?;
        let call = RotationsCall { after };
        let reply: RotationsReply = self.inner.call(route::CASE_ROTATIONS, &[&id], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        let named = Named::new(&shown, &reply.secrets, &[]);
        Ok(CaseRotations {
            rotations: reply.rotations.iter().map(|one| rotation(&named, one)).collect(),
            next: reply
                .next
                .as_ref()
                .and_then(|next| serde_json::to_string(next).ok()),
        })
    }

    /// Accepts, with a reason, that a value stays as it is; for Owners.
    ///
    /// # Errors
    /// When this person is none, the value changed meanwhile, or the reason cannot stand.
    pub async fn accept_rotation(&self, case: &str, secret: &str, reason: &str) -> Result<(), Problem> {
        let id: CaseId = names::id(case)?;
        let call = AcceptRotation {
            secret: names::id(secret)?,
            reason: input::words(reason)?,
        };
        self.inner
            .call::<_, RotationRecord>(route::ACCEPT_ROTATION, &[&id], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }
}

fn rotation(named: &Named<'_>, record: &RotationRecord) -> CaseRotation {
    CaseRotation {
        secret: named.secret(record.secret),
        version: names::number(record.version),
        way: way(record.how),
        risk: record.risk.number().into(),
        owner: record.owner.map(|owner| named.shown.person(owner)),
        due_at: record.due_at.millis(),
        stands: match record.state {
            RotationState::Open => RotationStands::Open,
            RotationState::Changed => RotationStands::Changed,
            RotationState::Accepted => RotationStands::Accepted,
            RotationState::Gone => RotationStands::Gone,
        },
        settled: record.settled.as_ref().map(|settled| voice(named, settled)),
    }
}

fn voice(named: &Named<'_>, settled: &Settled) -> CaseVoice {
    CaseVoice {
        by: settled.by.map(|by| named.shown.person(by)),
        at: settled.at.millis(),
        reason: settled.words.clone(),
    }
}
