//! Reads of offboarding cases.

mod row;

pub(super) use row::NOT_COUNTED;

use super::{
    cells::{Cells, all, one},
    handle::Handle,
};
use crate::{
    Digest, Result,
    codes::Coded as _,
    offboarding::{BeforeCase, CaseReads, DueCase, EffectCount, Span, place},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, DeviceId, PrincipalId, RequestId, SecretId},
    offboarding::{Case, CaseDevice, Effect, EffectKind, Progress, Rotation, Step, Voice},
    time::Timestamp,
};
use row::{case, effect, rotation, span};
use std::time::Duration;

macro_rules! cases {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            case_columns!(),
            " FROM offboarding_cases a WHERE ",
            $condition
        )
    };
}

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

macro_rules! rotations {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            rotation_columns!(),
            " FROM offboarding_rotations t WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl CaseReads for Handle {
    async fn case(&mut self, id: CaseId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!("a.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), case)
    }

    async fn open_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!(
            "a.person = $1 AND a.closed_at IS NULL AND a.returned_at IS NULL"
        ))
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), case)
    }

    async fn last_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!(
            "a.person = $1 ORDER BY a.opened_at DESC, a.id DESC LIMIT 1"
        ))
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), case)
    }

    async fn cases(&mut self, open: bool, before: Option<BeforeCase>, limit: u32) -> Result<Vec<Case>> {
        let (at, id) = before.map_or((i64::MAX, None), |before| {
            (before.opened_at.millis(), Some(before.id))
        });
        let rows = sqlx::query(cases!(
            "($1 = 0 OR a.closed_at IS NULL) AND (a.opened_at < $2 OR (a.opened_at = $2 AND a.id < $3)) \
             ORDER BY a.opened_at DESC, a.id DESC LIMIT $4"
        ))
        .bind(i64::from(open))
        .bind(at)
        .bind(id.as_ref().map_or(&[][..], |id| id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, case)
    }

    async fn cases_due(
        &mut self,
        now: Timestamp,
        after: Option<DueCase>,
        limit: u32,
    ) -> Result<Vec<DueCase>> {
        let at = after.map_or(i64::MIN, |after| after.look_at.millis());
        let rows = sqlx::query(
            "SELECT a.look_at, a.id FROM offboarding_cases a WHERE a.look_at <= $1 \
             AND (a.look_at > $2 OR (a.look_at = $2 AND a.id > $3)) ORDER BY a.look_at, a.id LIMIT $4",
        )
        .bind(now.millis())
        .bind(at)
        .bind(after.as_ref().map_or(&[][..], |after| after.id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(DueCase {
                look_at: cells.time()?,
                id: cells.id()?,
            })
        })
    }

    async fn cases_holding(&mut self, fingerprint: &Digest) -> Result<Vec<Case>> {
        let rows = sqlx::query(cases!(
            "a.state IN ('running', 'waiting') AND a.person IN (SELECT h.principal FROM secret_versions v \
             JOIN holdings h ON h.secret = v.secret AND h.version = v.version WHERE v.fingerprint = $1) ORDER BY a.id"
        ))
        .bind(fingerprint.as_slice())
        .fetch_all(self.db())
        .await?;
        all(&rows, case)
    }

    async fn is_any_unqueued(&mut self, id: CaseId, person: PrincipalId) -> Result<bool> {
        let row = sqlx::query(
            "SELECT 1 FROM secret_versions c WHERE c.stage = 'current' AND c.fingerprint IN (SELECT v.fingerprint \
             FROM holdings h JOIN secret_versions v ON v.secret = h.secret AND v.version = h.version \
             WHERE h.principal = $2) AND NOT EXISTS (SELECT 1 FROM offboarding_rotations t \
             WHERE t.offboarding = $1 AND t.secret = c.secret) LIMIT 1",
        )
        .bind(id.raw())
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        Ok(row.is_some())
    }

    async fn cases_begun_since(&mut self, moment: Timestamp) -> Result<u64> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM offboarding_cases a WHERE a.begun_at >= $1) \
             + (SELECT COUNT(*) FROM offboarding_cases a WHERE a.closed_at IS NULL AND a.state = 'braked' \
             AND a.opened_at >= $1)",
        )
        .bind(moment.millis())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn voices_of(&mut self, id: CaseId) -> Result<Vec<Voice>> {
        let rows = sqlx::query(
            "SELECT v.principal, v.at, v.reason, v.altered FROM offboarding_voices v WHERE v.offboarding = $1 \
             ORDER BY v.at, v.principal",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(Voice {
                principal: cells.id()?,
                at: cells.time()?,
                reason: cells.take()?,
                altered: cells.flag()?,
            })
        })
    }

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

    async fn case_rotations(
        &mut self,
        id: CaseId,
        after: Option<(u8, SecretId)>,
        limit: u32,
    ) -> Result<Vec<Rotation>> {
        let (risk, secret) = after.map_or((i64::MAX, None), |(risk, secret)| (i64::from(risk), Some(secret)));
        let rows = sqlx::query(rotations!(
            "t.offboarding = $1 AND (t.risk < $2 OR (t.risk = $2 AND t.secret > $3)) \
             ORDER BY t.risk DESC, t.secret LIMIT $4"
        ))
        .bind(id.raw())
        .bind(risk)
        .bind(secret.as_ref().map_or(&[][..], |secret| secret.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn case_rotation(&mut self, id: CaseId, secret: SecretId) -> Result<Option<Rotation>> {
        let row = sqlx::query(rotations!("t.offboarding = $1 AND t.secret = $2"))
            .bind(id.raw())
            .bind(secret.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), rotation)
    }

    async fn open_rotations_of(&mut self, secret: SecretId) -> Result<Vec<Rotation>> {
        let rows = sqlx::query(rotations!(
            "t.secret = $1 AND t.state = 'open' ORDER BY t.offboarding"
        ))
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn rotation_asked_by(&mut self, request: RequestId) -> Result<Option<Rotation>> {
        // The newest case, where more than one asks by the same request.
        let row = sqlx::query(rotations!(
            "t.request = $1 ORDER BY t.due_at DESC, t.offboarding LIMIT 1"
        ))
        .bind(request.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), rotation)
    }

    async fn rotations_falling_due(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        again: Option<Duration>,
        limit: u32,
    ) -> Result<Vec<Rotation>> {
        // Without repetition no whole span fits between a due date and now.
        let span = again.map_or(i64::MAX, |span| {
            i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
        });
        let rows = sqlx::query(rotations!(
            "t.state = 'open' AND t.due_at <= $2 AND (t.due_at > $1 OR ($2 - t.due_at) / $3 > ($1 - t.due_at) / $3) \
             ORDER BY t.due_at, t.offboarding, t.secret LIMIT $4"
        ))
        .bind(after.millis())
        .bind(until.millis())
        .bind(span)
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn count_open_rotations(&mut self, id: CaseId) -> Result<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM offboarding_rotations t WHERE t.offboarding = $1 AND t.state = 'open'",
        )
        .bind(id.raw())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn rotation_progress(&mut self, id: CaseId) -> Result<Vec<Progress>> {
        let rows = sqlx::query(
            "SELECT t.owner, COUNT(*), COUNT(CASE WHEN t.state = 'open' THEN 1 END), \
             COUNT(CASE WHEN t.state = 'accepted' THEN 1 END), MIN(CASE WHEN t.state = 'open' THEN t.due_at END) \
             FROM offboarding_rotations t WHERE t.offboarding = $1 GROUP BY t.owner",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        let mut progress = all(&rows, |cells| {
            Ok(Progress {
                owner: cells.id_or_null()?,
                all: cells.number()?,
                open: cells.number()?,
                accepted: cells.number()?,
                due_at: cells.time_or_null()?,
            })
        })?;
        progress.sort_by_key(|of| of.owner);
        Ok(progress)
    }

    async fn refusals_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>> {
        let rows = sqlx::query(
            "SELECT a.clicked_at, a.begun_at FROM offboarding_cases a WHERE a.begun_at >= $1 \
             ORDER BY a.begun_at DESC LIMIT $2",
        )
        .bind(since.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, span)
    }

    async fn purges_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>> {
        let rows = sqlx::query(
            "SELECT a.clicked_at, o.acknowledged_at FROM offboarding_cases a \
             JOIN offboarding_devices d ON d.offboarding = a.id JOIN orders o ON o.id = d.order_id \
             WHERE a.begun_at >= $1 AND o.acknowledged_at IS NOT NULL ORDER BY a.begun_at DESC LIMIT $2",
        )
        .bind(since.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, span)
    }
}
