//! Reads of the steps of cases, of what they did, and of the devices that they wait for.

use super::{
    super::{
        cells::{all, one},
        handle::Handle,
    },
    row::effect,
};
use crate::{
    Result,
    codes::Coded as _,
    offboarding::{CaseStepReads, EffectCount, place},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, DeviceId},
    offboarding::{CaseDevice, Effect, EffectKind, Step},
};

macro_rules! effects {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            effect_columns!(),
            " FROM offboarding_effects e WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl CaseStepReads for Handle {
    async fn case_steps(&mut self, id: CaseId) -> Result<Vec<Step>> {
        let rows = sqlx::query(
            "SELECT p.offboarding, p.step, p.state, p.attempts, p.next_at, p.said, p.done_at \
             FROM offboarding_steps p WHERE p.offboarding = $1",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        let mut steps = all(&rows, |cells| {
            Ok(Step {
                case: cells.id()?,
                kind: cells.code()?,
                state: cells.code()?,
                attempts: cells.number()?,
                next_at: cells.time()?,
                said: cells.take()?,
                done_at: cells.time_or_null()?,
            })
        })?;
        steps.sort_by_key(|step| place(step.kind));
        Ok(steps)
    }

    async fn case_effects(
        &mut self,
        id: CaseId,
        after: Option<(EffectKind, [u8; 16])>,
        limit: u32,
    ) -> Result<Vec<Effect>> {
        let (kind, object) = after.map_or(("", Vec::new()), |(kind, object)| (kind.text(), object.to_vec()));
        let rows = sqlx::query(effects!(
            "e.offboarding = $1 AND (e.kind > $2 OR (e.kind = $2 AND e.object > $3)) ORDER BY e.kind, e.object LIMIT $4"
        ))
        .bind(id.raw())
        .bind(kind)
        .bind(object)
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, effect)
    }

    async fn case_effect(
        &mut self,
        id: CaseId,
        kind: EffectKind,
        object: [u8; 16],
    ) -> Result<Option<Effect>> {
        let row = sqlx::query(effects!("e.offboarding = $1 AND e.kind = $2 AND e.object = $3"))
            .bind(id.raw())
            .bind(kind.text())
            .bind(object.as_slice())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), effect)
    }

    async fn count_effects(&mut self, id: CaseId) -> Result<Vec<EffectCount>> {
        let rows = sqlx::query(
            "SELECT e.kind, COUNT(*), COUNT(e.restored_at) FROM offboarding_effects e WHERE e.offboarding = $1 \
             GROUP BY e.kind ORDER BY e.kind",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(EffectCount {
                kind: cells.code()?,
                all: cells.number()?,
                restored: cells.number()?,
            })
        })
    }

    async fn case_devices(&mut self, id: CaseId) -> Result<Vec<CaseDevice>> {
        let rows = sqlx::query(
            "SELECT d.device, d.order_id, o.issued_at, d.leased_until, o.acknowledged_at FROM offboarding_devices d \
             JOIN orders o ON o.id = d.order_id WHERE d.offboarding = $1 ORDER BY d.device",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(CaseDevice {
                device: cells.id()?,
                order: cells.id()?,
                ordered_at: cells.time()?,
                leased_until: cells.time()?,
                acknowledged_at: cells.time_or_null()?,
            })
        })
    }

    async fn cases_of_device(&mut self, device: DeviceId) -> Result<Vec<CaseId>> {
        let rows = sqlx::query(
            "SELECT a.id FROM offboarding_devices d JOIN offboarding_cases a ON a.id = d.offboarding \
             WHERE d.device = $1 AND a.closed_at IS NULL ORDER BY a.id",
        )
        .bind(device.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }
}
