//! Whole lists, which others change while they are read.

use super::{Github, shapes::Entry};
use crate::{Fault, FaultCode};
use serde::de::DeserializeOwned;

/// Pages of one list that are looked through at most, of a hundred entries each.
const MOST_PAGES: u32 = 100;
/// How often a list is read at most until it holds still.
const READINGS: u32 = 5;

/// A list, as it was told page by page.
struct Reading<T> {
    ids: Vec<i64>,
    fitting: Vec<T>,
    in_one: bool,
}

impl Github {
    /// Those of a whole list that fit. Pages are counted, so that whoever moves from the second page to the first one, since somebody
    /// was taken out of that, would be on neither: it is read until two readings are the same.
    pub(super) async fn all<T: DeserializeOwned + Entry>(
        &self,
        path: &[&str],
        fits: impl Fn(&T) -> bool + Send + Sync,
    ) -> Result<Vec<T>, Fault> {
        let mut before: Option<Vec<i64>> = None;
        for _ in 0..READINGS {
            let reading = self.reading(path, &fits).await?;
            if reading.in_one || before.as_ref() == Some(&reading.ids) {
                return Ok(reading.fitting);
            }
            before = Some(reading.ids);
        }
        Err(FaultCode::Changing.into())
    }

    async fn reading<T: DeserializeOwned + Entry>(
        &self,
        path: &[&str],
        fits: &(impl Fn(&T) -> bool + Send + Sync),
    ) -> Result<Reading<T>, Fault> {
        let mut reading = Reading {
            ids: Vec::new(),
            fitting: Vec::new(),
            in_one: false,
        };
        for page in 1..=MOST_PAGES {
            let (entries, more) = self.page::<T>(path, page).await?;
            reading.ids.extend(entries.iter().map(|entry| entry.id()));
            reading
                .fitting
                .extend(entries.into_iter().filter(|entry| fits(entry)));
            if !more {
                reading.in_one = page == 1;
                return Ok(reading);
            }
        }
        // What was not looked through may be what is looked for.
        Err(FaultCode::TooMany.into())
    }
}
