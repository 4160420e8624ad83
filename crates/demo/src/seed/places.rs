//! Projects, environments and the folders in them.

use super::turn::{Seeder, Turn};
use crate::company::{
    people::FOUNDER,
    projects::{self, PROJECTS},
    secrets,
};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    event::EventKind,
    ids::ScopeId,
    name::Name,
    scope::{Discoverable, EnvironmentClass},
    time::Clock,
};
use claviger_storage::scopes::ScopeSettings;
use std::{collections::BTreeSet, time::Duration};

/// Makes every scope, parents first.
pub(super) async fn lay_out(seeder: &Seeder) -> anyhow::Result<()> {
    let mut turn = seeder
        .turn(seeder.clock.now().plus(Duration::from_secs(3600)))
        .await?;
    let folders: BTreeSet<String> = secrets::all().into_iter().map(|planned| planned.path).collect();
    for project in PROJECTS {
        make(&mut turn, seeder.root, project.name, project.name, None).await?;
        for (environment, class) in project.environments() {
            let path = format!("{}/{environment}", project.name);
            make(&mut turn, projects::id(project.name), &path, environment, class).await?;
            for folder in folders
                .iter()
                .filter_map(|folder| folder.strip_prefix(&format!("{path}/")))
            {
                make(
                    &mut turn,
                    projects::id(&path),
                    &format!("{path}/{folder}"),
                    folder,
                    None,
                )
                .await?;
            }
        }
    }
    turn.commit().await
}

async fn make(
    turn: &mut Turn<'_>,
    parent: ScopeId,
    path: &str,
    name: &str,
    class: Option<EnvironmentClass>,
) -> anyhow::Result<()> {
    let (id, now) = (projects::id(path), turn.now());
    let settings = ScopeSettings {
        class,
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    };
    turn.db()
        .insert_scope(id, Some(parent), &Name::parse(name)?, &settings, now)
        .await?;
    let object = Object {
        scope: Some(id),
        ..Object::default()
    };
    let event = turn
        .event(FOUNDER, EventKind::ScopeCreated)
        .on(object)
        .commit(NAME, path, None);
    turn.record(event);
    Ok(())
}
