//! The thread that the sequencer has for itself: each statement of a transaction is a round trip to the database, and a
//! task among the calls of everybody would wait its turn after each of them, with the lock held.

use std::{future::pending, io, thread};
use tokio::{runtime, sync::oneshot};

/// The running thread. Dropping it lets it run until its work is over.
pub struct Running(oneshot::Sender<()>);

impl Running {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives none.
    pub(super) fn start(work: impl Future<Output = ()> + Send + 'static) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let until_stopped = async {
            tokio::select! {
                () = work => {}
                () = told(stopped) => {}
            }
        };
        thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || runtime.block_on(until_stopped))?;
        Ok(Self(stop))
    }

    /// Ends the thread, whatever it waits for.
    pub fn stop(self) {
        // Refused where it has ended already.
        let _ = self.0.send(());
    }
}

async fn told(stopped: oneshot::Receiver<()>) {
    if stopped.await.is_err() {
        pending::<()>().await;
    }
}
