//! The signed report of a case, written to a file that the person chose.

use crate::{
    Vault,
    cases::{
        export::file,
        names::{self, problem},
    },
    view::problem::Problem,
};
use claviger_model::ids::CaseId;
use claviger_protocol::{offboarding::report::ReportReply, route};
use std::{io, path::Path};

impl Vault {
    /// Writes the report just as the server signed it: as JSON where the file's name ends so, else as a page.
    ///
    /// # Errors
    /// When the case has not begun, the server refuses, or the file cannot be written.
    pub async fn save_case_report(&self, id: &str, path: &Path) -> Result<(), Problem> {
        let id: CaseId = names::id(id)?;
        let report: ReportReply = self.inner.ask(route::CASE_REPORT, &[&id]).await?;
        let as_json = path.extension().is_some_and(|extension| extension == "json");
        let text = if as_json { report.json } else { report.html };
        let mut suffix = [0; 8];
        self.inner.parts.entropy.fill(&mut suffix);
        let (target, suffix) = (path.to_owned(), u64::from_be_bytes(suffix));
        let written =
            tokio::task::spawn_blocking(move || file::write(&target, suffix, text.as_bytes())).await;
        written.map_err(io::Error::other).flatten().map_err(|error| {
            problem(
                "exportFailed",
                "The file could not be written.",
                Some(error.to_string()),
            )
        })
    }
}
