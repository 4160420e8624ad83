//! Writing one's own history to a file that the person chose.

mod csv;
pub(super) mod file;
mod json;

use super::{history, names};
use crate::{
    Vault,
    view::{
        history::{ExportFormat, ExportReply, HistoryQuery},
        problem::Problem,
    },
};
use std::{io, path::Path};

impl Vault {
    /// Writes everything that a query asks for, whatever its page: whole or not at all, for this person only.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn export_history(
        &self,
        format: ExportFormat,
        query: HistoryQuery,
        path: &Path,
    ) -> Result<ExportReply, Problem> {
        let live = self.inner.live()?;
        let pin = live.cache.log_pin().await.ok().flatten();
        let (bytes, rows) = {
            let book = live.book();
            let found = history::matching(&book, &query)?;
            let bytes = match format {
                ExportFormat::Csv => {
                    let reader = self.reader(&live, &book);
                    let rows = found.iter().filter_map(|glance| {
                        let index = glance.entry.leaf().map(|record| record.index);
                        Some((index, reader.row(glance.entry)?))
                    });
                    csv::write(rows)
                }
                ExportFormat::Json => {
                    let entries = found.iter().map(|glance| glance.entry);
                    let head = json::Head {
                        origin: &live.server.origin,
                        organization: live.server.organization,
                        person: live.principal,
                        exported_at: self.inner.now(),
                        checkpoint: pin.as_ref().map(|pin| pin.checkpoint.as_str()),
                    };
                    json::write(
                        &head,
                        entries.clone().filter_map(history::Entry::leaf),
                        entries.filter_map(history::Entry::read),
                    )
                    .map_err(io::Error::from)
                    .map_err(failed)?
                }
            };
            (bytes, names::count(found.len()))
        };
        let mut suffix = [0; 8];
        self.inner.parts.entropy.fill(&mut suffix);
        let (target, suffix) = (path.to_owned(), u64::from_be_bytes(suffix));
        let written = tokio::task::spawn_blocking(move || file::write(&target, suffix, &bytes)).await;
        written.map_err(io::Error::other).flatten().map_err(failed)?;
        Ok(ExportReply {
            path: path.display().to_string(),
            rows,
        })
    }
}

fn failed(error: io::Error) -> Problem {
    names::unwritten("exportFailed", "The file could not be written.", &error)
}
