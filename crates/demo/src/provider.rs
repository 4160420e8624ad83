//! The people, as the demonstration's identity provider knows them.

use crate::company::people::{TEAMS, email, subject};
use anyhow::Context;
use serde::Serialize;
use std::{fs, path::Path};

#[derive(Serialize)]
struct Person {
    sub: String,
    name: &'static str,
    email: String,
    groups: [&'static str; 1],
    amr: [&'static str; 2],
    acr: &'static str,
}

/// Writes them where the provider reads them.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path) -> anyhow::Result<()> {
    let people: Vec<_> = TEAMS
        .iter()
        .flat_map(|team| team.people.iter().map(move |name| (team, *name)))
        .map(|(team, name)| Person {
            sub: subject(name),
            name,
            email: email(name),
            groups: [team.name],
            amr: ["pwd", "mfa"],
            acr: "urn:claviger:demonstration",
        })
        .collect();
    let json = serde_json::to_vec_pretty(&people)?;
    fs::write(path, json).with_context(|| format!("`{}` could not be written", path.display()))
}
