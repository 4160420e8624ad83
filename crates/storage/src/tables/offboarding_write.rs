//! Writes of offboarding cases.

use super::{cells::json_text, handle::Handle, offboarding::NOT_COUNTED, rows::insert_then};
use crate::{
    Conflict, Result,
    codes::Coded as _,
    offboarding::CaseWrites,
    raw_id::{RawId as _, int, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, DeviceId, GrantId, OrderId, SecretId},
    offboarding::{
        Case, Counted, Effect, EffectKind, Restored, Rotation, RotationState, Settled, Step, Voice,
    },
    time::Timestamp,
};

#[async_trait]
impl CaseWrites for Handle {
    async fn insert_case(&mut self, case: &Case) -> Result<()> {
        sqlx::query(
            "INSERT INTO offboarding_cases (id, person, cause, state, reason, opened_by, opened_at) \
             VALUES ($1, $2, $3, 'planned', $4, $5, $6)",
        )
        .bind(case.id.raw())
        .bind(case.person.raw())
        .bind(case.cause.text())
        .bind(&case.reason)
        .bind(raw_or_null(case.opened_by.as_ref()))
        .bind(case.opened_at.millis())
        .execute(self.db())
        .await?;
        self.update_case(case).await?;
        Ok(())
    }

    async fn update_case(&mut self, case: &Case) -> Result<bool> {
        let (start, begun, closed) = (case.start.as_ref(), case.begun.as_ref(), case.closed.as_ref());
        let counted = begun.and_then(|begun| begun.counted);
        let numbers = match (begun, counted) {
            (None, _) => None,
            (Some(_), None) => Some(NOT_COUNTED.to_owned()),
            (Some(_), Some(counted)) => Some(json_text(&counted.numbers)?),
        };
        // Where nothing was counted the digest says nothing.
        let digest = begun.map(|_| counted.map_or([0; 32], |counted| counted.digest).to_vec());
        let done = sqlx::query(
            "UPDATE offboarding_cases SET state = $2, heir = $3, starts_at = $4, starts_local = $5, starts_zone = $6, \
             brake = $7, approved_by = $8, approved_at = $9, clicked_at = $10, begun_at = $11, numbers = $12, \
             digest = $13, closed_by = $14, closed_at = $15, closed_reason = $16, returned_at = $17, look_at = $18 WHERE id = $1",
        )
        .bind(case.id.raw())
        .bind(case.state.text())
        .bind(raw_or_null(case.heir.as_ref()))
        .bind(start.map(|start| start.at.millis()))
        .bind(start.map(|start| start.local.as_str()))
        .bind(start.map(|start| start.zone.as_str()))
        .bind(case.brake.map(crate::codes::Coded::text))
        .bind(raw_or_null(case.approved.map(|approved| approved.by).as_ref()))
        .bind(case.approved.map(|approved| approved.at.millis()))
        .bind(begun.map(|begun| begun.clicked_at.millis()))
        .bind(begun.map(|begun| begun.at.millis()))
        .bind(numbers)
        .bind(digest)
        .bind(raw_or_null(closed.and_then(|closed| closed.by).as_ref()))
        .bind(closed.map(|closed| closed.at.millis()))
        .bind(closed.and_then(|closed| closed.reason.as_deref()))
        .bind(case.returned_at.map(Timestamp::millis))
        .bind(case.look_at.map(Timestamp::millis))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn put_counted(&mut self, case: CaseId, counted: &Counted) -> Result<()> {
        sqlx::query("UPDATE offboarding_cases SET numbers = $2, digest = $3 WHERE id = $1 AND numbers = $4")
            .bind(case.raw())
            .bind(json_text(&counted.numbers)?)
            .bind(counted.digest.as_slice())
            .bind(NOT_COUNTED)
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn insert_voice(&mut self, case: CaseId, voice: &Voice) -> Result<()> {
        sqlx::query(
            "INSERT INTO offboarding_voices AS v (offboarding, principal, at, reason, altered) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (offboarding, principal) DO UPDATE SET \
             altered = CASE WHEN v.altered = 1 THEN 1 ELSE excluded.altered END",
        )
        .bind(case.raw())
        .bind(voice.principal.raw())
        .bind(voice.at.millis())
        .bind(&voice.reason)
        .bind(i64::from(voice.altered))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn put_step(&mut self, step: &Step) -> Result<()> {
        sqlx::query(
            "INSERT INTO offboarding_steps (offboarding, step, state, attempts, next_at, said, done_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (offboarding, step) DO UPDATE SET state = excluded.state, \
             attempts = excluded.attempts, next_at = excluded.next_at, said = excluded.said, done_at = excluded.done_at",
        )
        .bind(step.case.raw())
        .bind(step.kind.text())
        .bind(step.state.text())
        .bind(i64::from(step.attempts))
        .bind(step.next_at.millis())
        .bind(&step.said)
        .bind(step.done_at.map(Timestamp::millis))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn insert_effects(&mut self, effects: &[Effect]) -> Result<()> {
        insert_then(
            self.db(),
            "INSERT INTO offboarding_effects (offboarding, kind, object, detail, at) ",
            effects,
            |row, effect| {
                row.push_bind(effect.case.raw().to_vec())
                    .push_bind(effect.kind.text())
                    .push_bind(effect.object.to_vec())
                    .push_bind(effect.detail.map(|detail| detail.to_vec()))
                    .push_bind(effect.at.millis());
            },
            " ON CONFLICT (offboarding, kind, object) DO NOTHING",
        )
        .await
    }

    async fn restore_effect(
        &mut self,
        case: CaseId,
        kind: EffectKind,
        object: [u8; 16],
        restored: &Restored,
    ) -> Result<()> {
        let done = sqlx::query(
            "UPDATE offboarding_effects SET restored_by = $4, restored_at = $5, restored_as = $6 \
             WHERE offboarding = $1 AND kind = $2 AND object = $3 AND restored_at IS NULL",
        )
        .bind(case.raw())
        .bind(kind.text())
        .bind(object.as_slice())
        .bind(restored.by.raw())
        .bind(restored.at.millis())
        .bind(raw_or_null::<GrantId>(restored.as_grant.as_ref()))
        .execute(self.db())
        .await?;
        changed(done.rows_affected())
    }

    async fn insert_case_device(
        &mut self,
        case: CaseId,
        device: DeviceId,
        order: OrderId,
        leased_until: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO offboarding_devices (offboarding, device, order_id, leased_until) VALUES ($1, $2, $3, $4)",
        )
        .bind(case.raw())
        .bind(device.raw())
        .bind(order.raw())
        .bind(leased_until.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn insert_rotations(&mut self, rotations: &[Rotation]) -> Result<()> {
        insert_then(
            self.db(),
            "INSERT INTO offboarding_rotations (offboarding, secret, version, fingerprint, how, risk, owner, due_at, \
             request, state, settled_at, settled_by, settled_version, words) ",
            rotations,
            |row, rotation| {
                let settled = rotation.settled.as_ref();
                let owner = rotation.owner.map(|owner| owner.as_bytes().to_vec());
                let request = rotation.request.map(|request| request.as_bytes().to_vec());
                let by = settled.and_then(|settled| settled.by);
                row.push_bind(rotation.case.raw().to_vec())
                    .push_bind(rotation.secret.raw().to_vec())
                    .push_bind(int(rotation.version))
                    .push_bind(rotation.fingerprint.to_vec())
                    .push_bind(rotation.how.text())
                    .push_bind(i64::from(rotation.risk.number()))
                    .push_bind(owner)
                    .push_bind(rotation.due_at.millis())
                    .push_bind(request)
                    .push_bind(rotation.state.text())
                    .push_bind(settled.map(|settled| settled.at.millis()))
                    .push_bind(by.map(|by| by.as_bytes().to_vec()))
                    .push_bind(settled.and_then(|settled| settled.version).map(int))
                    .push_bind(settled.and_then(|settled| settled.words.clone()));
            },
            " ON CONFLICT (offboarding, secret) DO NOTHING",
        )
        .await
    }

    async fn open_rotation_again(&mut self, rotation: &Rotation) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE offboarding_rotations SET state = 'open', version = $3, fingerprint = $4, due_at = $5, request = $6, \
             settled_at = NULL, settled_by = NULL, settled_version = NULL, words = NULL \
             WHERE offboarding = $1 AND secret = $2 AND state = 'changed'",
        )
        .bind(rotation.case.raw())
        .bind(rotation.secret.raw())
        .bind(int(rotation.version))
        .bind(rotation.fingerprint.as_slice())
        .bind(rotation.due_at.millis())
        .bind(raw_or_null(rotation.request.as_ref()))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn settle_rotation(
        &mut self,
        case: CaseId,
        secret: SecretId,
        state: RotationState,
        settled: &Settled,
    ) -> Result<()> {
        let done = sqlx::query(
            "UPDATE offboarding_rotations SET state = $3, settled_at = $4, settled_by = $5, settled_version = $6, \
             words = $7 WHERE offboarding = $1 AND secret = $2 AND state = 'open'",
        )
        .bind(case.raw())
        .bind(secret.raw())
        .bind(state.text())
        .bind(settled.at.millis())
        .bind(raw_or_null(settled.by.as_ref()))
        .bind(settled.version.map(int))
        .bind(settled.words.as_deref())
        .execute(self.db())
        .await?;
        changed(done.rows_affected())
    }
}

fn changed(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Conflict::Changed.into());
    }
    Ok(())
}
