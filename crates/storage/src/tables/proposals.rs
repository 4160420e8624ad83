//! Changes that wait for a second Owner.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
};
use crate::{
    Conflict, Result, StorageError,
    codes::Coded as _,
    proposals::{Proposal, ProposalAnswer, ProposalReads, ProposalState, ProposalWrites},
    raw_id::{RawId as _, raw_or_null},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ProposalId},
    time::Timestamp,
};

#[async_trait]
impl ProposalReads for Handle {
    async fn proposal(&mut self, id: ProposalId) -> Result<Option<Proposal>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            proposal_columns!(),
            " FROM proposals o WHERE o.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), proposal)
    }

    async fn proposals(
        &mut self,
        before: Option<(Timestamp, ProposalId)>,
        limit: u32,
    ) -> Result<Vec<Proposal>> {
        let (at, id) = before.unzip();
        let rows = sqlx::query(concat!(
            "SELECT ",
            proposal_columns!(),
            " FROM proposals o WHERE o.proposed_at < $1 OR (o.proposed_at = $1 AND o.id < $2) \
             ORDER BY o.proposed_at DESC, o.id DESC LIMIT $3"
        ))
        .bind(at.map_or(i64::MAX, Timestamp::millis))
        .bind(raw_or_null(id.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, proposal)
    }
}

#[async_trait]
impl ProposalWrites for Handle {
    async fn insert_proposal(&mut self, proposal: &Proposal) -> Result<()> {
        let answer = proposal.answer.as_ref();
        sqlx::query(
            "INSERT INTO proposals (id, kind, content, widens, reason, author, proposed_at, expires_at, state, answered_by, \
             answered_at, word) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(proposal.id.raw())
        .bind(&proposal.kind)
        .bind(&proposal.content)
        .bind(json_text(&proposal.widens)?)
        .bind(&proposal.reason)
        .bind(proposal.author.raw())
        .bind(proposal.proposed_at.millis())
        .bind(proposal.expires_at.millis())
        .bind(proposal.state.text())
        .bind(raw_or_null::<PrincipalId>(answer.map(|answer| &answer.by)))
        .bind(answer.map(|answer| answer.at.millis()))
        .bind(answer.map(|answer| answer.word.as_str()))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn answer_proposal(
        &mut self,
        id: ProposalId,
        state: ProposalState,
        answer: &ProposalAnswer,
    ) -> Result<()> {
        let done = sqlx::query(
            "UPDATE proposals SET state = $2, answered_by = $3, answered_at = $4, word = $5 WHERE id = $1 AND state = 'open'",
        )
        .bind(id.raw())
        .bind(state.text())
        .bind(answer.by.raw())
        .bind(answer.at.millis())
        .bind(&answer.word)
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        Ok(())
    }
}

/// Reads `proposal_columns!`.
fn proposal(cells: &mut Cells<'_>) -> Result<Proposal> {
    let (id, kind, content): (ProposalId, String, String) = (cells.id()?, cells.take()?, cells.take()?);
    let (widens, reason, author) = (cells.json()?, cells.take()?, cells.id()?);
    let (proposed_at, expires_at, state) = (cells.time()?, cells.time()?, cells.code::<ProposalState>()?);
    let by: Option<PrincipalId> = cells.id_or_null()?;
    let (at, word) = (cells.time_or_null()?, cells.take::<Option<String>>()?);
    let answer = match (by, at, word) {
        (Some(by), Some(at), Some(word)) => Some(ProposalAnswer { by, at, word }),
        (None, None, None) => None,
        _ => {
            return Err(StorageError::Corrupt {
                column: "answered_by".to_owned(),
                source: said("half an answer"),
            });
        }
    };
    Ok(Proposal {
        id,
        kind,
        content,
        widens,
        reason,
        author,
        proposed_at,
        expires_at,
        state,
        answer,
    })
}
