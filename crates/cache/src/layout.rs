//! Laying out edits on pages: which are written anew, into which slots, and where new records go.

use crate::{
    book::{Book, BookEdits, Edits},
    error::CacheError,
    page::{self, FULL, Id, LARGEST, cost},
    plan::Plan,
    state::State,
};
use claviger_crypto::secret::Key256;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

type Records = BTreeMap<Id, Zeroizing<Vec<u8>>>;

impl State {
    pub(crate) async fn plan(&mut self, edits: &Edits) -> Result<Plan, CacheError> {
        let mut plan = Plan {
            next_slot: self.next_slot,
            ..Plan::default()
        };
        for (book, changes) in &edits.books {
            self.load_index(*book).await?;
            self.plan_book(&mut plan, *book, changes, edits.destroy).await?;
        }
        Ok(plan)
    }

    async fn plan_book(
        &mut self,
        plan: &mut Plan,
        book: Book,
        changes: &BookEdits,
        rekey: bool,
    ) -> Result<(), CacheError> {
        let mut pages: BTreeMap<u64, Records> = BTreeMap::new();
        let mut fresh: Vec<(Id, Zeroizing<Vec<u8>>)> = Vec::new();
        if changes.clear {
            self.plan_clearing(plan, book);
        }
        for id in changes.puts.keys().chain(&changes.removes) {
            let place = self
                .indexes
                .get(&book)
                .and_then(|index| index.slots.get(id))
                .copied();
            if let (Some(slot), false) = (place, changes.clear) {
                self.open_for_edit(&mut pages, book, slot).await?;
                pages.entry(slot).or_default().remove(id);
                plan.places.push((book, *id, None));
                if let (Some(bytes), false) = (changes.puts.get(id), book.is_solitary()) {
                    pages.entry(slot).or_default().insert(*id, bytes.clone());
                    plan.places.push((book, *id, Some(slot)));
                }
            }
            if let (Some(bytes), true) = (
                changes.puts.get(id),
                place.is_none() || changes.clear || book.is_solitary(),
            ) {
                fresh.push((*id, bytes.clone()));
            }
        }
        for records in pages.values_mut() {
            while size(records) > FULL && records.len() > 1 {
                fresh.extend(records.pop_last());
            }
        }
        let mut target: Option<u64> = None;
        for (id, bytes) in fresh {
            let need = cost(bytes.len());
            if need + page::EMPTY > LARGEST {
                return Err(CacheError::TooLarge(bytes.len()));
            }
            let fits = |records: &Records| size(records) + need <= FULL;
            let slot = match target.filter(|slot| pages.get(slot).is_some_and(fits)) {
                Some(slot) => slot,
                None => match self.roomy(&pages, plan, book, need, changes.clear) {
                    Some(slot) => {
                        self.open_for_edit(&mut pages, book, slot).await?;
                        slot
                    }
                    None => self.allocate(plan),
                },
            };
            target = Some(slot).filter(|_| !book.is_solitary());
            pages.entry(slot).or_default().insert(id, bytes);
            plan.places.push((book, id, Some(slot)));
        }
        for (slot, records) in pages {
            self.plan_page(plan, book, slot, records, rekey)?;
        }
        Ok(())
    }

    fn plan_clearing(&self, plan: &mut Plan, book: Book) {
        let slots = self
            .rows
            .iter()
            .filter(|(_, other)| **other == book)
            .map(|(slot, _)| *slot);
        plan.deletes.extend(slots);
        if let Some(index) = self.indexes.get(&book) {
            plan.places.extend(index.slots.keys().map(|id| (book, *id, None)));
            plan.sizes
                .extend(index.sizes.keys().map(|slot| (book, *slot, None)));
        }
    }

    /// A page of the book that has room and is not full to three quarters, so that its records can still grow.
    fn roomy(
        &self,
        pages: &BTreeMap<u64, Records>,
        plan: &Plan,
        book: Book,
        need: usize,
        cleared: bool,
    ) -> Option<u64> {
        if book.is_solitary() || cleared {
            return None;
        }
        let index = self.indexes.get(&book)?;
        let roomy = |size: usize| size + need <= FULL && size < FULL / 4 * 3;
        let candidates = index
            .sizes
            .iter()
            .filter(|(slot, _)| !pages.contains_key(slot) && !plan.deletes.contains(slot));
        candidates
            .filter(|(_, size)| roomy(**size))
            .map(|(slot, _)| *slot)
            .next_back()
    }

    /// Takes the next slot, with a spare key if there is one.
    fn allocate(&self, plan: &mut Plan) -> u64 {
        let slot = plan.next_slot;
        plan.next_slot = slot.saturating_add(1);
        if self.table.key(slot).is_none() {
            plan.new_keys
                .insert(slot, Key256::random(self.parts.entropy.as_ref()));
        }
        slot
    }

    fn plan_page(
        &self,
        plan: &mut Plan,
        book: Book,
        slot: u64,
        records: Records,
        rekey: bool,
    ) -> Result<(), CacheError> {
        let old = self.rows.contains_key(&slot);
        if records.is_empty() || (rekey && old) {
            plan.sizes.push((book, slot, None));
            if old {
                plan.deletes.insert(slot);
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        let slot = if rekey && old {
            let next = self.allocate(plan);
            plan.places
                .extend(records.keys().map(|id| (book, *id, Some(next))));
            next
        } else {
            slot
        };
        let key = self
            .table
            .key(slot)
            .or_else(|| plan.new_keys.get(&slot))
            .ok_or(CacheError::Interrupted)?;
        let plain = page::encode(records.iter().map(|(id, bytes)| (id, bytes.as_slice())));
        let sealed = self
            .owner
            .seal_page(book, slot, key, &plain, self.parts.entropy.as_ref())
            .map_err(|_| CacheError::TooLarge(plain.len()))?;
        plan.sizes.push((book, slot, Some(size(&records))));
        plan.writes.insert(slot, (book, sealed));
        Ok(())
    }

    async fn open_for_edit(
        &mut self,
        pages: &mut BTreeMap<u64, Records>,
        book: Book,
        slot: u64,
    ) -> Result<(), CacheError> {
        if pages.contains_key(&slot) {
            return Ok(());
        }
        let page = self.read_page(book, slot).await?;
        let records = page
            .as_ref()
            .and_then(|page| page::decode(page.expose()).ok())
            .unwrap_or_default();
        let records = records
            .into_iter()
            .map(|(id, bytes)| (id, Zeroizing::new(bytes.to_vec())));
        pages.insert(slot, records.collect());
        Ok(())
    }
}

fn size(records: &Records) -> usize {
    records
        .values()
        .fold(page::EMPTY, |size, bytes| size + cost(bytes.len()))
}
