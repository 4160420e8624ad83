//! The root key as an item of the Secret Service, for a server that runs in somebody's session.

use claviger_crypto::secret::{Key256, SecretString};
use keyring_core::{Entry, Error, api::CredentialStoreApi};
use std::{collections::HashMap, fmt, thread, time::Duration};
use tokio::sync::oneshot;
use zbus_secret_service_keyring_store::Store;

const SERVICE: &str = "claviger-server";
const LABEL: &str = "Claviger server: root key";
/// How long a keyring may take, as long as it may ask somebody for a password.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest name.
const MAX_NAME: usize = 64;

/// Which item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringItem(String);

/// Why a keyring does not give the root key.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyringError {
    /// It is locked, and nobody unlocked it.
    #[error("the keyring is locked; unlock it for the server's user and start again")]
    Locked,
    /// It asks somebody, who does not answer.
    #[error(
        "the keyring did not answer within {} seconds; unlock it for the server's user, so that it asks nobody, and start again", .0.as_secs()
    )]
    NoAnswer(Duration),
    /// There is none.
    #[error("there is no keyring here: no Secret Service answers on the session bus of the server's user")]
    Absent(#[source] Error),
    /// The item holds something else.
    #[error("the keyring's item `{0}` is no root key; restore it from its backup")]
    Malformed(KeyringItem),
    /// A key is there, and is not overwritten.
    #[error("the keyring has a root key `{0}` already")]
    Taken(KeyringItem),
    /// Anything else.
    #[error("the keyring refused: {0}")]
    Failed(String),
}

impl KeyringItem {
    /// Letters, digits, `-`, `_` and `.`.
    pub fn parse(name: &str) -> Option<Self> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let named = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
        (named && name.len() <= MAX_NAME && name.bytes().all(good)).then(|| Self(name.to_owned()))
    }

    pub(super) async fn read(&self) -> Result<Option<Key256>, RootKeyringError> {
        let found = self
            .with(|entry| match entry.get_password() {
                Ok(text) => Ok(Some(SecretString::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        let key = found.map(|text| Key256::from_text(text.expose())).transpose();
        key.map_err(|_| RootKeyringError::Malformed(self.clone()))
    }

    pub(super) async fn create(&self, key: &Key256) -> Result<(), RootKeyringError> {
        if self.read().await?.is_some() {
            return Err(RootKeyringError::Taken(self.clone()));
        }
        let text = key.to_text();
        self.with(move |entry| entry.set_password(text.expose())).await
    }

    /// The library speaks D-Bus synchronously.
    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, RootKeyringError> {
        let user = self.0.clone();
        within(PATIENCE, move || {
            let store = Store::new()?;
            let modifiers = HashMap::from([("label", LABEL)]);
            act(&store.build(SERVICE, &user, Some(&modifiers))?)
        })
        .await
    }
}

/// Waits so long for work on a thread of its own. What takes longer goes on there, and holds up nobody: neither those who wait for
/// another answer, nor the end of the process.
async fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, RootKeyringError> {
    let (done, answer) = oneshot::channel();
    thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            // Whoever does not wait any more has said so.
            let _ = done.send(work());
        })
        .map_err(|error| RootKeyringError::Failed(error.to_string()))?;
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(done)) => done.map_err(classify),
        Ok(Err(_)) => Err(RootKeyringError::Failed("the library gave no answer".to_owned())),
        Err(_) => Err(RootKeyringError::NoAnswer(patience)),
    }
}

fn classify(error: Error) -> RootKeyringError {
    match error {
        Error::NoStorageAccess(_) => RootKeyringError::Locked,
        error @ Error::PlatformFailure(_) => RootKeyringError::Absent(error),
        // The library's own error may carry raw bytes, which it does not print.
        other => RootKeyringError::Failed(other.to_string()),
    }
}

impl fmt::Display for KeyringItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_keyring_that_never_answers_is_said_to_and_holds_up_no_end() {
        let (ended, wait) = mpsc::channel();
        let (never, asked) = mpsc::channel::<()>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let patience = Duration::from_millis(20);
            let answer = runtime.block_on(within(patience, move || {
                let _ = asked.recv();
                Ok(())
            }));
            // Waits for every thread that the runtime knows.
            drop(runtime);
            ended.send(answer.unwrap_err()).unwrap();
        });
        let error = wait.recv_timeout(Duration::from_secs(30)).unwrap();
        assert!(matches!(error, RootKeyringError::NoAnswer(_)), "{error}");
        drop(never);
    }

    #[tokio::test]
    async fn what_is_answered_in_time_counts() {
        let answer = within(PATIENCE, || Ok(7)).await;
        assert_eq!(answer.unwrap(), 7);
        let locked = within::<()>(PATIENCE, || Err(Error::NoStorageAccess("locked".into()))).await;
        assert!(matches!(locked, Err(RootKeyringError::Locked)));
        let broken = within::<()>(PATIENCE, || std::panic::resume_unwind(Box::new(()))).await;
        assert!(matches!(broken, Err(RootKeyringError::Failed(_))));
    }
}
