//! How the credentials fare, for the pages of operators.

use uuid::Uuid;

use super::Gateway;

pub use crate::upstream::{Aside, Report, Standing, Why};

impl Gateway {
    /// What this process knows of a credential, or of a provider that needs none.
    pub fn health_of(&self, id: Uuid) -> Report {
        self.upstream().health().report(id)
    }
}
