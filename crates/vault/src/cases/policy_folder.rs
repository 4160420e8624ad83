//! Policies as files in a folder that the person chooses: written there, and compared with what is so today.

use super::{export::file, names};
use crate::{
    Vault,
    view::{
        policy_files::{
            PolicyChange, PolicyComparison, PolicyDiffers, PolicyExport, PolicyField, PolicyFileProblem,
            PolicyKind, PolicySince,
        },
        problem::Problem,
    },
};
use claviger_protocol::policy_files::{Differs, FileChange, FileKind, PolicyFile, Since};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

/// More than the server takes in one call.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// The lists at the top of an export.
const LISTS: [&str; 2] = ["roles.toml", "guardrails.toml"];
/// Its folders, each with the ending of what lies in it.
const FOLDERS: [(&str, &str); 2] = [("guardrails", "cedar"), ("grants", "toml")];

impl Vault {
    /// Writes everything into a folder: each file whole or not at all. What else lies there stays.
    ///
    /// # Errors
    /// When the person may not, the server does not answer, or the folder cannot be written.
    pub async fn export_policy_folder(&self, folder: &Path) -> Result<PolicyExport, Problem> {
        let files = self.policy_files().await?;
        let mut suffix = [0; 8];
        self.inner.parts.entropy.fill(&mut suffix);
        let (target, count) = (folder.to_owned(), names::count(files.len()));
        let written =
            tokio::task::spawn_blocking(move || write(&target, u64::from_be_bytes(suffix), &files)).await;
        written.map_err(io::Error::other).flatten().map_err(unwritten)?;
        Ok(PolicyExport {
            folder: folder.display().to_string(),
            files: count,
        })
    }

    /// Compares the files of a folder with what is so today, and changes nothing.
    ///
    /// # Errors
    /// When the folder cannot be read or holds none of these files, the person may not, or the server does not answer.
    pub async fn compare_policy_folder(&self, folder: &Path) -> Result<PolicyComparison, Problem> {
        let source = folder.to_owned();
        let read = tokio::task::spawn_blocking(move || read(&source)).await;
        let files = read.map_err(io::Error::other).flatten().map_err(unread)?;
        if files.is_empty() {
            return Err(names::problem(
                "noPolicyFiles",
                "There are no policy files in this folder.",
                None,
            ));
        }
        let count = names::count(files.len());
        let plan = self.plan_policy_files(files).await?;
        Ok(PolicyComparison {
            folder: folder.display().to_string(),
            files: count,
            changes: plan.changes.into_iter().map(change).collect(),
            problems: plan
                .problems
                .into_iter()
                .map(|problem| PolicyFileProblem {
                    path: problem.path,
                    message: problem.message,
                })
                .collect(),
        })
    }
}

/// Where a file of an export lies; none for a path that would lead out of the folder.
fn within(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    (relative.components().count() > 0 && relative.components().all(plain)).then(|| folder.join(relative))
}

fn write(folder: &Path, suffix: u64, files: &[PolicyFile]) -> io::Result<()> {
    for one in files {
        let target = within(folder, &one.path).ok_or(io::ErrorKind::InvalidFilename)?;
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        file::write(&target, suffix, one.text.as_bytes())?;
    }
    Ok(())
}

fn read(folder: &Path) -> io::Result<Vec<PolicyFile>> {
    let (mut files, mut room) = (Vec::new(), MOST_BYTES);
    let mut take = |path: &Path, name: String| -> io::Result<()> {
        let size = fs::metadata(path)?.len();
        room = room.checked_sub(size).ok_or(io::ErrorKind::FileTooLarge)?;
        let text = fs::read_to_string(path)?;
        files.push(PolicyFile { path: name, text });
        Ok(())
    };
    for list in LISTS {
        let path = folder.join(list);
        if path.is_file() {
            take(&path, list.to_owned())?;
        }
    }
    for (name, ending) in FOLDERS {
        let below = folder.join(name);
        if !below.is_dir() {
            continue;
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(below)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == ending) && path.is_file() {
                found.push(path);
            }
        }
        found.sort();
        for path in found {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            take(&path, format!("{name}/{file}"))?;
        }
    }
    Ok(files)
}

fn change(change: FileChange) -> PolicyChange {
    PolicyChange {
        path: change.path,
        kind: match change.kind {
            FileKind::Role => PolicyKind::Role,
            FileKind::Guardrail => PolicyKind::Guardrail,
            FileKind::Grant => PolicyKind::Grant,
        },
        id: change.id,
        name: change.name,
        differs: match change.differs {
            Differs::OnlyInFile => PolicyDiffers::OnlyInFile,
            Differs::OnlyInOrganization => PolicyDiffers::OnlyInOrganization,
            Differs::Otherwise => PolicyDiffers::Otherwise,
        },
        since: match change.since {
            Since::NeverApplied => PolicySince::NeverApplied,
            Since::InFile => PolicySince::InFile,
            Since::InOrganization => PolicySince::InOrganization,
            Since::Both => PolicySince::Both,
        },
        left: change.left,
        fields: change
            .fields
            .into_iter()
            .map(|field| PolicyField {
                field: field.field,
                is: field.is,
                file: field.file,
            })
            .collect(),
    }
}

fn unwritten(error: io::Error) -> Problem {
    names::unwritten("exportFailed", "The file could not be written.", &error)
}

fn unread(error: io::Error) -> Problem {
    names::problem(
        "policyFilesUnreadable",
        "The files of this folder cannot be read.",
        Some(error.to_string()),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> PolicyFile {
        PolicyFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_was_written_is_read_again_in_order_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            file("roles.toml", "a"),
            file("guardrails.toml", "b"),
            file("guardrails/x.cedar", "c"),
            file("grants/organization.toml", "d"),
            file("grants/payments.toml", "e"),
        ];
        write(folder.path(), 1, &files).unwrap();
        for other in ["README.md", "grants/notes.txt", "roles.toml.bak"] {
            fs::write(folder.path().join(other), "not ours").unwrap();
        }
        assert_eq!(read(folder.path()).unwrap(), files);
    }

    #[test]
    fn no_file_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        for path in ["../out.toml", "/tmp/out.toml", "grants/../../out.toml", ""] {
            assert!(write(&inner, 1, &[file(path, "x")]).is_err(), "{path}");
        }
        assert!(!folder.path().join("out.toml").exists());
    }

    #[test]
    fn too_much_and_what_is_no_text_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("roles.toml"), [0xff, 0xfe]).unwrap();
        assert_eq!(
            read(folder.path()).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        let large = fs::File::create(folder.path().join("roles.toml")).unwrap();
        large.set_len(MOST_BYTES + 1).unwrap();
        assert_eq!(
            read(folder.path()).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }
}
