//! A year of work: people read what they need, leads rotate what is old.

use super::{
    DAY, DAYS,
    asked::Planned,
    people::Company,
    requests::{self, Asker},
    secrets::{self, Kept, lead},
    services,
    standing::Standing,
    turn::{Seeder, Turn},
};
use crate::company::{below, people::DEVELOPER, stream};
use claviger_ledger::leaf::NAME;
use claviger_model::{
    entropy::Entropy,
    event::EventKind,
    scope::EnvironmentClass,
    time::{Clock, Timestamp},
};
use claviger_protocol::problem::Code;
use std::time::Duration;

/// Minutes after midnight at which things happen.
const HOURS: &[u64] = &[9 * 60 + 12, 11 * 60 + 37, 14 * 60 + 5, 16 * 60 + 48];
/// The first two weeks are for setting up.
const SETTING_UP: u32 = 14;

/// Lets the days pass until now.
pub(super) async fn live(
    seeder: &Seeder,
    company: &Company,
    (secrets, asked): (&mut [Kept], &mut Planned),
    now: Timestamp,
) -> anyhow::Result<()> {
    let first = super::midnight(now.minus(DAY * DAYS));
    let begun = seeder.clock.now();
    let standing = Standing::below(&mut seeder.turn(begun).await?, seeder.root).await?;
    for day in SETTING_UP..=DAYS {
        let midnight = first.plus(DAY * day);
        // 1970-01-01 was a Thursday.
        let weekday = (midnight.seconds() / 86_400 + 3).rem_euclid(7);
        let draw = stream(&format!("day/{day}"));
        for (slot, minutes) in HOURS.iter().enumerate() {
            let at = midnight.plus(Duration::from_secs(minutes * 60 + below(&draw, 900)));
            if at >= now.minus(Duration::from_secs(600)) || at < begun || (weekday >= 5 && slot != 1) {
                continue;
            }
            asked.until(seeder, at).await?;
            let mut turn = seeder.turn(at).await?;
            work(&mut turn, company, (secrets, &standing), &draw, weekday >= 5);
            if slot == 1 {
                services::on(&mut turn, seeder, DAYS - day).await?;
            }
            if slot == 2 {
                rotate(seeder, &mut turn, secrets).await?;
            }
            requests::ask(
                &mut turn,
                company,
                secrets,
                Asker {
                    draw: &draw,
                    day,
                    slot,
                },
            )
            .await?;
            turn.commit().await?;
        }
    }
    Ok(())
}

/// Some people read some of what their team runs; on weekends hardly anybody does.
fn work(
    turn: &mut Turn<'_>,
    company: &Company,
    (secrets, standing): (&[Kept], &Standing),
    draw: &dyn Entropy,
    weekend: bool,
) {
    for (name, projects) in &company.workers {
        let busy = if *name == DEVELOPER { 2 } else { 5 };
        if projects.is_empty() || below(draw, if weekend { 60 } else { busy }) != 0 {
            continue;
        }
        let theirs: Vec<_> = secrets
            .iter()
            .filter(|secret| projects.contains(&secret.planned.project))
            .collect();
        for _ in 0..=below(draw, 2) {
            let drawn = usize::try_from(below(draw, theirs.len() as u64)).unwrap_or(0);
            let Some(secret) = theirs.get(drawn) else { continue };
            read(turn, name, (secret, standing), draw);
        }
    }
}

fn read(turn: &mut Turn<'_>, name: &str, (secret, standing): (&Kept, &Standing), draw: &dyn Entropy) {
    let kind = match below(draw, 10) {
        0..=5 => EventKind::SecretUsed,
        6..=8 => EventKind::SecretCopied,
        _ => EventKind::SecretRevealed,
    };
    let production = EnvironmentClass::effective(secret.planned.class) == EnvironmentClass::Production;
    let leads = lead(secret.planned.project) == name;
    let event = turn
        .event(name, kind)
        .on(secret.object())
        .commit(NAME, secret.path(), None);
    // Production is for leads; now and then somebody else tries, and the log says so.
    if !production || leads {
        let grants = standing.that_allow(name, kind, &secret.planned.path);
        turn.record(event.decided_by(grants));
    } else if below(draw, 12) == 0 {
        turn.record(event.refused(Code::Forbidden));
    }
}

/// Leads rotate what is old enough.
async fn rotate(seeder: &Seeder, turn: &mut Turn<'_>, secrets: &mut [Kept]) -> anyhow::Result<()> {
    let now = turn.now();
    for secret in secrets {
        let old = secret
            .every
            .is_some_and(|days| now.since(secret.changed_at) >= DAY * days);
        if !old {
            continue;
        }
        let by = lead(secret.planned.project);
        secret.version += 1;
        secret.changed_at = now;
        secrets::write(seeder, turn, secret, by).await?;
        requests::fulfil(turn, secret, by).await?;
        let event = turn
            .event(by, EventKind::SecretWritten)
            .on(secret.object())
            .commit(NAME, secret.path(), None);
        turn.record(event);
    }
    Ok(())
}
