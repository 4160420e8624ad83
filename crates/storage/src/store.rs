//! The store: readers outside the lock, and the one transaction under it.

use crate::{
    Result,
    approvals::{ApprovalReads, ApprovalWrites},
    changes::{ChangeReads, ChangeWrites},
    config::{Database, StoreConfig},
    connected::{ConnectedReads, ConnectedWrites},
    deeds::{DeedReads, Deeds},
    emergency::{EmergencyReads, EmergencyWrites},
    failures::{FailureReads, FailureWrites},
    files::{FileReads, FileWrites},
    grants::{GrantReads, GrantWrites},
    guardrails::{GuardrailReads, GuardrailWrites},
    holdings::{HoldingReads, HoldingWrites},
    journal::{JournalReads, JournalWrites},
    leaving::{LeavingReads, LeavingWrites},
    log::{Appended, Draft, Head, LogReads, LogWrites, SignCheckpoint},
    notices::{NoticeDesk, NoticeReads},
    offboarding::{CaseReads, CaseStepReads, CaseWrites, RotationReads},
    orders::{OrderReads, OrderWrites},
    organization::{OrganizationReads, OrganizationWrites},
    principals::{PrincipalReads, PrincipalWrites},
    proposals::{ProposalReads, ProposalWrites},
    reach::ReachReads,
    releases::{BatchAsks, BatchReads, Release, ReleaseReads, ReleaseWrites},
    requests::{RequestReads, RequestWrites},
    scim::{ScimReads, ScimWrites},
    scopes::{ScopeReads, ScopeWrites},
    secrets::{SecretReads, SecretWrites},
    services::{ServiceReads, ServiceWrites},
    sessions::{SessionReads, SessionWrites},
    sign_in::{Challenge, ProofUse, SignInReads, SignInWrites},
    usage::{Tally, UsageReads},
    versions::{VersionReads, VersionWrites},
    webhooks::{WebhookReads, WebhookWrites},
};
use claviger_model::time::Timestamp;
use std::sync::Arc;

/// Every read. Pass `&mut dyn Reader`; a [`Locked`] upcasts to it.
pub trait Reader:
    OrganizationReads
    + PrincipalReads
    + SessionReads
    + SignInReads
    + ScopeReads
    + GrantReads
    + SecretReads
    + VersionReads
    + LogReads
    + ReleaseReads
    + RequestReads
    + ApprovalReads
    + OrderReads
    + JournalReads
    + ChangeReads
    + FailureReads
    + ReachReads
    + UsageReads
    + ProposalReads
    + ServiceReads
    + EmergencyReads
    + NoticeReads
    + WebhookReads
    + DeedReads
    + GuardrailReads
    + FileReads
    + HoldingReads
    + LeavingReads
    + CaseReads
    + CaseStepReads
    + RotationReads
    + ConnectedReads
    + ScimReads
    + Send
{
}

/// The transaction that holds the head of the log (rule 9): decide, change, append and commit in it.
///
/// Nothing is kept unless [`Locked::commit`] returns `Ok`; dropping it rolls back. After an error of any call the transaction is
/// over (PostgreSQL refuses the rest of it): drop it, and record a refusal in a new one. While it lives, every other `locked()` on the
/// same database waits, on every replica: keep it short, and never wait for the network or a person inside.
#[async_trait::async_trait]
pub trait Locked:
    Reader
    + OrganizationWrites
    + PrincipalWrites
    + SessionWrites
    + SignInWrites
    + ScopeWrites
    + GrantWrites
    + GuardrailWrites
    + SecretWrites
    + VersionWrites
    + LogWrites
    + ReleaseWrites
    + RequestWrites
    + ApprovalWrites
    + OrderWrites
    + JournalWrites
    + ChangeWrites
    + FailureWrites
    + ProposalWrites
    + ServiceWrites
    + EmergencyWrites
    + WebhookWrites
    + FileWrites
    + HoldingWrites
    + LeavingWrites
    + CaseWrites
    + ConnectedWrites
    + ScimWrites
{
    /// The head as it stands in this transaction; `epoch` is the one at its start (see [`Locked::epoch`]).
    fn head(&self) -> &Head;

    /// The time that counts in this transaction: read by the locking statement, never before the last event.
    fn now(&self) -> Timestamp;

    /// The epoch as it is now, this transaction's own changes included (rule 10).
    async fn epoch(&mut self) -> Result<u64>;

    /// Appends events in the given order and signs one checkpoint over all of them.
    ///
    /// Log indexes and the subjects' sequence numbers are assigned here; each draft's `seal` then makes the leaf's final bytes.
    /// One statement a table, whatever the number of drafts. Call it once a transaction where possible: each call signs.
    ///
    /// # Errors
    /// When a leaf or the checkpoint cannot be made, or the database fails.
    async fn append(&mut self, drafts: Vec<Draft>, sign: &dyn SignCheckpoint) -> Result<Appended>;

    /// Reads what a batch of releases is decided on, in as few round trips as the driver takes.
    ///
    /// # Errors
    /// When the database fails.
    async fn read_for_releases(&mut self, asks: BatchAsks<'_>) -> Result<BatchReads>;

    /// The same as [`Locked::append`] with the values that the events release and the proofs that are used for them, none of
    /// which may have been used before; all of it in as few round trips as the driver takes.
    ///
    /// # Errors
    /// As [`Locked::append`], and when a proof was used before.
    async fn append_releases(
        &mut self,
        drafts: Vec<Draft>,
        releases: &[Release],
        proofs: &[ProofUse],
        sign: &dyn SignCheckpoint,
    ) -> Result<Appended>;

    /// Writes the head and commits durably.
    ///
    /// # Errors
    /// [`crate::StorageError::Unconfirmed`] when the connection broke meanwhile: then only asking again tells.
    async fn commit(self: Box<Self>) -> Result<()>;
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<dyn Driver>);

/// What a driver does for [`Store`].
#[async_trait::async_trait]
pub(crate) trait Driver: Send + Sync {
    async fn migrate(&self) -> Result<()>;
    async fn check(&self) -> Result<()>;
    async fn grant_rights(&self, role: &str) -> Result<()>;
    async fn may_rewrite_log(&self) -> Result<bool>;
    async fn reader(&self) -> Result<Box<dyn Reader>>;
    async fn snapshot(&self) -> Result<Box<dyn Reader>>;
    async fn locked(&self) -> Result<Box<dyn Locked>>;
    async fn put_challenge(&self, challenge: &Challenge) -> Result<()>;
    async fn sweep(&self, now: Timestamp) -> Result<u64>;
    async fn roll_usage(&self, tally: &Tally) -> Result<bool>;
    async fn notice_desk(&self) -> Result<Box<dyn NoticeDesk>>;
    async fn roll_deeds(&self, deeds: &Deeds) -> Result<bool>;
    async fn close(&self);
}

impl Store {
    /// Opens the database. Creates a missing SQLite file, but no tables: that is [`Store::migrate`].
    ///
    /// # Errors
    /// When it cannot be reached, opened or locked, or is newer than this program.
    pub async fn open(config: StoreConfig) -> Result<Self> {
        let driver = match &config.database {
            Database::Sqlite(path) => crate::sqlite::open(path, &config).await?,
            Database::Postgres(url) => crate::postgres::open(url, &config).await?,
        };
        Ok(Self(driver))
    }

    /// Brings the tables to this program's version; does nothing when they are there.
    ///
    /// # Errors
    /// When the database is newer than this program, or its role may not change tables.
    pub async fn migrate(&self) -> Result<()> {
        self.0.migrate().await
    }

    /// Checks that the database answers and has exactly this program's version.
    ///
    /// # Errors
    /// Says which of these is wrong.
    pub async fn check(&self) -> Result<()> {
        self.0.check().await
    }

    /// Gives a PostgreSQL role what a server needs and no more, so that it need not run as the owner of the tables (rule 12).
    ///
    /// # Errors
    /// When the role does not exist, this one may not give rights, or on SQLite, which knows no roles.
    pub async fn grant_rights(&self, role: &str) -> Result<()> {
        self.0.grant_rights(role).await
    }

    /// Whether the role that this runs as could change or delete what stands in the log (rule 12). False on SQLite, which knows
    /// no roles: there triggers alone keep its log append-only.
    ///
    /// # Errors
    /// When the database fails, or holds no tables yet.
    pub async fn may_rewrite_log(&self) -> Result<bool> {
        self.0.may_rewrite_log().await
    }

    /// Reads outside the lock; each call sees the newest committed state.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn reader(&self) -> Result<Box<dyn Reader>> {
        self.0.reader().await
    }

    /// Reads outside the lock; all calls see one and the same committed state.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn snapshot(&self) -> Result<Box<dyn Reader>> {
        self.0.snapshot().await
    }

    /// Takes the lock (rule 9) and waits for it where necessary.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn locked(&self) -> Result<Box<dyn Locked>> {
        self.0.locked().await
    }

    /// Stores a sign-in challenge outside the lock, since anyone may ask for one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_challenge(&self, challenge: &Challenge) -> Result<()> {
        self.0.put_challenge(challenge).await
    }

    /// Deletes expired challenges, used proofs and used ID tokens, outside the lock; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64> {
        self.0.sweep(now).await
    }

    /// Adds what was counted to the tables of usage, outside the lock; false when another process was first, and nothing is added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn roll_usage(&self, tally: &Tally) -> Result<bool> {
        self.0.roll_usage(tally).await
    }

    /// Begins a transaction over notices and their deliveries, outside the lock; nothing of it is kept unless it is committed.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn notice_desk(&self) -> Result<Box<dyn NoticeDesk>> {
        self.0.notice_desk().await
    }

    /// The same for what was done by kind.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn roll_deeds(&self, deeds: &Deeds) -> Result<bool> {
        self.0.roll_deeds(deeds).await
    }

    /// Closes all connections after their present work; a SQLite file is free for another server then.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
