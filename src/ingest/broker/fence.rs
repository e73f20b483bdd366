//! The proof that a slot is still ours, asked for before every connection.

use tokio::sync::{mpsc, oneshot};

/// Asks the holder of the locks.
#[derive(Clone, Debug)]
pub(super) enum Fence {
    /// One server, one database file: nobody else could have it.
    Open,
    /// Replicas share the slots: the database is asked.
    Guarded(mpsc::UnboundedSender<oneshot::Sender<()>>),
}

impl Fence {
    /// Returns once the locks were seen to be held after this call. When they are lost this never returns: the task that waits here
    /// is ended by whoever held them.
    pub(super) async fn still_ours(&self) {
        let Self::Guarded(questions) = self else { return };
        let (answer, answered) = oneshot::channel();
        if questions.send(answer).is_ok() && answered.await.is_ok() {
            return;
        }
        std::future::pending::<()>().await;
    }
}
