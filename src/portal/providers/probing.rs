//! The button "Test connection": one cheap request to the vendor, with what came of it in words.

use super::change::path;
use crate::base::ids::ProviderId;
use crate::gateway::{Gateway, probe};
use crate::portal::look;
use crate::web::{Data, PageResult, Path, Visit, flash};

pub async fn create(gateway: Data<Gateway>, visit: Visit, id: Path<ProviderId>) -> PageResult {
    Ok(answer(&gateway, &visit, *id, "").await)
}

/// Tests, and goes to the vendor's page with the outcome; `before`: what was done before the test.
pub(super) async fn answer(
    gateway: &Gateway,
    visit: &Visit,
    id: ProviderId,
    before: &str,
) -> crate::web::HttpResponse {
    match probe::run(gateway, id, None).await {
        Ok(probe) => {
            let took = probe.took.as_millis();
            let count = look::count(probe.models.len(), "model");
            let text = format!("{before}The vendor answered in {took} ms with {count}.");
            flash(visit, &path(id), "good", &text)
        }
        Err(error) => {
            let start = if before.is_empty() { "The test failed" } else { "Saved, but the test failed" };
            let text = format!(
                "{start}: {} Check the address and the key, then test again.",
                look::spoken(error.message())
            );
            flash(visit, &path(id), "bad", &text)
        }
    }
}
