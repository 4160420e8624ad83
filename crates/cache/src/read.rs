//! Reading pages: one, or all of a book.

use crate::{
    book::{Book, Edits, Index},
    documents,
    error::CacheError,
    page::{self, Id, cost},
    state::{Health, State, number, stored},
};
use claviger_crypto::secret::SecretBytes;
use futures_util::TryStreamExt;
use sqlx::Row;
use zeroize::Zeroizing;

impl State {
    /// Visits every record of a book while its page is open, page by page, and learns where each record is.
    pub(crate) async fn visit(
        &mut self,
        book: Book,
        mut see: impl FnMut(Id, &[u8]) + Send,
    ) -> Result<(), CacheError> {
        let Self {
            connection,
            table,
            owner,
            broken,
            indexes,
            health,
            ..
        } = self;
        let mut index = Index::default();
        let mut rows = sqlx::query("SELECT slot, sealed FROM sheets WHERE book = $1 ORDER BY slot")
            .bind(i64::from(book.number()))
            .fetch(connection);
        loop {
            let row = match rows.try_next().await.map_err(CacheError::from) {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    if error.is_corrupt() {
                        *health = Health::Corrupt;
                    }
                    return Err(error);
                }
            };
            let slot = number(row.try_get(0)?);
            let sealed: &[u8] = row.try_get(1)?;
            let opened = table
                .key(slot)
                .and_then(|key| owner.open_page(book, slot, key, sealed).ok());
            let records = opened.as_ref().and_then(|page| page::decode(page.expose()).ok());
            let Some(records) = records else {
                broken.insert(slot, book);
                continue;
            };
            let mut size = page::EMPTY;
            for (id, bytes) in records {
                size += cost(bytes.len());
                index.slots.insert(id, slot);
                see(id, bytes);
            }
            index.sizes.insert(slot, size);
        }
        drop(rows);
        indexes.insert(book, index);
        Ok(())
    }

    pub(crate) async fn load_index(&mut self, book: Book) -> Result<(), CacheError> {
        if self.indexes.contains_key(&book) {
            Ok(())
        } else {
            self.visit(book, |_, _| ()).await
        }
    }

    /// Opens one page; nothing when it is gone or does not open.
    pub(crate) async fn read_page(
        &mut self,
        book: Book,
        slot: u64,
    ) -> Result<Option<SecretBytes>, CacheError> {
        let row = sqlx::query("SELECT sealed FROM sheets WHERE slot = $1")
            .bind(stored(slot))
            .fetch_optional(&mut self.connection)
            .await?;
        let (Some(row), Some(key)) = (row, self.table.key(slot)) else {
            return Ok(None);
        };
        let opened = self.owner.open_page(book, slot, key, row.try_get(0)?);
        if opened.is_err() {
            self.broken.insert(slot, book);
        }
        Ok(opened.ok())
    }

    /// Reads one record.
    pub(crate) async fn record(
        &mut self,
        book: Book,
        id: &Id,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, CacheError> {
        self.load_index(book).await?;
        let slot = self
            .indexes
            .get(&book)
            .and_then(|index| index.slots.get(id))
            .copied();
        let Some(slot) = slot else { return Ok(None) };
        let page = self.read_page(book, slot).await?;
        let records = page
            .as_ref()
            .and_then(|page| page::decode(page.expose()).ok())
            .unwrap_or_default();
        Ok(records
            .into_iter()
            .find(|(found, _)| found == id)
            .map(|(_, bytes)| Zeroizing::new(bytes.to_vec())))
    }

    /// Drops pages that do not open, and sets the sync cursor back in the same transaction, so that all of it is fetched
    /// again. True when there were any.
    pub(crate) async fn mend(&mut self) -> Result<bool, CacheError> {
        if self.broken.is_empty() {
            return Ok(false);
        }
        tracing::warn!(
            pages = self.broken.len(),
            "pages of the cache do not open and are dropped"
        );
        // A half-lost book is as good as lost where the next sync brings all of it again.
        let mut edits = Edits::default().destroying();
        for book in self.broken.values() {
            if Book::NAMES.contains(book) {
                edits.clear(*book);
            }
        }
        edits.remove(Book::Documents, documents::CURSOR.id());
        edits.remove(Book::Documents, documents::ENTITLEMENT.id());
        let broken = std::mem::take(&mut self.broken);
        self.drop_rows(broken.keys().copied()).await?;
        self.broken.retain(|slot, _| self.rows.contains_key(slot));
        self.indexes
            .retain(|book, _| !broken.values().any(|other| other == book));
        self.commit(edits).await?;
        Ok(true)
    }

    /// Removes rows without looking into them; the cursor goes back first, should the program end in between.
    async fn drop_rows(&mut self, slots: impl Iterator<Item = u64>) -> Result<(), CacheError> {
        let mut edits = Edits::default();
        edits.remove(Book::Documents, documents::CURSOR.id());
        self.commit(edits).await?;
        for slot in slots {
            sqlx::query("DELETE FROM sheets WHERE slot = $1")
                .bind(stored(slot))
                .execute(&mut self.connection)
                .await?;
            self.rows.remove(&slot);
        }
        Ok(())
    }
}
