//! Threads apart for those who wait at a screen: the API and the live stream do not queue behind the tasks of thousands of gateways.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// Enough for requests that wait for the database most of the time, and few enough that gateways keep theirs.
const THREADS: usize = 2;

/// The threads. They must outlive the store: connections to the database that were opened on them are served by them.
#[derive(Debug)]
pub struct Apart(Option<Runtime>);

impl Apart {
    /// Starts them.
    ///
    /// # Errors
    /// When the machine gives no more threads.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).thread_name("people").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Where to spawn what shall run there.
    pub fn handle(&self) -> Handle {
        self.0.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // A runtime that is merely dropped waits for its threads, which is not allowed within another.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
