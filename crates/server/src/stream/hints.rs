//! Where hints for connected devices go within this process.

use claviger_model::ids::{DeviceId, PrincipalId, SessionId};
use claviger_protocol::stream::Hint;
use tokio::sync::broadcast;

/// How many hints may wait for one slow connection before it is told to sync.
const CAPACITY: usize = 1_024;

/// Whom a hint is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who is connected.
    Everyone,
    /// All devices of a person.
    Person(PrincipalId),
    /// One device.
    Device(DeviceId),
}

/// What travels inside the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// For the device.
    Hint(Audience, Hint),
    /// The session is over: its stream closes.
    SessionEnded(SessionId),
    /// Something happened to the person elsewhere: their streams look whether their session still stands.
    LookAfter(PrincipalId),
    /// The server stops: all streams close.
    Stopping,
}

/// Hands hints to the streams of this process. Sending never waits and never fails: nobody may be connected.
#[derive(Debug, Clone)]
pub struct Hints(broadcast::Sender<Sent>);

impl Hints {
    /// Makes the channel.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    /// Hints at something.
    pub fn hint(&self, audience: Audience, hint: Hint) {
        self.send(Sent::Hint(audience, hint));
    }

    /// Closes the stream of a session that was ended.
    pub fn end_session(&self, session: SessionId) {
        self.send(Sent::SessionEnded(session));
    }

    /// Lets the streams of a person look whether their session still stands.
    pub fn look_after(&self, person: PrincipalId) {
        self.send(Sent::LookAfter(person));
    }

    /// Closes all streams, since the server stops.
    pub fn stop(&self) {
        self.send(Sent::Stopping);
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Sent> {
        self.0.subscribe()
    }

    fn send(&self, sent: Sent) {
        // An error means that nobody listens, which is fine.
        let _ = self.0.send(sent);
    }
}

impl Default for Hints {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast::error::TryRecvError;

    #[test]
    fn whoever_is_slow_loses_hints_and_is_told_so() {
        let hints = Hints::new();
        let mut slow = hints.listen();
        for _ in 0..10 * CAPACITY {
            hints.hint(Audience::Everyone, Hint::Sync);
        }
        assert_eq!(hints.0.len(), CAPACITY);
        assert!(matches!(slow.try_recv(), Err(TryRecvError::Lagged(_))));
    }
}
