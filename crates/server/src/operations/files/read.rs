//! Reading files: what stands in them, and what differs from the organization.

use super::{
    compare::{Entry, compare},
    form::{
        self, GRANTS, GUARDRAILS, GrantEntry, GuardrailEntry, GuardrailsFile, ROLES, RoleEntry, RolesFile,
    },
    grants,
    since::Sides,
};
use crate::http::Refusal;
use claviger_crypto::bytes::sha256;
use claviger_model::{
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, RoleId},
    name::Name,
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_policy::guardrails::GuardrailChecker;
use claviger_protocol::{
    policy_files::{FileChange, FileKind, FileProblem, PolicyFile},
    problem::Code,
    wire::Bytes,
};
use claviger_storage::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// Why a file cannot be compared.
pub(super) enum Wrong {
    /// It says what cannot be; in words.
    Said(String),
    /// The tables could not be read.
    Failed(Refusal),
}

impl<R: Into<Refusal>> From<R> for Wrong {
    fn from(refusal: R) -> Self {
        Self::Failed(refusal.into())
    }
}

pub(super) fn said<T>(words: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Said(words.into()))
}

/// What files say, by id.
#[derive(Default)]
pub(super) struct Wanted {
    /// Roles.
    pub roles: BTreeMap<RoleId, Role>,
    /// Guardrails.
    pub guardrails: BTreeMap<PolicyId, Guardrail>,
    /// Grants that are not over.
    pub grants: BTreeMap<GrantId, GrantEntry>,
}

/// Files beside the organization.
pub(super) struct Compared {
    /// What differs, in the order of files and ids.
    pub changes: Vec<FileChange>,
    /// What cannot be.
    pub problems: Vec<FileProblem>,
    /// What they say.
    pub wanted: Wanted,
    /// Digests of both sides, by kind.
    pub sides: BTreeMap<FileKind, Sides>,
    /// When one of the grants begins or ends next, after which something else may differ.
    pub valid_until: Option<Timestamp>,
}

impl Compared {
    /// SHA-256 of the canonical form of what would be carried out.
    pub fn digest(&self) -> Result<Bytes, Refusal> {
        let carried: Vec<_> = self.carried_out().collect();
        let canonical = serde_json_canonicalizer::to_vec(&carried).map_err(Refusal::internal)?;
        Ok(sha256(&canonical).into())
    }

    /// What would be carried out.
    pub fn carried_out(&self) -> impl Iterator<Item = &FileChange> {
        self.changes.iter().filter(|change| !change.left)
    }
}

/// Compares each file that was sent; `has` says which files there are for the caller.
pub(super) async fn compared(
    db: &mut dyn Reader,
    sent: &[PolicyFile],
    now: Timestamp,
    has: impl Fn(&str) -> bool,
) -> Result<Compared, Refusal> {
    let roles = db.roles().await?;
    let texts: BTreeMap<&str, &str> = sent
        .iter()
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    if texts.len() != sent.len() {
        return Err(Refusal::new(Code::BadRequest).detail("a file is sent twice"));
    }
    let mut found = Compared {
        changes: Vec::new(),
        problems: Vec::new(),
        wanted: Wanted::default(),
        sides: BTreeMap::new(),
        valid_until: None,
    };
    let mut files: Vec<&PolicyFile> = sent.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        let wanted = &mut found.wanted;
        let compared = match file.path.as_str() {
            path if !has(path) => said("this identity applies no such file"),
            ROLES => of_roles(&file.text, &roles, wanted),
            GUARDRAILS => of_guardrails(db, &file.text, &texts, wanted).await,
            path if path.starts_with(GRANTS) => {
                grants::of_grants(db, file, &roles, &texts, now, wanted).await
            }
            // Texts of guardrails are read with their list.
            path if is_text(path) && texts.contains_key(GUARDRAILS) => Ok(Beside::default()),
            _ => said("an export has no such file, or its list is missing"),
        };
        match compared {
            Ok(beside) => {
                found.changes.extend(beside.changes);
                found.valid_until = found.valid_until.into_iter().chain(beside.valid_until).min();
                if let Some((kind, sides)) = beside.sides {
                    found.sides.entry(kind).or_default().extend(sides);
                }
            }
            Err(Wrong::Said(message)) => found.problems.push(FileProblem {
                path: file.path.clone(),
                message,
            }),
            Err(Wrong::Failed(refusal)) => return Err(refusal),
        }
    }
    super::since::tell(db, &mut found).await?;
    Ok(found)
}

/// Whether a path is that of a guardrail's text.
pub(super) fn is_text(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "cedar")
}

/// One file beside the organization.
#[derive(Default)]
pub(super) struct Beside {
    changes: Vec<FileChange>,
    sides: Option<(FileKind, Sides)>,
    /// Until when it is so.
    pub valid_until: Option<Timestamp>,
}

pub(super) fn beside(
    path: &str,
    kind: FileKind,
    wanted: Vec<Entry>,
    is: Vec<Entry>,
) -> Result<Beside, Wrong> {
    let sides = Sides::of(&wanted, &is).map_err(|error| Wrong::Failed(Refusal::internal(error)))?;
    Ok(Beside {
        sides: Some((kind, sides)),
        changes: compare(path, kind, wanted, is),
        valid_until: None,
    })
}

pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    toml::from_str(text).or_else(|error| said(error.to_string()))
}

pub(super) fn unique<T: Ord + std::fmt::Display>(ids: impl IntoIterator<Item = T>) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    for id in ids {
        let text = id.to_string();
        if !seen.insert(id) {
            return said(format!("`{text}` stands there twice"));
        }
    }
    Ok(())
}

pub(super) fn entry<T: serde::Serialize>(
    id: &impl std::fmt::Display,
    name: String,
    item: &T,
) -> Result<Entry, Wrong> {
    Entry::of(id.to_string(), name, item).map_err(|error| Wrong::Failed(Refusal::internal(error)))
}

fn of_roles(text: &str, roles: &[Role], said_of: &mut Wanted) -> Result<Beside, Wrong> {
    let file: RolesFile = parsed(text)?;
    unique(file.roles.iter().map(|role| role.id))?;
    let mut wanted = Vec::new();
    for role in &file.roles {
        if roles.iter().any(|known| known.id == role.id && known.builtin) {
            return said(format!("`{}` is built in and not changed", role.name));
        }
        let name = Name::parse(&role.name).or_else(|error| said(error.to_string()))?;
        let may_grant = if role.may_grant_every {
            MayGrant::Every
        } else {
            MayGrant::Roles(role.may_grant.clone())
        };
        let made = Role::custom(role.id, name, role.actions.clone(), may_grant)
            .or_else(|error| said(format!("`{}`: {error}", role.name)))?;
        said_of.roles.insert(role.id, made);
        wanted.push(entry(&role.id, role.name.clone(), role)?);
    }
    let own = roles.iter().filter(|role| !role.builtin);
    let is = own
        .map(|role| entry(&role.id, role.name.to_string(), &RoleEntry::from(role)))
        .collect::<Result<_, _>>()?;
    beside(ROLES, FileKind::Role, wanted, is)
}

async fn of_guardrails(
    db: &mut dyn Reader,
    text: &str,
    texts: &BTreeMap<&str, &str>,
    said_of: &mut Wanted,
) -> Result<Beside, Wrong> {
    let file: GuardrailsFile = parsed(text)?;
    unique(file.guardrails.iter().map(|guardrail| guardrail.id))?;
    let known = db.guardrails().await?;
    let checker = GuardrailChecker::new().map_err(Refusal::internal)?;
    let with_text = |entry: Entry, text: &str| entry.with("text", form::cedar(text)).without("file");
    let mut wanted = Vec::new();
    for guardrail in &file.guardrails {
        let Some(text) = texts.get(guardrail.file.as_str()) else {
            return said(format!("`{}` is named and was not sent", guardrail.file));
        };
        let name = Name::parse(&guardrail.name).or_else(|error| said(error.to_string()))?;
        checker
            .check(text)
            .or_else(|error| said(format!("`{}`: {error}", guardrail.file)))?;
        let is = known.iter().find(|known| known.id == guardrail.id);
        let builtin = is.is_some_and(|known| known.builtin);
        let changed = is.is_some_and(|known| {
            form::cedar(&known.text) != form::cedar(text) || known.name.as_str() != guardrail.name
        });
        if builtin != guardrail.builtin || builtin && changed {
            return said(format!(
                "`{}`: built-in guardrails are switched on and off, never made or changed",
                guardrail.name
            ));
        }
        // What differs in nothing but the end of the file stays as it is.
        let same = is.filter(|known| form::cedar(&known.text) == form::cedar(text));
        let becomes = Guardrail {
            id: guardrail.id,
            name,
            text: same.map_or_else(|| text.trim_end().to_owned(), |known| known.text.clone()),
            builtin,
            enabled: guardrail.enabled,
        };
        said_of.guardrails.insert(guardrail.id, becomes);
        wanted.push(with_text(
            entry(&guardrail.id, guardrail.name.clone(), guardrail)?,
            text,
        ));
    }
    if let Some(missing) = known
        .iter()
        .find(|known| known.builtin && !file.guardrails.iter().any(|entry| entry.id == known.id))
    {
        return said(format!("`{}` is built in and not deleted", missing.name));
    }
    let mut is = Vec::new();
    for guardrail in &known {
        let as_written = GuardrailEntry::from(guardrail);
        is.push(with_text(
            entry(&guardrail.id, guardrail.name.to_string(), &as_written)?,
            &guardrail.text,
        ));
    }
    beside(GUARDRAILS, FileKind::Guardrail, wanted, is)
}
