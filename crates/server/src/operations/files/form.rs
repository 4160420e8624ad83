//! What stands in the files, and how it is written: TOML with the names of what ids stand for as comments, and Cedar.

use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    grant::Grant,
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    role::{MayGrant, Role},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The list of roles.
pub const ROLES: &str = "roles.toml";
/// The list of guardrails; their texts stand in files of their own.
pub const GUARDRAILS: &str = "guardrails.toml";
/// Where grants stand, a file for each project and one for the organization itself.
pub const GRANTS: &str = "grants/";

/// What could not be written.
#[derive(Debug, thiserror::Error)]
#[error("a policy file cannot be written")]
pub struct Unwritable(#[from] toml::ser::Error);

/// `roles.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesFile {
    /// Roles of one's own.
    #[serde(default)]
    pub roles: Vec<RoleEntry>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleEntry {
    /// Never changes.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What its holders may do.
    pub actions: BTreeSet<Action>,
    /// What its holders may grant.
    #[serde(default)]
    pub may_grant: BTreeSet<RoleId>,
    /// Whether they may grant every role.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_grant_every: bool,
}

/// `guardrails.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardrailsFile {
    /// All of them.
    #[serde(default)]
    pub guardrails: Vec<GuardrailEntry>,
}

/// A guardrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardrailEntry {
    /// Never changes.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// Whether it decides.
    pub enabled: bool,
    /// Whether it came with the program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub builtin: bool,
    /// The file with its text.
    pub file: String,
}

/// `grants/….toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantsFile {
    /// All living grants at this scope and below; of the organization, at itself only.
    pub scope: ScopeId,
    /// In the order of ids.
    #[serde(default)]
    pub grants: Vec<GrantEntry>,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantEntry {
    /// Never changes.
    pub id: GrantId,
    /// To whom.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why.
    pub reason: String,
    /// From when, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Until when, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Conditions as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
}

impl From<&Role> for RoleEntry {
    fn from(role: &Role) -> Self {
        let (may_grant, may_grant_every) = match &role.may_grant {
            MayGrant::Roles(roles) => (roles.clone(), false),
            MayGrant::Every => (BTreeSet::new(), true),
        };
        Self {
            id: role.id,
            name: role.name.to_string(),
            actions: role.actions.clone(),
            may_grant,
            may_grant_every,
        }
    }
}

impl From<&Guardrail> for GuardrailEntry {
    fn from(guardrail: &Guardrail) -> Self {
        Self {
            id: guardrail.id,
            name: guardrail.name.to_string(),
            enabled: guardrail.enabled,
            builtin: guardrail.builtin,
            file: format!(
                "guardrails/{}.cedar",
                slug(guardrail.name.as_str(), &guardrail.id.to_string())
            ),
        }
    }
}

impl From<&Grant> for GrantEntry {
    fn from(grant: &Grant) -> Self {
        let plain = grant.conditions == GrantConditions::default();
        Self {
            id: grant.id,
            principal: grant.principal,
            role: grant.role,
            scope: grant.scope,
            reason: grant.reason.clone(),
            not_before: grant.not_before.map(moment),
            expires_at: grant.expires_at.map(moment),
            conditions: grant.conditions.to_stored().ok().filter(|_| !plain),
        }
    }
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map_or_else(|_| at.millis().to_string(), |moment| moment.to_string())
}

/// A moment as files write it; none of any other text.
pub fn at_moment(text: &str) -> Option<Timestamp> {
    let moment = text.parse::<jiff::Timestamp>().ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

/// A name as part of a path: what is plain stays, and the beginning of the id tells apart those that are alike.
pub fn slug(name: &str, id: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
        } else if !plain.ends_with('-') && !plain.is_empty() {
            plain.push('-');
        }
    }
    let plain: String = plain.chars().take(48).collect();
    let id: String = id.chars().take(8).collect();
    format!("{}-{id}", plain.trim_end_matches('-'))
        .trim_start_matches('-')
        .to_owned()
}

/// Entries of a list, each with what its ids stand for above it.
fn entries<T: Serialize>(
    text: &mut String,
    list: &str,
    items: impl IntoIterator<Item = (String, T)>,
) -> Result<(), Unwritable> {
    for (comment, item) in items {
        // A name has no line breaks; whatever else stands behind `#` is read by people only.
        let comment: String = comment.chars().filter(|letter| !letter.is_control()).collect();
        let _ = write!(text, "\n# {comment}\n[[{list}]]\n{}", toml::to_string(&item)?);
    }
    Ok(())
}

/// `roles.toml`.
///
/// # Errors
/// When TOML cannot hold it, which no role causes.
pub fn roles(roles: &[Role]) -> Result<String, Unwritable> {
    let mut own: Vec<_> = roles.iter().filter(|role| !role.builtin).collect();
    own.sort_by_key(|role| role.id);
    let names: BTreeMap<RoleId, &str> = roles.iter().map(|role| (role.id, role.name.as_str())).collect();
    let mut text = "# Roles of one's own. The built-in ones come with the program.\n".to_owned();
    let entry = |role: &&Role| {
        let entry = RoleEntry::from(*role);
        let gives: Vec<_> = entry
            .may_grant
            .iter()
            .filter_map(|id| names.get(id).copied())
            .collect();
        let comment = if gives.is_empty() {
            role.name.to_string()
        } else {
            format!("{}, may grant {}", role.name, gives.join(", "))
        };
        (comment, entry)
    };
    entries(&mut text, "roles", own.iter().map(entry))?;
    Ok(text)
}

/// `guardrails.toml`.
///
/// # Errors
/// When TOML cannot hold it, which no guardrail causes.
pub fn guardrails(guardrails: &[Guardrail]) -> Result<String, Unwritable> {
    let mut all: Vec<_> = guardrails.iter().collect();
    all.sort_by_key(|guardrail| guardrail.id);
    let mut text = "# Guardrails; what each says stands in its file.\n".to_owned();
    let entry = |guardrail: &&Guardrail| (guardrail.name.to_string(), GuardrailEntry::from(*guardrail));
    entries(&mut text, "guardrails", all.iter().map(entry))?;
    Ok(text)
}

/// A guardrail's own file: its text, ended by a newline.
pub fn cedar(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// `grants/….toml`, with words for each grant.
///
/// # Errors
/// When TOML cannot hold it, which no grant causes.
pub fn grants(
    path: &str,
    scope: ScopeId,
    grants: &[Grant],
    words: impl Fn(&Grant) -> String,
) -> Result<String, Unwritable> {
    let mut all: Vec<_> = grants.iter().collect();
    all.sort_by_key(|grant| grant.id);
    let mut text = format!("# Living grants: {path}.\nscope = \"{scope}\"\n");
    let entry = |grant: &&Grant| (words(grant), GrantEntry::from(*grant));
    entries(&mut text, "grants", all.iter().map(entry))?;
    Ok(text)
}
