//! Background tasks: each is a function that does its work once, and a pace. Tests call the
//! function; the server repeats it.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::base::Result;

/// The tasks of a running server. `stop` ends them in order and waits.
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { stop: watch::channel(false).0, tasks: Vec::new() }
    }
}

impl Jobs {
    /// Repeats `work` with a pause of `pace` in between; a failure is logged and tried again.
    #[expect(clippy::disallowed_methods, reason = "background work is started here")]
    pub fn every<W, F>(&mut self, name: &'static str, pace: Duration, mut work: W)
    where
        W: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let mut stopped = self.stop.subscribe();
        self.tasks.push(tokio::spawn(async move {
            let mut failing = false;
            loop {
                match work().await {
                    Ok(()) => failing = false,
                    // Said once, not at each round, while the cause lasts.
                    Err(error) if !failing => {
                        failing = true;
                        tracing::warn!(job = name, %error, "a background task failed and will be tried again");
                    }
                    Err(_) => {}
                }
                tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => return,
                    () = tokio::time::sleep(pace) => {}
                }
            }
        }));
    }

    /// Lets each task finish its round, then ends it.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
