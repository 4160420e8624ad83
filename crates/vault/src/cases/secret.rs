//! One secret in full, without its value.

use super::{names, requests, why};
use crate::{
    Vault,
    state::{
        Gone,
        book::{Book, SecretEntry},
    },
    view::{
        problem::Problem,
        secret::{OfflineCopy, Rotation, SecretDetail, SecretRights, SecretView, Stage, VersionView},
        state::Connection,
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, SecretId},
    secret::Stage as Standing,
    time::Timestamp,
};
use claviger_protocol::{
    problem::Code,
    route,
    secrets::{VersionRecord, VersionsReply},
};
use std::time::Duration;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Older versions are asked for; longer than this nobody waits for them.
const PATIENCE: Duration = Duration::from_secs(2);

impl Vault {
    /// What is known of a secret, with its versions as far as the server is there to tell.
    ///
    /// # Errors
    /// When the person may not know of it.
    pub async fn secret(&self, id: &str) -> Result<SecretView, Problem> {
        let id: SecretId = names::id(id)?;
        let live = self.inner.live()?;
        let missing = |_| gone(live.gone(id));
        names::entry(&live.book(), id).map_err(missing)?;
        let versions = self.versions(id).await?;
        // A sync may have changed the book meanwhile.
        let book = live.book();
        let secret = names::entry(&book, id).map_err(missing)?;
        Ok(SecretView::Full(Box::new(detail(
            &book,
            live.principal,
            secret,
            versions,
            self.inner.now(),
        ))))
    }

    /// All versions; none when the server does not tell now.
    async fn versions(&self, secret: SecretId) -> Result<Option<Vec<VersionRecord>>, Problem> {
        if !matches!(self.inner.board.state().connection, Connection::Online { .. }) {
            return Ok(None);
        }
        let asked = async { self.inner.ask::<VersionsReply>(route::VERSIONS, &[&secret]).await };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(reply)) => Ok(Some(reply.versions)),
            Ok(Err(error)) if error.code() == Some(Code::NotFound) => {
                self.inner.hint_sync();
                // It was here a moment ago; the next sync tells more.
                Err(gone(Some(Gone::Removed)))
            }
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }
}

/// Why a secret cannot be shown. Of one that the person saw, that is no secret to them.
fn gone(why: Option<Gone>) -> Problem {
    match why {
        None => names::not_found(),
        Some(Gone::Removed) => names::problem(
            "secretGone",
            "This was deleted, or your access to it ended.",
            None,
        ),
        Some(Gone::AccessEnded) => names::problem("accessEnded", "Your access to this ended.", None),
    }
}

fn detail(
    book: &Book,
    me: PrincipalId,
    secret: &SecretEntry,
    versions: Option<Vec<VersionRecord>>,
    now: Timestamp,
) -> SecretDetail {
    let node = book.places.get(secret.scope);
    let versions = match versions {
        Some(records) => records.iter().map(|record| version(book, record)).collect(),
        None => present(secret),
    };
    let lease = book.leases.get(&secret.id);
    SecretDetail {
        reference: names::reference(book, secret),
        place: secret.scope.to_string(),
        class: names::class(node.and_then(|node| node.class)),
        kind: names::kind(secret.kind),
        tags: secret.tags.iter().map(ToString::to_string).collect(),
        note: Some(secret.note.to_string()).filter(|note| !note.is_empty()),
        owner: secret.owner.map(|owner| names::person(book, owner)),
        created_at: secret.created_at.millis(),
        revision: names::number(secret.revision),
        current_version: Some(names::number(secret.version)).filter(|version| *version > 0),
        versions,
        rotation: Some(Rotation {
            changed_at: secret.changed_at.millis(),
            max_age: secret.rotate_after_days.map(|days| i64::from(days) * DAY_MS),
        }),
        expires_at: secret.expires_at.map(Timestamp::millis),
        offline: lease.map(|lease| OfflineCopy {
            issued_at: lease.issued_at.millis(),
            readable_until: lease.expires_at.millis(),
        }),
        rights: rights(book, secret),
        why: why::why(book, me, secret.scope, now),
        open_requests: requests::open_for(book, me, secret.id),
        favourite: book.marks.get(&secret.id).is_some_and(|mark| mark.favourite),
        run_command: None,
    }
}

fn rights(book: &Book, secret: &SecretEntry) -> SecretRights {
    let may = |action| book.places.allows(secret.scope, action);
    SecretRights {
        r#use: may(Action::SecretUse),
        reveal: may(Action::SecretReveal),
        write: may(Action::SecretWrite),
        edit_metadata: may(Action::SecretEdit),
        delete: may(Action::SecretDelete),
        request_rotation: may(Action::RotationRequest),
        rotate: may(Action::RotationFulfil),
    }
}

fn version(book: &Book, record: &VersionRecord) -> VersionView {
    VersionView {
        number: names::number(record.number),
        stage: match record.stage {
            Standing::Current => Stage::Current,
            Standing::Pending => Stage::Pending,
            Standing::Previous => Stage::Previous,
            Standing::Retired => Stage::Old,
        },
        created_at: record.created_at.millis(),
        by: names::name(book, record.created_by),
        size: names::number(record.size),
    }
}

/// What is synced of the versions: the present one; who wrote it is not.
fn present(secret: &SecretEntry) -> Vec<VersionView> {
    let present = (secret.version > 0).then(|| VersionView {
        number: names::number(secret.version),
        stage: Stage::Current,
        created_at: secret.changed_at.millis(),
        by: String::new(),
        size: names::number(secret.size),
    });
    present.into_iter().collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};

    #[test]
    fn rights_are_those_of_the_place_and_offline_the_present_version_stands_alone() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        let entry = sample.book.secrets.get(&secret).unwrap();
        let detail = detail(&sample.book, sample.me, entry, None, at(10));
        assert!(detail.rights.r#use && detail.rights.reveal && detail.rights.write);
        assert_eq!((detail.versions.len(), detail.versions[0].number), (1, 1));
        assert_eq!((detail.note, detail.current_version), (None, Some(1)));
        let dev = sample.secret("KEY", "shop/dev");
        let entry = sample.book.secrets.get(&dev).unwrap();
        let rights = rights(&sample.book, entry);
        assert!(rights.r#use && !rights.reveal && !rights.write && !rights.delete);
    }
}
