//! The secrets with their first versions, and how they are rotated.

use super::{
    DAY,
    turn::{Seeder, Turn, principal},
};
use crate::company::{
    below,
    people::TEAMS,
    secrets::{self, Planned},
    stream, values,
};
use claviger_crypto::{keys::SecretVersion, secret::SecretString};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    entropy::SystemEntropy,
    event::EventKind,
    name::Name,
    secret::{Description, SecretKind, Variable},
    time::{Clock, Timestamp},
};
use claviger_server::operations::secrets::value;
use std::time::Duration;

/// A secret as it stands while time passes.
pub(super) struct Kept {
    pub(super) planned: Planned,
    pub(super) version: u64,
    pub(super) changed_at: Timestamp,
    /// After how many days somebody rotates it; none for those that everybody forgot.
    pub(super) every: Option<u32>,
}

impl Kept {
    /// What events say of it.
    pub(super) fn object(&self) -> Object {
        Object {
            secret: Some(self.planned.id),
            version: Some(self.version),
            scope: Some(self.planned.scope),
            ..Object::default()
        }
    }

    /// Its path with its name.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.planned.path, self.planned.template.name)
    }
}

/// Who leads the team of a project.
pub(super) fn lead(project: &str) -> &'static str {
    let team = TEAMS.iter().find(|team| team.projects.contains(&project));
    team.and_then(|team| team.people.first())
        .copied()
        .unwrap_or(crate::company::people::FOUNDER)
}

/// Writes all of them in the first week, a project a turn.
pub(super) async fn write_first(seeder: &Seeder) -> anyhow::Result<Vec<Kept>> {
    let mut kept: Vec<Kept> = Vec::new();
    let mut at = seeder.clock.now().plus(Duration::from_secs(8 * 3600));
    let mut turn = seeder.turn(at).await?;
    for planned in secrets::all() {
        if kept
            .last()
            .is_some_and(|last| last.planned.project != planned.project)
        {
            turn.commit().await?;
            at = at.plus(Duration::from_secs(11 * 3600));
            turn = seeder.turn(at).await?;
        }
        let draw = stream(&format!("rotation/{}", planned.id));
        let every = (below(&draw, 5) != 0).then(|| u32::try_from(60 + below(&draw, 120)).unwrap_or(90));
        let secret = Kept {
            planned,
            version: 1,
            changed_at: at,
            every,
        };
        make(seeder, &mut turn, &secret).await?;
        kept.push(secret);
    }
    turn.commit().await?;
    Ok(kept)
}

async fn make(seeder: &Seeder, turn: &mut Turn<'_>, secret: &Kept) -> anyhow::Result<()> {
    let by = lead(secret.planned.project);
    let (template, now) = (&secret.planned.template, turn.now());
    let tags = template
        .tags
        .iter()
        .map(|tag| Name::parse(tag))
        .collect::<Result<_, _>>()?;
    let description = Description {
        name: Name::parse(template.name)?,
        variable: template.variable.map(Variable::parse).transpose()?,
        kind: template.kind,
        owner: Some(principal(by)),
        tags,
        note: template.note.to_owned(),
        rotate_after_days: rotate_after(secret),
        expires_at: expiry(secret, now),
    };
    turn.db()
        .insert_secret(
            secret.planned.id,
            secret.planned.scope,
            &description,
            Some(principal(by)),
            now,
        )
        .await?;
    write(seeder, turn, secret, by).await?;
    let event = turn
        .event(by, EventKind::SecretCreated)
        .on(secret.object())
        .commit(NAME, secret.path(), None);
    turn.record(event);
    Ok(())
}

/// Writes the version that a secret stands at.
pub(super) async fn write(
    seeder: &Seeder,
    turn: &mut Turn<'_>,
    secret: &Kept,
    by: &str,
) -> anyhow::Result<()> {
    let of = SecretVersion {
        secret: secret.planned.id,
        version: secret.version,
    };
    let text = SecretString::new(values::value(&secret.planned, secret.version)).into_bytes();
    let sealed = value::seal(&seeder.keys, seeder.organization, &SystemEntropy, of, &text)
        .map_err(|refusal| anyhow::anyhow!("a value could not be sealed: {refusal:?}"))?;
    let row = sealed
        .row(&seeder.keys, (principal(by), turn.now()), &SystemEntropy)
        .map_err(|refusal| anyhow::anyhow!("a data key could not be wrapped: {refusal:?}"))?;
    turn.db().add_version(&row).await?;
    Ok(())
}

const fn rotate_after(secret: &Kept) -> Option<u16> {
    match secret.planned.template.kind {
        SecretKind::ApiKey | SecretKind::Password | SecretKind::ConnectionString => Some(90),
        SecretKind::KeyPair => Some(180),
        SecretKind::Certificate | SecretKind::Generic | SecretKind::OneTimeCode => None,
    }
}

/// Certificates end some day within the month after today, or months later.
fn expiry(secret: &Kept, first_day: Timestamp) -> Option<Timestamp> {
    (secret.planned.template.kind == SecretKind::Certificate).then(|| {
        let days =
            u32::try_from(below(&stream(&format!("expiry/{}", secret.planned.id)), 300)).unwrap_or(100);
        first_day.plus(DAY * (super::DAYS + 2 + days))
    })
}
