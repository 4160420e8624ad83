//! A value on its way out: released by the server or, where there is no way to it, read from the offline copy.

use super::{favourite, names};
use crate::{
    Vault,
    problem::{lease_problem, refusal},
    state::{Live, book::Book},
    view::problem::Problem,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_crypto::secret::{SecretBytes, SecretString};
use claviger_model::{
    action::Action,
    ids::{EventId, SecretId},
};
use claviger_protocol::release::{Purpose, ReleaseItem};

/// A value and how it came.
#[derive(Debug)]
pub struct OpenedValue {
    /// The value.
    pub value: SecretBytes,
    /// Where the read stands.
    pub recorded: Recorded,
}

impl OpenedValue {
    /// Whether it was read from the offline copy.
    pub const fn offline(&self) -> bool {
        matches!(self.recorded, Recorded::Journal(_))
    }
}

/// Where a read was written down before its value was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// In the server's log, as this event.
    Event(EventId),
    /// In this device's journal, under this number.
    Journal(u64),
}

/// A binary value as the page shows it (RFC 4648, 4).
pub fn base64(value: &SecretBytes) -> String {
    STANDARD.encode(value.expose())
}

/// A value as it goes into the clipboard.
///
/// # Errors
/// When it is no text.
pub fn copyable(value: SecretBytes) -> Result<SecretString, Problem> {
    value.into_text().map_err(|_| Problem {
        remedy: Some("Reveal it to see its bytes.".to_owned()),
        ..names::problem(
            "binaryNotCopied",
            "This value is not text, so it cannot be copied.",
            None,
        )
    })
}

impl Vault {
    /// Opens a value for using, copying or showing; the server records it first, or this device's journal.
    ///
    /// A refusal of the server is final: an offline copy serves only where there is no way to the server.
    ///
    /// # Errors
    /// When the server refuses, there is neither a way to it nor an offline copy, or the vault was locked meanwhile.
    pub async fn value(
        &self,
        id: &str,
        version: Option<u32>,
        purpose: Purpose,
    ) -> Result<OpenedValue, Problem> {
        let secret: SecretId = names::id(id)?;
        let live = self.inner.live()?;
        let item = ReleaseItem {
            secret,
            purpose,
            version: version.map(u64::from),
        };
        let opened = match self.inner.release(vec![item]).await {
            Ok(results) => match results.into_iter().next() {
                Some(Ok(opened)) => OpenedValue {
                    value: opened.value,
                    recorded: Recorded::Event(opened.event),
                },
                Some(Err(refused)) => {
                    self.inner.hint_sync();
                    return Err(refusal(&refused));
                }
                None => {
                    return Err(names::problem(
                        "serverError",
                        "The server could not finish this.",
                        None,
                    ));
                }
            },
            Err(error) if error.is_offline() => {
                let book = live.book();
                if !serves(&book, secret, version) {
                    return Err(error.into());
                }
                may_read(&book, secret, purpose)?;
                drop(book);
                self.leased(&live, secret, purpose).await?
            }
            Err(error) => return Err(error.into()),
        };
        // A release may have taken as long as a sign-in in the browser.
        self.inner.still(&live)?;
        favourite::note_use(&self.inner, secret).await;
        // Brings the event of the read into one's own history, or sends the journal.
        self.inner.hint_sync();
        Ok(opened)
    }

    /// Reads the offline copy, once the read is written down; it stands in the history from that moment on.
    async fn leased(&self, live: &Live, secret: SecretId, purpose: Purpose) -> Result<OpenedValue, Problem> {
        let receipt = live
            .cache
            .journal_read(secret, purpose)
            .await
            .map_err(|error| lease_problem(&error))?;
        let _shown = self.inner.read_journal(live).await.inspect_err(|error| {
            tracing::warn!(%error, "an offline read is not shown yet");
        });
        let recorded = Recorded::Journal(receipt.seq());
        let value = live
            .cache
            .open_leased(receipt)
            .await
            .map_err(|error| lease_problem(&error))?;
        Ok(OpenedValue { value, recorded })
    }
}

/// Whether the offline copy is what was asked for; a certain version may be another one.
fn serves(book: &Book, secret: SecretId, version: Option<u32>) -> bool {
    let kept = book.leases.get(&secret).map(|lease| lease.version);
    version.is_none_or(|version| kept == Some(u64::from(version)))
}

/// The rights hold offline too: a lease that use left does not let anybody look (rule 31).
fn may_read(book: &Book, secret: SecretId, purpose: Purpose) -> Result<(), Problem> {
    let right = match purpose {
        Purpose::Use | Purpose::Lease => Action::SecretUse,
        Purpose::Copy | Purpose::Reveal => Action::SecretReveal,
    };
    let scope = names::entry(book, secret)?.scope;
    if book.places.allows(scope, right) {
        Ok(())
    } else {
        Err(names::problem("forbidden", "You may not do this.", None))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::cases::testing::Sample;

    #[test]
    fn offline_too_use_only_is_use_only() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/dev");
        let may = |purpose| may_read(&sample.book, secret, purpose).map_err(|problem| problem.code);
        assert_eq!(may(Purpose::Use), Ok(()));
        assert_eq!(may(Purpose::Copy), Err("forbidden".to_owned()));
        assert_eq!(may(Purpose::Reveal), Err("forbidden".to_owned()));
    }

    #[test]
    fn only_text_is_copied() {
        for text in ["", "sk_live_51H8…", "two\nlines\0"] {
            let copied = copyable(SecretBytes::copy_from(text.as_bytes())).unwrap();
            assert_eq!(copied.expose(), text);
        }
        let error = copyable(SecretBytes::copy_from(&[0xff, 0])).unwrap_err();
        assert_eq!(error.code, "binaryNotCopied");
        assert!(error.remedy.unwrap().contains("Reveal"));
    }

    #[test]
    fn an_offline_copy_stands_in_for_its_own_version_only() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        assert!(!serves(&sample.book, secret, Some(1)));
        sample.lease(secret, 100);
        assert!(serves(&sample.book, secret, None) && serves(&sample.book, secret, Some(1)));
        assert!(!serves(&sample.book, secret, Some(2)));
    }
}
