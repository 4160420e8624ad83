//! What has changed since files were applied last, and which side changed.

use super::{compare::Entry, read::Compared};
use crate::http::Refusal;
use claviger_protocol::policy_files::{Differs, FileChange, FileKind, Since};
use claviger_storage::{
    Digest, Reader,
    files::{FileObject, FileObjectKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// Digests of what files say and of what is so, by id.
#[derive(Default)]
pub(super) struct Sides {
    /// What files say.
    pub wanted: BTreeMap<String, Digest>,
    /// What is so.
    pub is: BTreeMap<String, Digest>,
}

impl Sides {
    pub(super) fn of(wanted: &[Entry], is: &[Entry]) -> Result<Self, serde_json::Error> {
        let digests = |entries: &[Entry]| -> Result<_, serde_json::Error> {
            let digest = |entry: &Entry| Ok((entry.id.clone(), entry.digest()?));
            entries.iter().map(digest).collect()
        };
        Ok(Self {
            wanted: digests(wanted)?,
            is: digests(is)?,
        })
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.wanted.extend(other.wanted);
        self.is.extend(other.is);
    }
}

/// The kind as the tables have it.
pub(super) const fn stored(kind: FileKind) -> FileObjectKind {
    match kind {
        FileKind::Role => FileObjectKind::Role,
        FileKind::Guardrail => FileObjectKind::Guardrail,
        FileKind::Grant => FileObjectKind::Grant,
    }
}

/// Says of each change which side made it. What no file ever had, and none has now, is left as it is.
pub(super) async fn tell(db: &mut dyn Reader, found: &mut Compared) -> Result<(), Refusal> {
    let mut applied: BTreeMap<(FileKind, String), Digest> = BTreeMap::new();
    for kind in [FileKind::Role, FileKind::Guardrail, FileKind::Grant] {
        let of_kind = found.changes.iter().filter(|change| change.kind == kind);
        let ids: Vec<_> = of_kind.map(|change| change.id.clone()).collect();
        if !ids.is_empty() {
            let rows = db.file_objects(stored(kind), &ids).await?;
            applied.extend(rows.into_iter().map(|row| ((kind, row.id), row.digest)));
        }
    }
    for change in &mut found.changes {
        let Some(last) = applied.get(&(change.kind, change.id.clone())) else {
            // A built-in guardrail is in every list, and never made or deleted by one.
            change.left = change.differs == Differs::OnlyInOrganization;
            continue;
        };
        let sides = found.sides.get(&change.kind);
        let same = |side: fn(&Sides) -> &BTreeMap<String, Digest>| {
            sides.and_then(|sides| side(sides).get(&change.id)) == Some(last)
        };
        change.since = match (same(|sides| &sides.wanted), same(|sides| &sides.is)) {
            (true, _) => Since::InOrganization,
            (false, true) => Since::InFile,
            (false, false) => Since::Both,
        };
    }
    Ok(())
}

/// What is remembered when files were applied: what they say and was not remembered so, and the ids of what they took away.
pub(super) async fn remembered(
    db: &mut dyn Reader,
    found: &Compared,
    as_applied: impl Fn(FileObjectKind, &str, Digest) -> FileObject,
) -> Result<(Vec<FileObject>, Vec<(FileObjectKind, Vec<String>)>), Refusal> {
    let (mut said, mut gone) = (Vec::new(), Vec::new());
    for (kind, sides) in &found.sides {
        let kind_stored = stored(*kind);
        let ids: Vec<_> = sides.wanted.keys().cloned().collect();
        let known: BTreeSet<_> = db
            .file_objects(kind_stored, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id, row.digest))
            .collect();
        for (id, digest) in &sides.wanted {
            if !known.contains(&(id.clone(), *digest)) {
                said.push(as_applied(kind_stored, id, *digest));
            }
        }
        let away =
            |change: &&FileChange| change.kind == *kind && change.differs == Differs::OnlyInOrganization;
        let ids: Vec<_> = found
            .carried_out()
            .filter(away)
            .map(|change| change.id.clone())
            .collect();
        if !ids.is_empty() {
            gone.push((kind_stored, ids));
        }
    }
    Ok((said, gone))
}
