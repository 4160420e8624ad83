//! What needs only the device's key: the journal of offline reads, orders, acknowledgements (rules 25 and 26).
//!
//! The journal goes first, so that an order to destroy everything takes no unsent read with it.

use super::SyncError;
use crate::{
    account::Server,
    api::{Api, ApiError, Nothing, Request},
    session::CallError,
    state::{Gone, Inner, Live, book::Book},
    view::event::{ChangedArea, HostEvent, OrderExecuted},
};
use claviger_cache::{Cache, Executed, JournalTail, OrderError};
use claviger_crypto::to_server::{ToServer, seal_to_server};
use claviger_model::ids::DeviceId;
use claviger_protocol::{
    device::AcknowledgementsCall,
    journal::{JournalCall, JournalReply},
    order::{Order, OrdersCall, OrdersReply, Target},
    problem::Code,
    route,
    signed::{Signed, parse},
};
use std::sync::Arc;

/// Entries of one call; the server takes as many.
const ENTRIES: usize = 500;
/// Acknowledgements of one call.
const ACKNOWLEDGEMENTS: usize = 200;

/// Who speaks, with the device's key alone.
pub(super) struct Speaker<'a> {
    pub(super) server: &'a Arc<Server>,
    pub(super) device: DeviceId,
    pub(super) api: &'a Api,
    pub(super) cache: &'a Cache,
}

impl Inner {
    /// Sends the journal, obeys orders, acknowledges. True once an order to destroy everything was carried out and acknowledged: the
    /// caller closes and erases.
    ///
    /// # Errors
    /// When the server is not reached, or the cache fails; the next round goes on.
    pub(crate) async fn device_round(self: &Arc<Self>, live: &Arc<Live>) -> Result<bool, SyncError> {
        let _turn = live.device_turn.lock().await;
        let speaker = Speaker {
            server: &live.server,
            device: live.device,
            api: &live.api,
            cache: &live.cache,
        };
        let done = self
            .speak(&speaker, |order, executed| self.obeyed(live, order, executed))
            .await;
        // What was sent is said to be sent, also when something after it failed.
        let _shown = self.read_journal(live).await.inspect_err(|error| {
            tracing::debug!(%error, "what is left of the journal was not read");
        });
        if let Err(SyncError::Call(CallError::Api(error))) = &done
            && error.is_offline()
        {
            self.note_offline(live, crate::session::reason(error));
        }
        done
    }

    /// The same for an open or a closed vault. Where the reply to the last acknowledgement was lost, the server knows the device no
    /// more; what was carried out here is done all the same.
    pub(super) async fn speak(
        &self,
        speaker: &Speaker<'_>,
        obeyed: impl FnMut(Option<&Order>, &Executed),
    ) -> Result<bool, SyncError> {
        match self.spoken(speaker, obeyed).await {
            Err(SyncError::Call(error))
                if error.code() == Some(Code::DeviceEnded)
                    && speaker.cache.everything_destroyed().await? =>
            {
                Ok(true)
            }
            spoken => spoken,
        }
    }

    async fn spoken(
        &self,
        speaker: &Speaker<'_>,
        mut obeyed: impl FnMut(Option<&Order>, &Executed),
    ) -> Result<bool, SyncError> {
        let journal = self.send_journal(speaker).await;
        let journal = match journal {
            Err(SyncError::Call(error)) if error.code() == Some(Code::BadSeal) => {
                self.followed(speaker, error.into(), |now, then| now.sealing != then.sealing)
                    .await?;
                self.send_journal(speaker).await
            }
            journal => journal,
        };
        if let Err(SyncError::Call(error)) = &journal
            && error.is_offline()
        {
            return journal.map(|()| false);
        }
        if let Err(error) = journal {
            // The server keeps a record of what it doubts; orders must be obeyed all the same.
            tracing::warn!(%error, "the journal could not be sent");
        }
        acknowledge(speaker).await?;
        loop {
            let after = speaker.cache.last_order().await?;
            let request =
                Request::with(route::ORDERS, &[], &OrdersCall { after }).map_err(CallError::from)?;
            let OrdersReply { orders } = speaker.api.call(&request, None).await.map_err(CallError::from)?;
            if orders.is_empty() {
                break;
            }
            for signed in &orders {
                let executed = self.execute(speaker, signed).await?;
                obeyed(parse::<Order>(&signed.body.0).ok().as_ref(), &executed);
            }
            acknowledge(speaker).await?;
            if speaker.cache.last_order().await? <= after {
                return Err(SyncError::Order("it comes again and again"));
            }
        }
        Ok(speaker.cache.everything_destroyed().await?)
    }

    /// Carries an order out; where the server signs with another key by now, by that one.
    async fn execute(&self, speaker: &Speaker<'_>, signed: &Signed) -> Result<Executed, SyncError> {
        let server = self.newest_pin(speaker.server);
        match speaker.cache.execute(signed, &server.orders).await {
            Err(OrderError::NotAuthentic) => {}
            executed => return executed.map_err(refused),
        }
        let not_authentic = refused(OrderError::NotAuthentic);
        let now = self
            .followed(speaker, not_authentic, |now, then| now.orders != then.orders)
            .await?;
        speaker.cache.execute(signed, &now.orders).await.map_err(refused)
    }

    /// The server with the other keys that it has now.
    ///
    /// # Errors
    /// What was to be said without them, where they are the same; that nothing vouches for them.
    async fn followed(
        &self,
        speaker: &Speaker<'_>,
        otherwise: SyncError,
        other: impl Fn(&Server, &Server) -> bool,
    ) -> Result<Arc<Server>, SyncError> {
        let then = self.newest_pin(speaker.server);
        let (now, _) = self.check_server(&then).await?;
        if other(&now, &then) {
            Ok(now)
        } else {
            Err(otherwise)
        }
    }

    async fn send_journal(&self, speaker: &Speaker<'_>) -> Result<(), SyncError> {
        let server = self.newest_pin(speaker.server);
        while let Some(JournalTail { first, entries }) = speaker.cache.unsent().await? {
            let some: Vec<Signed> = entries.into_iter().take(ENTRIES).collect();
            let last = first
                .saturating_add(u64::try_from(some.len()).unwrap_or(0))
                .saturating_sub(1);
            let plain =
                serde_json::to_vec(&some).map_err(|_| SyncError::Order("the journal cannot be written"))?;
            let binding = ToServer::Journal {
                organization: speaker.server.organization,
                device: speaker.device,
                seq: first,
            };
            let sealed = seal_to_server(&server.sealing, &binding, &plain, &*self.parts.entropy)
                .ok()
                .and_then(|sealed| super::seal::split(&sealed))
                .ok_or(SyncError::Order("the journal cannot be sealed"))?;
            let request = Request::with(route::JOURNAL, &[], &JournalCall { sealed, first });
            let reply: JournalReply = speaker
                .api
                .call(&request.map_err(CallError::from)?, None)
                .await
                .map_err(CallError::from)?;
            speaker.cache.mark_sent(reply.seq.min(last)).await?;
            if reply.seq < last {
                return Err(SyncError::Order("the server does not take the journal"));
            }
        }
        Ok(())
    }

    /// Shows what an order took, at once.
    fn obeyed(&self, live: &Live, order: Option<&Order>, executed: &Executed) {
        // A purge makes the server encapsulate anew (rule 28).
        live.drop_receiver();
        let scope = order
            .map(|order| place_of(&live.book(), order))
            .unwrap_or_default();
        live.note_gone(executed.names.iter().copied(), why_gone(order));
        live.change_book(|book| {
            if executed.everything {
                *book = Book::default();
                return;
            }
            for secret in &executed.names {
                book.remove(*secret);
            }
            let leases = Arc::make_mut(&mut book.leases);
            leases.retain(|secret, _| !executed.leases.contains(secret));
        });
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.board.tell(HostEvent::OrderExecuted(OrderExecuted {
            scope,
            secrets: count(executed.names.len()),
            values: count(executed.leases.len()),
            at: self.now().millis(),
        }));
        let areas = [ChangedArea::Places, ChangedArea::Secrets, ChangedArea::Devices];
        self.board.changed(&areas, &executed.names);
    }
}

/// An order about scopes follows the end of an access; one about a single secret may follow its deletion too.
fn why_gone(order: Option<&Order>) -> Gone {
    let scopes = |target: &Target| matches!(target, Target::Scope { .. } | Target::Everything);
    match order {
        Some(order) if order.targets.iter().all(scopes) => Gone::AccessEnded,
        _ => Gone::Removed,
    }
}

async fn acknowledge(speaker: &Speaker<'_>) -> Result<(), SyncError> {
    loop {
        let mut pending = speaker.cache.acknowledgements().await?;
        pending.truncate(ACKNOWLEDGEMENTS);
        if pending.is_empty() {
            return Ok(());
        }
        let (orders, acknowledgements) = pending
            .into_iter()
            .map(|one| (one.order, one.acknowledgement))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let request = Request::with(
            route::ACKNOWLEDGE,
            &[],
            &AcknowledgementsCall { acknowledgements },
        );
        let told = speaker
            .api
            .call::<Nothing>(&request.map_err(CallError::from)?, None)
            .await;
        match told {
            Ok(_) => {}
            // The device is a copy to the server: it gave the order to destroy everything, which comes next.
            Err(ApiError::Refused(problem)) if problem.code == Code::CacheRolledBack => return Ok(()),
            Err(error) => return Err(CallError::from(error).into()),
        }
        speaker.cache.acknowledged(&orders).await?;
    }
}

/// The path that an order is about; empty where there is no single one.
fn place_of(book: &Book, order: &Order) -> String {
    match order.targets.as_slice() {
        [Target::Scope { scope, .. }] => book.places.path(*scope).to_owned(),
        [Target::Secret { secret, .. }] => book
            .secrets
            .get(secret)
            .map(|secret| book.places.path(secret.scope).to_owned())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn refused(error: OrderError) -> SyncError {
    match error {
        OrderError::NotAuthentic => SyncError::Order("it is not signed by this server"),
        OrderError::NotForUs => SyncError::Order("it is for another device"),
        OrderError::Gap(_) => SyncError::Order("orders before it are missing"),
        OrderError::Sign => SyncError::Order("its acknowledgement could not be signed"),
        OrderError::Cache(error) => SyncError::Cache(error),
    }
}
