//! People who leave: a case that is planned, one that waits for a second pair of eyes, one that waits for values to change, and one that
//! is done. The server's own operations do it, other than the rest of the year, so that its orders are signed and its steps done as ever.

use super::{
    secrets::Kept,
    standing::Standing,
    turn::{Seeder, device, principal},
};
use crate::company::{
    people::{FOUNDER, OFFBOARDER},
    stream,
};
use anyhow::Context;
use claviger_crypto::bytes::sha256;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, NAME},
};
use claviger_model::{
    entropy::{Entropy, Sequence, SystemEntropy},
    event::EventKind,
    ids::CaseId,
    offboarding::Start,
    scope::EnvironmentClass,
    time::{Clock, Timestamp},
};
use claviger_protocol::offboarding::cases::OffboardingSettings;
use claviger_server::{
    app::Shared,
    cli::install_crypto,
    config::{Config, Origin},
    entitlement::best::favourable,
    operations::offboarding::case::{
        Counting, drive,
        open::{By, Opened, Opening, open_case},
    },
    sequencer::{Acting, job},
    start::{self, Surroundings},
};
use claviger_storage::{TimeSource, releases::Release};
use jiff::{ToSpan, tz::TimeZoneDatabase};
use std::sync::Arc;

/// Stays until the last day of a month's notice.
const PLANNED: &str = "Nia Roberts";
/// On the list of protected people.
const BRAKED: &str = "Emeka Obi";
/// Held values that have to change.
const WAITS: &str = "Sofia Papadaki";
/// Held nothing.
const DONE: &str = "Clara Jensen";
const HEIR: &str = "Lin Sato";
const ZONE: &str = "Europe/Berlin";
/// How many values who waits held.
const HELD: usize = 3;

/// Ids that are the same every time; keys are random (rule 37), and longer than ids.
struct FixedIds(Sequence);

impl Entropy for FixedIds {
    fn fill(&self, buffer: &mut [u8]) {
        if buffer.len() == 16 {
            self.0.fill(buffer);
        } else {
            SystemEntropy.fill(buffer);
        }
    }
}

/// What one of them read, and whom an Owner protects.
pub(super) async fn prepare(seeder: &Seeder, secrets: &[Kept], now: Timestamp) -> anyhow::Result<()> {
    read(seeder, secrets, now).await?;
    protect(seeder, now).await
}

/// Lets them leave, today, on a database that nobody has open.
pub(super) async fn leave(
    (config, origin): (&Config, &Origin),
    seeder: &Seeder,
    now: Timestamp,
) -> anyhow::Result<()> {
    install_crypto();
    let clock = Arc::clone(&seeder.clock) as Arc<dyn Clock>;
    let surroundings = Surroundings {
        time: TimeSource::Clock(Arc::clone(&clock)),
        clock,
        entropy: Arc::new(FixedIds(stream("leavers"))),
    };
    let started = start::start(config.clone(), origin.clone(), surroundings, true)
        .await
        .context("the server's own operations cannot be used")?;
    for opening in openings(now)? {
        open(&started.app, seeder, opening).await?;
    }
    drive::drive(&started.app)
        .await
        .map_err(|refusal| anyhow::anyhow!("a case cannot go on: {refusal:?}"))?;
    started.stop().await;
    Ok(())
}

/// Somebody copies what they will be asked to have changed.
async fn read(seeder: &Seeder, secrets: &[Kept], now: Timestamp) -> anyhow::Result<()> {
    let mut turn = seeder.turn(now).await?;
    let standing = Standing::below(&mut turn, seeder.root).await?;
    let theirs = secrets.iter().filter_map(|secret| {
        let staging = EnvironmentClass::effective(secret.planned.class) == EnvironmentClass::Staging;
        let grants = standing.that_allow(WAITS, EventKind::SecretCopied, &secret.planned.path);
        (staging && !grants.is_empty()).then_some((secret, grants))
    });
    let mut releases = Vec::new();
    for (secret, grants) in theirs.take(HELD) {
        let event = turn
            .event(WAITS, EventKind::SecretCopied)
            .on(secret.object())
            .commit(NAME, secret.path(), None)
            .decided_by(grants);
        releases.push(Release {
            event: event.id(),
            principal: principal(WAITS),
            device: device(WAITS),
            secret: secret.planned.id,
            version: secret.version,
            // Nobody was sent anything; as with keys of devices, there is no other half.
            ciphertext_sha256: sha256(secret.path().as_bytes()),
            issued_at: turn.now(),
            max_age_ms: 0,
            ended_at: None,
        });
        turn.record(event);
    }
    turn.commit().await?;
    // How a value was read is told by its event, which has to be there before.
    let mut turn = seeder.turn(now).await?;
    turn.db().insert_releases(&releases).await?;
    turn.commit().await
}

/// An Owner protects somebody by a second pair of eyes.
async fn protect(seeder: &Seeder, now: Timestamp) -> anyhow::Result<()> {
    let settings = OffboardingSettings {
        protected: vec![principal(BRAKED)],
        ..OffboardingSettings::default()
    };
    let mut turn = seeder.turn(now).await?;
    turn.db()
        .put_setting("offboarding", &serde_json::to_value(&settings)?)
        .await?;
    let event = turn
        .event(FOUNDER, EventKind::OffboardingSettingsChanged)
        .fact("what", Fact::Label(Label::new("brake")?))
        .fact("people-per-hour", Fact::Number(settings.people_per_hour.into()))
        .fact("protected", Fact::Number(1));
    turn.record(event);
    turn.commit().await
}

fn openings(now: Timestamp) -> anyhow::Result<Vec<Opening>> {
    let opening = |person: &str, reason: &str| Opening {
        id: CaseId::random(&stream(&format!("case/{person}"))),
        person: principal(person),
        reason: reason.to_owned(),
        heir: None,
        teams: Vec::new(),
        start: None,
        clicked_at: now,
        counted: None,
        called: None,
    };
    let last_day = Opening {
        start: Some(last_day(now)?),
        ..opening(PLANNED, "Her last day after a month's notice")
    };
    let heir = Opening {
        heir: Some(principal(HEIR)),
        ..opening(WAITS, "Moved to another company")
    };
    Ok(vec![
        opening(DONE, "Retired"),
        heir,
        opening(BRAKED, "Leaves on short notice"),
        last_day,
    ])
}

/// Six in the evening, where they are, nine days from now.
fn last_day(now: Timestamp) -> anyhow::Result<Start> {
    let zone = TimeZoneDatabase::bundled().get(ZONE)?;
    let today = jiff::Timestamp::from_millisecond(now.millis())?.to_zoned(zone.clone());
    let local = today.date().checked_add(9.days())?.at(18, 0, 0, 0);
    Ok(Start {
        at: Timestamp::from_millis(local.to_zoned(zone)?.timestamp().as_millisecond()),
        local: local.to_string(),
        zone: ZONE.to_owned(),
    })
}

/// Opens a case as the offboarding admin; its numbers are counted as ever.
async fn open(app: &Shared, seeder: &Seeder, mut opening: Opening) -> anyhow::Result<()> {
    let mut counting = Counting::of(app, opening.person).await;
    opening.counted = counting.now().await;
    let who = seeder.who(OFFBOARDER);
    let opened = job::<Opened, _>(move |change| {
        Box::pin(async move {
            let now = change.now();
            let missing = || claviger_protocol::problem::Code::NotFound;
            let acting = Acting {
                who,
                principal: change.db().principal(who.principal).await?.ok_or_else(missing)?,
                device: change
                    .db()
                    .device(device(OFFBOARDER))
                    .await?
                    .ok_or_else(missing)?,
                circumstances: favourable(now),
            };
            let held = change.db().grant_history(who.principal, 1).await?;
            let policies = held.iter().map(|grant| grant.id.to_string()).collect();
            open_case(change, By::Admin(&acting), opening, policies).await
        })
    });
    app.sequencer
        .change(opened)
        .await
        .map_err(|refusal| anyhow::anyhow!("a case could not be opened: {refusal:?}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::{super::DAY, *};

    #[test]
    fn the_last_day_is_at_six_where_they_are() {
        // 2026-11-18T12:00:00Z
        let now = Timestamp::from_millis(1_795_003_200_000);
        let start = last_day(now).unwrap();
        assert_eq!(start.local, "2026-11-27T18:00:00");
        assert_eq!(
            start.at.since(now),
            DAY * 9 + std::time::Duration::from_secs(5 * 3600)
        );
    }
}
