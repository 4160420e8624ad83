//! Challenges, ID tokens, proofs and the bootstrap code: each counts once.

use super::{
    Connection, Db,
    cells::{Cells, all, one},
    handle::Handle,
    rows::Inserts,
};
use crate::{
    Conflict, Digest, Result,
    sign_in::{Bootstrap, Challenge, ProofUse, SignInReads, SignInWrites},
};
use async_trait::async_trait;
use claviger_model::time::Timestamp;
use sqlx::QueryBuilder;
use std::collections::HashSet;

#[async_trait]
impl SignInReads for Handle {
    async fn bootstrap(&mut self) -> Result<Option<Bootstrap>> {
        let row =
            sqlx::query("SELECT b.code_hash, b.expires_at, b.sealed_at FROM bootstrap b WHERE b.one = 1")
                .fetch_optional(self.db())
                .await?;
        one(row.as_ref(), |cells| {
            Ok(Bootstrap {
                code_hash: cells.digest()?,
                expires_at: cells.time()?,
                sealed_at: cells.time_or_null()?,
            })
        })
    }
}

#[async_trait]
impl SignInWrites for Handle {
    async fn consume_challenge(&mut self, hash: &Digest, now: Timestamp) -> Result<bool> {
        let done = sqlx::query("DELETE FROM challenges WHERE hash = $1 AND expires_at > $2")
            .bind(hash.as_slice())
            .bind(now.millis())
            .execute(self.db())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn use_id_token(&mut self, issuer: &str, hash: &Digest, expires_at: Timestamp) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO used_id_tokens (issuer, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT (issuer, hash) DO NOTHING",
        )
        .bind(issuer)
        .bind(hash.as_slice())
        .bind(expires_at.millis())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn use_proof(&mut self, proof: &ProofUse) -> Result<bool> {
        Ok(self
            .use_proofs(std::slice::from_ref(proof))
            .await?
            .first()
            .copied()
            .unwrap_or(false))
    }

    async fn use_proofs(&mut self, proofs: &[ProofUse]) -> Result<Vec<bool>> {
        if proofs.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<Db>::new("INSERT INTO used_proofs (jkt, jti, expires_at) ");
        query.push_values(proofs, |mut row, proof| {
            row.push_bind(proof.jkt.as_slice())
                .push_bind(proof.jti.as_slice())
                .push_bind(proof.expires_at.millis());
        });
        query.push(" ON CONFLICT (jkt, jti) DO NOTHING RETURNING jkt, jti");
        let rows = query.build().fetch_all(self.db()).await?;
        let fresh = all(&rows, |cells: &mut Cells<'_>| {
            Ok((cells.digest()?, cells.take::<Vec<u8>>()?))
        })?;
        let mut fresh: HashSet<(Digest, Vec<u8>)> = fresh.into_iter().collect();
        // Taking it out makes a repetition within the list stale.
        Ok(proofs
            .iter()
            .map(|proof| fresh.remove(&(proof.jkt, proof.jti.clone())))
            .collect())
    }

    async fn arm_bootstrap(&mut self, code_hash: &Digest, expires_at: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO bootstrap (one, code_hash, expires_at) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET \
             code_hash = excluded.code_hash, expires_at = excluded.expires_at, sealed_at = NULL",
        )
        .bind(code_hash.as_slice())
        .bind(expires_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn seal_bootstrap(&mut self, code_hash: &Digest, now: Timestamp) -> Result<()> {
        let done = sqlx::query(
            "UPDATE bootstrap SET sealed_at = $2 WHERE code_hash = $1 AND sealed_at IS NULL AND expires_at > $2",
        )
        .bind(code_hash.as_slice())
        .bind(now.millis())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::AlreadyUsed.into())
        } else {
            Ok(())
        }
    }
}

/// Uses proofs of which none was used before.
pub fn insert(inserts: &mut Inserts, proofs: &[ProofUse]) {
    inserts.add(
        "INSERT INTO used_proofs (jkt, jti, expires_at) ",
        proofs,
        |row, proof| {
            row.push_bind(proof.jkt.as_slice())
                .push_bind(proof.jti.as_slice())
                .push_bind(proof.expires_at.millis());
        },
    );
}

/// Stores a challenge, by itself.
pub async fn put_challenge(db: &mut Connection, challenge: &Challenge) -> Result<()> {
    sqlx::query("INSERT INTO challenges (hash, expires_at) VALUES ($1, $2)")
        .bind(challenge.hash.as_slice())
        .bind(challenge.expires_at.millis())
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes what has expired; says how many rows.
pub async fn sweep(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let mut swept = 0;
    for delete in [
        "DELETE FROM challenges WHERE expires_at <= $1",
        "DELETE FROM used_id_tokens WHERE expires_at <= $1",
        "DELETE FROM used_proofs WHERE expires_at <= $1",
    ] {
        swept += sqlx::query(delete)
            .bind(now.millis())
            .execute(&mut *db)
            .await?
            .rows_affected();
    }
    Ok(swept)
}
