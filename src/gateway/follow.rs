//! Keeps the directory in step with what is written, on this node and on others.

use sea_orm_migration::async_trait;

use crate::base::Result;
use crate::domain::gate::{Listener, Noted};

use super::Gateway;

/// Hears of each change after its commit and before the writer's answer.
pub struct Follow(pub Gateway);

#[async_trait::async_trait]
impl Listener for Follow {
    async fn apply(&self, noted: &[Noted]) {
        for credential in self.0.directory().apply(noted).await {
            self.0.upstream().health().forget(credential.0);
        }
    }
}

impl Gateway {
    /// Reads the change feed once: to be called each half second in place of `Db::poll_changes`. While
    /// it succeeds, what is cached is known to be true.
    ///
    /// # Errors
    /// The database's own: cached callers stay good for their time.
    pub async fn follow(&self) -> Result<()> {
        self.limits().sweep_sometimes();
        self.directory().follow().await
    }
}
