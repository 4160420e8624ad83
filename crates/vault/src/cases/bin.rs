//! The bin: into it, out of it, what is in it.

use super::names;
use crate::{
    Vault,
    api::Nothing,
    state::book::{Book, SecretEntry},
    view::{problem::Problem, value::BinRow},
};
use claviger_model::{action::Action, ids::SecretId};
use claviger_protocol::{
    problem::Code,
    route,
    secrets::{BinRecord, BinReply, SecretRecord},
};

impl Vault {
    /// Puts a secret into the bin; its offline copies are ordered away by the server.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete_secret(&self, id: &str) -> Result<(), Problem> {
        let id: SecretId = names::id(id)?;
        let deleted = self.inner.ask::<Nothing>(route::DELETE_SECRET, &[&id]).await;
        deleted.map_err(|error| self.outdated(error))?;
        self.inner.learn_removed(id).await;
        self.inner.hint_sync();
        Ok(())
    }

    /// Takes a secret out of the bin.
    ///
    /// # Errors
    /// When it has left the bin for good, or the server refuses.
    pub async fn restore_secret(&self, id: &str) -> Result<(), Problem> {
        let id: SecretId = names::id(id)?;
        match self
            .inner
            .ask::<SecretRecord>(route::RESTORE_SECRET, &[&id])
            .await
        {
            Ok(record) => {
                self.learned(record).await;
                Ok(())
            }
            Err(error) if error.code() == Some(Code::NotFound) => {
                self.inner.hint_sync();
                Err(names::problem(
                    "binExpired",
                    "This secret has left the bin for good.",
                    None,
                ))
            }
            Err(error) => Err(self.outdated(error)),
        }
    }

    /// Deleted secrets that the person could restore; only the server knows them.
    ///
    /// # Errors
    /// When the server is out of reach.
    pub async fn bin(&self) -> Result<Vec<BinRow>, Problem> {
        let reply: BinReply = self.inner.ask(route::BIN, &[]).await?;
        let book = self.inner.book()?;
        Ok(reply.secrets.iter().map(|record| row(&book, record)).collect())
    }
}

fn row(book: &Book, record: &BinRecord) -> BinRow {
    let secret = SecretEntry::from(&record.secret);
    BinRow {
        reference: names::reference(book, &secret),
        kind: names::kind(secret.kind),
        deleted_at: secret.deleted_at.unwrap_or_default().millis(),
        deleted_by: names::name(book, record.deleted_by),
        gone_at: record.gone_at.millis(),
        can_restore: book.places.allows(secret.scope, Action::SecretRestore),
    }
}
