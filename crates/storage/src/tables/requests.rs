//! Requests for a rotation or for access.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Conflict, Result, StorageError,
    changes::{ChangeKind, ChangeWrites as _, NewChange},
    codes::Coded as _,
    raw_id::{RawId as _, int, raw_or_null},
    requests::{Answer, Asked, Request, RequestPlace, RequestReads, RequestState, RequestWrites},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};

macro_rules! requests {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            request_columns!(),
            " FROM requests r WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl RequestReads for Handle {
    async fn request(&mut self, id: RequestId) -> Result<Option<Request>> {
        let row = sqlx::query(requests!("r.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), request)
    }

    async fn requests_of_secret(&mut self, secret: SecretId, limit: u32) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!("r.secret = $1 ORDER BY r.asked_at DESC, r.id LIMIT $2"))
            .bind(secret.raw())
            .bind(i64::from(limit))
            .fetch_all(self.db())
            .await?;
        all(&rows, request)
    }

    async fn open_requests_in(&mut self, scopes: &[ScopeId], limit: u32) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!(concat!(
            "r.state = 'open' AND r.scope ",
            any!("$1"),
            " ORDER BY r.asked_at, r.id LIMIT $2"
        )))
        .bind(ids(scopes))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn requests_in(
        &mut self,
        scopes: &[ScopeId],
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!(concat!(
            "r.asked_at < $2 AND r.scope ",
            any!("$1"),
            " ORDER BY r.asked_at DESC, r.id LIMIT $3"
        )))
        .bind(ids(scopes))
        .bind(before.map_or(i64::MAX, Timestamp::millis))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn requests_by_at(
        &mut self,
        principal: PrincipalId,
        scope: ScopeId,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!(
            "r.asked_by = $1 AND r.scope = $2 ORDER BY r.asked_at DESC, r.id LIMIT $3"
        ))
        .bind(principal.raw())
        .bind(scope.raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn open_requests_of(&mut self, principal: PrincipalId, after: Timestamp) -> Result<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM requests r WHERE r.asked_by = $1 AND r.state = 'open' AND r.asked_at > $2",
        )
        .bind(principal.raw())
        .bind(after.millis())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn requests_made_since(&mut self, principal: PrincipalId, since: Timestamp) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM requests r WHERE r.asked_by = $1 AND r.asked_at > $2")
            .bind(principal.raw())
            .bind(since.millis())
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn requests(&mut self, wanted: &[RequestId]) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!(concat!("r.id ", any!("$1"))))
            .bind(ids(wanted))
            .fetch_all(self.db())
            .await?;
        all(&rows, request)
    }

    async fn requests_after(
        &mut self,
        principal: PrincipalId,
        scopes: &[ScopeId],
        after: Option<RequestPlace>,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let before = after.map_or(i64::MAX, |after| after.asked_at.millis());
        let id = after.map_or([0; 16], |after| *after.id.as_bytes());
        let rows = sqlx::query(requests!(concat!(
            "(r.asked_by = $1 OR r.scope ",
            any!("$2"),
            ") AND (r.asked_at < $3 OR (r.asked_at = $3 AND r.id > $4)) ORDER BY r.asked_at DESC, r.id LIMIT $5"
        )))
        .bind(principal.raw())
        .bind(ids(scopes))
        .bind(before)
        .bind(RequestId::from_bytes(id).raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn any_to_delete(&mut self, moment: Timestamp) -> Result<bool> {
        Ok(!super::approvals_write::over_before(self, moment, 1)
            .await?
            .is_empty())
    }

    async fn requests_by(&mut self, principal: PrincipalId, limit: u32) -> Result<Vec<Request>> {
        let rows = sqlx::query(requests!(
            "r.asked_by = $1 ORDER BY r.asked_at DESC, r.id LIMIT $2"
        ))
        .bind(principal.raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }
}

#[async_trait]
impl RequestWrites for Handle {
    async fn insert_request(&mut self, request: &Request) -> Result<()> {
        let (kind, secret, role, seconds, extends) = match request.asked {
            Asked::Rotation { secret } => ("rotation", Some(secret), None, None, None),
            Asked::Access {
                role,
                secret,
                seconds,
                extends,
            } => ("access", secret, Some(role), Some(seconds), extends),
        };
        let answer = request.answer.as_ref();
        sqlx::query(
            "INSERT INTO requests (id, kind, scope, secret, role, seconds, asked_by, asked_at, reason, state, answered_by, \
             answered_at, word, version, extends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(request.id.raw())
        .bind(kind)
        .bind(request.scope.raw())
        .bind(raw_or_null(secret.as_ref()))
        .bind(raw_or_null::<RoleId>(role.as_ref()))
        .bind(seconds.map(i64::from))
        .bind(request.asked_by.raw())
        .bind(request.asked_at.millis())
        .bind(&request.reason)
        .bind(request.state.text())
        .bind(answer.map(|answer| answer.by.raw()))
        .bind(answer.map(|answer| answer.at.millis()))
        .bind(answer.map(|answer| answer.word.as_str()))
        .bind(answer.and_then(|answer| answer.version).map(int))
        .bind(raw_or_null(extends.as_ref()))
        .execute(self.db())
        .await?;
        self.tell(change(request)).await?;
        Ok(())
    }

    async fn answer_request(&mut self, id: RequestId, state: RequestState, answer: &Answer) -> Result<()> {
        let open = sqlx::query(requests!("r.id = $1 AND r.state = 'open'"));
        let rows = open.bind(id.raw()).fetch_all(self.db()).await?;
        let answered = self.answer_all(all(&rows, request)?, state, answer).await?;
        if answered.is_empty() {
            Err(Conflict::Changed.into())
        } else {
            Ok(())
        }
    }

    async fn fulfil_rotations(&mut self, secret: SecretId, answer: &Answer) -> Result<Vec<Request>> {
        let open = sqlx::query(requests!(
            "r.secret = $1 AND r.kind = 'rotation' AND r.state = 'open' ORDER BY r.asked_at, r.id"
        ));
        let rows = open.bind(secret.raw()).fetch_all(self.db()).await?;
        self.answer_all(all(&rows, request)?, RequestState::Done, answer)
            .await
    }

    async fn delete_requests_before(&mut self, moment: Timestamp, limit: u32) -> Result<u64> {
        super::approvals_write::delete_before(self, moment, limit).await
    }

    async fn withdraw_requests_of(
        &mut self,
        principal: PrincipalId,
        answer: &Answer,
    ) -> Result<Vec<Request>> {
        let open = sqlx::query(requests!(
            "r.asked_by = $1 AND r.state = 'open' ORDER BY r.asked_at, r.id"
        ));
        let rows = open.bind(principal.raw()).fetch_all(self.db()).await?;
        self.answer_all(all(&rows, request)?, RequestState::Withdrawn, answer)
            .await
    }
}

impl Handle {
    async fn answer_all(
        &mut self,
        open: Vec<Request>,
        state: RequestState,
        answer: &Answer,
    ) -> Result<Vec<Request>> {
        if open.is_empty() {
            return Ok(open);
        }
        let wanted: Vec<RequestId> = open.iter().map(|request| request.id).collect();
        sqlx::query(concat!(
            "UPDATE requests SET state = $1, answered_by = $2, answered_at = $3, word = $4, version = $5 WHERE id ",
            any!("$6")
        ))
        .bind(state.text())
        .bind(answer.by.raw())
        .bind(answer.at.millis())
        .bind(&answer.word)
        .bind(answer.version.map(int))
        .bind(ids(&wanted))
        .execute(self.db())
        .await?;
        self.record_changes(&open.iter().map(change).collect::<Vec<_>>())
            .await?;
        Ok(open)
    }
}

pub fn change(request: &Request) -> NewChange {
    let secret = match request.asked {
        Asked::Rotation { secret } => Some(secret),
        Asked::Access { secret, .. } => secret,
    };
    NewChange {
        kind: ChangeKind::Request,
        scope: Some(request.scope),
        secret,
        principal: Some(request.asked_by),
        request: Some(request.id),
    }
}

/// Reads `request_columns!`.
pub fn request(cells: &mut Cells<'_>) -> Result<Request> {
    let (id, kind, scope) = (cells.id()?, cells.take::<String>()?, cells.id()?);
    let (secret, role, seconds) = (cells.id_or_null()?, cells.id_or_null()?, cells.number_or_null()?);
    let mut asked = match (kind.as_str(), secret, role, seconds) {
        ("rotation", Some(secret), ..) => Asked::Rotation { secret },
        ("access", secret, Some(role), Some(seconds)) => Asked::Access {
            role,
            secret,
            seconds,
            extends: None,
        },
        _ => {
            let source = said("neither a rotation nor an access request");
            return Err(StorageError::Corrupt {
                column: "kind".to_owned(),
                source,
            });
        }
    };
    let (asked_by, asked_at, reason, state) = (cells.id()?, cells.time()?, cells.take()?, cells.code()?);
    let (by, at, word) = (
        cells.id_or_null()?,
        cells.time_or_null()?,
        cells.take::<Option<String>>()?,
    );
    let version = cells.number_or_null()?;
    let extends = cells.id_or_null()?;
    if let Asked::Access { extends: kept, .. } = &mut asked {
        *kept = extends;
    }
    let answer = by.zip(at).map(|(by, at)| Answer {
        by,
        at,
        word: word.unwrap_or_default(),
        version,
    });
    Ok(Request {
        id,
        asked,
        scope,
        asked_by,
        asked_at,
        reason,
        state,
        answer,
    })
}
