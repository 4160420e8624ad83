//! Books: the kinds of records, and what is to be changed in them at once.

use crate::page::Id;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zeroize::Zeroizing;

/// A kind of records. The numbers stand in the file and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Book {
    /// Small things with a name of the program's own: cursor, clock, pins, settings.
    Documents = 1,
    /// Secrets' metadata.
    Secrets = 2,
    /// People and teams.
    Principals = 3,
    /// Requests.
    Requests = 4,
    /// One's own leaves.
    History = 5,
    /// Favourites and last uses.
    Marks = 6,
    /// Leases, each in a page of its own.
    Leases = 7,
    /// Offline reads that the server does not have yet.
    Journal = 8,
    /// Acknowledgements that the server has not confirmed.
    Acknowledgements = 9,
}

impl Book {
    pub(crate) const ALL: [Self; 9] = [
        Self::Documents,
        Self::Secrets,
        Self::Principals,
        Self::Requests,
        Self::History,
        Self::Marks,
        Self::Leases,
        Self::Journal,
        Self::Acknowledgements,
    ];

    /// Names and history, which have a lease of the device's own.
    pub(crate) const NAMES: [Self; 4] = [Self::Secrets, Self::Principals, Self::Requests, Self::History];

    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|book| i64::from(book.number()) == number)
    }

    /// Bound into every page.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Secrets => "secrets",
            Self::Principals => "principals",
            Self::Requests => "requests",
            Self::History => "history",
            Self::Marks => "marks",
            Self::Leases => "leases",
            Self::Journal => "journal",
            Self::Acknowledgements => "acknowledgements",
        }
    }

    /// Whether each record has a page, and so a key, of its own.
    pub(crate) const fn is_solitary(self) -> bool {
        matches!(self, Self::Leases)
    }
}

/// Where the records of a book are.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The page of each record.
    pub(crate) slots: HashMap<Id, u64>,
    /// The bytes that each page holds.
    pub(crate) sizes: BTreeMap<u64, usize>,
}

/// What is to be changed, in all books at once.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    pub(crate) books: BTreeMap<Book, BookEdits>,
    /// Whether the keys of all that is removed or replaced must be destroyed now.
    pub(crate) destroy: bool,
}

/// What is to be changed in one book.
#[derive(Debug, Default)]
pub(crate) struct BookEdits {
    pub(crate) puts: BTreeMap<Id, Zeroizing<Vec<u8>>>,
    pub(crate) removes: BTreeSet<Id>,
    pub(crate) clear: bool,
}

impl Edits {
    pub(crate) fn put(&mut self, book: Book, id: Id, bytes: Vec<u8>) {
        let edits = self.books.entry(book).or_default();
        edits.removes.remove(&id);
        edits.puts.insert(id, Zeroizing::new(bytes));
    }

    pub(crate) fn remove(&mut self, book: Book, id: Id) {
        let edits = self.books.entry(book).or_default();
        edits.puts.remove(&id);
        edits.removes.insert(id);
    }

    /// Removes everything of a book; what was put before or after stays in the edits.
    pub(crate) fn clear(&mut self, book: Book) {
        self.books.entry(book).or_default().clear = true;
    }

    pub(crate) const fn destroying(mut self) -> Self {
        self.destroy = true;
        self
    }
}
