//! What a batch of releases reads under the lock: one round trip where a query may hold several statements.

use super::{
    Row, TOGETHER,
    cells::{Cells, all},
    handle::Handle,
    ids, list,
    log_append::{last_link, last_links},
    sessions::{context, contexts},
    versions::{current_number, current_numbers},
};
use crate::{
    Digest, Result,
    releases::{BatchAsks, BatchReads},
    sign_in::ProofUse,
};
use futures_util::TryStreamExt as _;
use sqlx::{Either, Executor as _};

/// The sessions of a bound list, with device and principal.
macro_rules! sessions_asked {
    ($place:literal) => {
        contexts!(concat!("s.id ", any!($place)))
    };
}

/// Those of a bound list of proofs that were used.
macro_rules! used_proofs {
    ($place:literal) => {
        concat!(
            "SELECT u.jkt, u.jti FROM ",
            wanted_proofs!($place),
            " JOIN used_proofs u ON u.jkt = wanted.jkt AND u.jti = wanted.jti"
        )
    };
}

/// The rows of contexts, current numbers, used proofs and last links.
type Answers = [Vec<Row>; 4];

/// Reads all that is asked, and keeps the last links for the append.
pub async fn read(handle: &mut Handle, asks: BatchAsks<'_>) -> Result<BatchReads> {
    let [contexts, current, used, links] = if TOGETHER {
        together(handle, asks).await?
    } else {
        apart(handle, asks).await?
    };
    let links = all(&links, last_link)?;
    let known = &mut handle.held()?.links;
    known.extend(asks.subjects.iter().map(|subject| (*subject, None)));
    known.extend(links.into_iter().map(|(subject, link)| (subject, Some(link))));
    Ok(BatchReads {
        contexts: all(&contexts, context)?,
        current: all(&current, current_number)?,
        used: all(&used, used_proof)?.into_iter().collect(),
    })
}

fn used_proof(cells: &mut Cells<'_>) -> Result<(Digest, Vec<u8>)> {
    Ok((cells.digest()?, cells.take()?))
}

/// Each as `wanted_proofs!` takes it.
fn joined(proofs: &[ProofUse]) -> Vec<Vec<u8>> {
    proofs
        .iter()
        .map(|proof| [proof.jkt.as_slice(), &proof.jti].concat())
        .collect()
}

async fn together(handle: &mut Handle, asks: BatchAsks<'_>) -> Result<Answers> {
    let query = sqlx::query(concat!(
        sessions_asked!("$1"),
        "; ",
        current_numbers!("$2"),
        "; ",
        used_proofs!("$3"),
        "; ",
        last_links!("$4")
    ))
    .bind(ids(asks.sessions))
    .bind(ids(asks.secrets))
    .bind(list(joined(asks.proofs).iter().map(Vec::as_slice)))
    .bind(ids(asks.subjects));
    let mut answers = Answers::default();
    let mut places = answers.iter_mut();
    let mut place = places.next();
    let mut found = handle.db().fetch_many(query);
    while let Some(next) = found.try_next().await? {
        match (next, &mut place) {
            (Either::Right(row), Some(rows)) => rows.push(row),
            // The end of a statement.
            (Either::Left(_), _) => place = places.next(),
            (Either::Right(_), None) => {}
        }
    }
    drop(found);
    Ok(answers)
}

async fn apart(handle: &mut Handle, asks: BatchAsks<'_>) -> Result<Answers> {
    let contexts = sqlx::query(sessions_asked!("$1"))
        .bind(ids(asks.sessions))
        .fetch_all(handle.db())
        .await?;
    let current = sqlx::query(current_numbers!("$1"))
        .bind(ids(asks.secrets))
        .fetch_all(handle.db())
        .await?;
    let used = sqlx::query(used_proofs!("$1"))
        .bind(list(joined(asks.proofs).iter().map(Vec::as_slice)))
        .fetch_all(handle.db())
        .await?;
    let links = sqlx::query(last_links!("$1"))
        .bind(ids(asks.subjects))
        .fetch_all(handle.db())
        .await?;
    Ok([contexts, current, used, links])
}
