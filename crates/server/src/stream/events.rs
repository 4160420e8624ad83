//! `GET /v1/stream`: server-sent events, bound to the session and to the life of the access token.

use super::{Audience, Sent};
use crate::{app::Shared, caller::Caller, caller::standing::stands, http::Refusal};
use axum::{
    extract::State,
    response::sse::{Event, Sse},
};
use claviger_protocol::stream::Hint;
use futures_util::{Stream, stream};
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, MissedTickBehavior},
};

/// How often a quiet stream is looked after: the session read again, a comment sent against idle timeouts.
const LOOK_AFTER: Duration = Duration::from_secs(15);

/// Opens the stream; its first hint tells the device to catch up on what it missed.
pub async fn stream(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    // Listening begins before the first hint is sent, so that nothing falls between.
    let sent = app.hints.listen();
    let left = caller.token_ends_at.since(app.clock.now());
    let mut look_after = tokio::time::interval_at(Instant::now() + LOOK_AFTER, LOOK_AFTER);
    look_after.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listening = Listening {
        app,
        caller,
        sent,
        look_after,
        ends: Instant::now() + left,
        first: true,
    };
    Ok(Sse::new(stream::unfold(listening, Listening::next)))
}

struct Listening {
    app: Shared,
    caller: Caller,
    sent: Receiver<Sent>,
    look_after: tokio::time::Interval,
    ends: Instant,
    first: bool,
}

impl Listening {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if std::mem::take(&mut self.first) {
            return Some((Ok(event(Hint::Sync)), self));
        }
        loop {
            let event = tokio::select! {
                biased;
                () = tokio::time::sleep_until(self.ends) => return None,
                sent = self.sent.recv() => match sent {
                    Ok(Sent::Stopping) | Err(RecvError::Closed) => return None,
                    Ok(Sent::SessionEnded(session)) if session == self.caller.session => return None,
                    Ok(Sent::SessionEnded(_)) => continue,
                    Ok(Sent::LookAfter(person)) if person == self.caller.principal => {
                        if !self.stands().await {
                            return None;
                        }
                        continue;
                    }
                    Ok(Sent::LookAfter(_)) => continue,
                    Ok(Sent::Hint(audience, hint)) if self.concerns(&audience) => event(hint),
                    Ok(Sent::Hint(..)) => continue,
                    // Too slow to hear everything: one call to sync catches up on all of it.
                    Err(RecvError::Lagged(_)) => event(Hint::Sync),
                },
                _ = self.look_after.tick() => {
                    if !self.stands().await {
                        return None;
                    }
                    Event::default().comment("")
                }
            };
            // The clock that counts may run otherwise than the timer above.
            if self.caller.token_ends_at <= self.app.clock.now() {
                return None;
            }
            return Some((Ok(event), self));
        }
    }

    fn concerns(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Person(person) => *person == self.caller.principal,
            Audience::Device(device) => *device == self.caller.device,
        }
    }

    /// Another process may have ended the session; when that cannot be found out, the stream stays.
    async fn stands(&self) -> bool {
        let read = async {
            let mut reader = self.app.store.reader().await?;
            reader.session_contexts(&[self.caller.session]).await
        };
        match read.await {
            Ok(contexts) => contexts
                .first()
                .is_some_and(|context| stands(context, self.app.clock.now()).is_ok()),
            Err(_) => true,
        }
    }
}

fn event(hint: Hint) -> Event {
    // A client drops an event without data; what it says stands in the name.
    Event::default().event(hint.as_str()).data(hint.as_str())
}
