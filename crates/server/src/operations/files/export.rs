//! Writing the files (`POST /v1/policy-files/export`).

use super::{
    form::{self, GRANTS, GUARDRAILS, GuardrailEntry, ROLES, Unwritable, slug},
    identity::{Whose, whose},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{principals, state::State as Ground, view::View},
};
use axum::extract::State;
use claviger_model::{
    grant::Grant,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    role::Role,
    scope::Scope,
    time::Timestamp,
};
use claviger_protocol::{
    policy_files::{ExportFiles, FilesReply, PolicyFile},
    problem::Code,
};
use claviger_storage::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of one answer after which the next file begins another page.
const ENOUGH: usize = 1024 * 1024;
const PAGE: u32 = 1_000;

/// Writes them, page by page. Each page is of the state in which it was asked for.
pub async fn export(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ExportFiles>,
) -> Result<axum::Json<FilesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let mut state = Ground::committed(&mut view);
    let whose = whose(&mut state).await?;
    let db = state.reader;
    let roles = db.roles().await?;
    let mut reply = FilesReply {
        files: Vec::new(),
        next: None,
    };
    let mut size = 0;
    let sources = match &whose {
        Whose::Person => sources(db).await?,
        Whose::Identity(identity) if identity.scope.parent.is_none() => sources(db).await?,
        Whose::Identity(identity) => {
            let scope = identity.scope.clone();
            BTreeMap::from([(path_of(&scope), Source::Grants(scope))])
        }
    };
    let mut sources = sources.into_iter().peekable();
    while let Some((path, source)) = sources.next() {
        if call.after.as_ref().is_some_and(|after| path <= *after) {
            continue;
        }
        let text = match source {
            Source::Roles => form::roles(&roles).map_err(Refusal::internal)?,
            Source::Guardrails => {
                let all = db.guardrails().await?;
                form::guardrails(&all).map_err(Refusal::internal)?
            }
            Source::Text(text) => text,
            Source::Grants(scope) => {
                let grants = grants_in(db, &scope, now).await?;
                written(db, &roles, &scope, &grants).await?
            }
        };
        size += text.len();
        let last = path.clone();
        reply.files.push(PolicyFile { path, text });
        if size >= ENOUGH && sources.peek().is_some() {
            reply.next = Some(last);
            break;
        }
    }
    Ok(axum::Json(reply))
}

enum Source {
    Roles,
    Guardrails,
    Text(String),
    Grants(Scope),
}

/// Every file, by its path.
async fn sources(db: &mut dyn Reader) -> Result<BTreeMap<String, Source>, Refusal> {
    let mut found = BTreeMap::from([
        (ROLES.to_owned(), Source::Roles),
        (GUARDRAILS.to_owned(), Source::Guardrails),
    ]);
    for guardrail in db.guardrails().await? {
        let path = GuardrailEntry::from(&guardrail).file;
        found.insert(path, Source::Text(form::cedar(&guardrail.text)));
    }
    let root = db.root_scope().await?.ok_or(Code::NotFound)?;
    let mut after = None;
    loop {
        let page = db.scopes_under(&[root.id], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        for scope in page {
            if scope.parent.is_none() || scope.parent == Some(root.id) {
                found.insert(path_of(&scope), Source::Grants(scope));
            }
        }
        if !full {
            return Ok(found);
        }
    }
}

/// The file of a project's grants, or of the organization's own.
pub fn path_of(scope: &Scope) -> String {
    let name = if scope.parent.is_none() {
        "organization".to_owned()
    } else {
        slug(&scope.path.to_string(), &scope.id.to_string())
    };
    format!("{GRANTS}{name}.toml")
}

/// The living grants that a file is about: of a project with all below it, of the organization at itself.
///
/// # Errors
/// When the tables cannot be read.
pub async fn grants_in(db: &mut dyn Reader, scope: &Scope, now: Timestamp) -> Result<Vec<Grant>, Refusal> {
    let (mut found, mut after): (Vec<Grant>, Option<GrantId>) = (Vec::new(), None);
    loop {
        let page = if scope.parent.is_none() {
            db.grants_at(&[scope.id], now, after, PAGE).await?
        } else {
            db.grants_under(scope.id, now, after, PAGE).await?
        };
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|grant| grant.id);
        // What is drawn in an emergency ends within the hour; nobody writes it down.
        found.extend(page.into_iter().filter(|grant| !grant.conditions.is_emergency()));
        if !full {
            return Ok(found);
        }
    }
}

/// Who, what and where, of grants.
pub struct GrantWords {
    people: BTreeMap<PrincipalId, String>,
    roles: BTreeMap<RoleId, String>,
    scopes: BTreeMap<ScopeId, String>,
}

impl GrantWords {
    /// Reads the names.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(
        db: &mut dyn Reader,
        roles: &[Role],
        people: BTreeSet<PrincipalId>,
        scopes: BTreeSet<ScopeId>,
    ) -> Result<Self, Refusal> {
        let people = principals::named(db, people).await?;
        let scopes: Vec<_> = scopes.into_iter().collect();
        let scopes = if scopes.is_empty() {
            Vec::new()
        } else {
            db.scopes(&scopes).await?
        };
        Ok(Self {
            people: people
                .into_iter()
                .map(|record| (record.id, record.name))
                .collect(),
            roles: roles
                .iter()
                .map(|role| (role.id, role.name.to_string()))
                .collect(),
            scopes: scopes
                .into_iter()
                .map(|scope| (scope.id, scope.path.to_string()))
                .collect(),
        })
    }

    /// In words.
    pub fn of(&self, principal: PrincipalId, role: RoleId, scope: ScopeId) -> String {
        let at = self.scopes.get(&scope).map_or("?", String::as_str);
        format!(
            "{}: {} at {}",
            self.people.get(&principal).map_or("?", String::as_str),
            self.roles.get(&role).map_or("?", String::as_str),
            if at.is_empty() { "the organization" } else { at }
        )
    }
}

async fn written(
    db: &mut dyn Reader,
    roles: &[Role],
    scope: &Scope,
    grants: &[Grant],
) -> Result<String, Refusal> {
    let people = grants.iter().map(|grant| grant.principal).collect();
    let scopes = grants.iter().map(|grant| grant.scope).collect();
    let words = GrantWords::read(db, roles, people, scopes).await?;
    let path = match scope.parent {
        None => "the organization itself".to_owned(),
        Some(_) => format!("{} and below", scope.path),
    };
    let text: Result<String, Unwritable> = form::grants(&path, scope.id, grants, |grant| {
        words.of(grant.principal, grant.role, grant.scope)
    });
    text.map_err(Refusal::internal)
}
