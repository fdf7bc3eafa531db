//! What a version needs before it can be published.

use crate::base::ids::{ApiId, ProviderId, VersionId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::catalogue::queries::{self, Budgeted};
use crate::domain::supply;
use crate::store::Db;
use crate::store::entity::{api_version, api_version_model};

/// One line of the check list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// As a sentence that says what must be so.
    pub label: String,
    pub done: bool,
    /// False: good to have, publishing works without.
    pub required: bool,
}

impl Check {
    pub fn blocks(&self) -> bool {
        self.required && !self.done
    }
}

/// The check list of a version, in the order to work it off.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn checks(db: &Db, actor: &Actor, id: VersionId) -> Result<Vec<Check>> {
    let (_, row) = queries::find_seen_version(db.read(), actor, id).await?;
    of_version(db.read(), &row, db.now()).await
}

pub(super) async fn of_version(
    on: &impl sea_orm::ConnectionTrait,
    version: &api_version::Model,
    now: Timestamp,
) -> Result<Vec<Check>> {
    let offered = queries::models_of(on, &[version.id]).await?;
    let [answered, priced] = of_models(on, version.api_id, &offered, now).await?;
    let has_plan = !queries::open_plans_of(on, &[version.api_id]).await?.is_empty();
    Ok(vec![
        line("It offers at least one model.", !offered.is_empty(), true),
        answered,
        line("The API has an open plan.", has_plan, true),
        line("It has documentation.", !version.docs.trim().is_empty(), false),
        priced,
    ])
}

/// What is asked of the models of a version: of all of them before it is published, then of each that is
/// added.
pub(super) async fn of_models(
    on: &impl sea_orm::ConnectionTrait,
    api: ApiId,
    offered: &[api_version_model::Model],
    now: Timestamp,
) -> Result<[Check; 2]> {
    let ids: Vec<_> = offered.iter().map(|row| row.model_id).collect();
    let views = supply::queries::model_views(on, Some(&ids), now).await?;
    let able = supply::queries::credentialed(on).await?;
    let unready = offered
        .iter()
        .find(|row| !views.iter().any(|view| view.model.id == row.model_id && callable(view, &able)));
    let unpriced: Vec<&str> = offered
        .iter()
        .filter(|row| views.iter().any(|view| view.model.id == row.model_id && !view.is_priced()))
        .map(|row| row.public_name.as_str())
        .collect();
    let plans = queries::open_plans_of(on, &[api]).await?;
    let refused = refused(&queries::budgeted(on, &plans).await?, &unpriced);
    let each = match unready {
        Some(row) => format!("`{}` has no vendor that can answer now.", row.public_name),
        None => "Each model has a vendor that can answer.".to_owned(),
    };
    Ok([
        line(&each, unready.is_none(), true),
        match refused {
            Some(text) => line(&text, false, true),
            None => line("Each model has a known price.", unpriced.is_empty(), false),
        },
    ])
}

/// What the first plan with a budget would refuse, as a sentence.
fn refused(budgeted: &[Budgeted], unpriced: &[&str]) -> Option<String> {
    budgeted.iter().find_map(|plan| {
        let names: Vec<String> =
            unpriced.iter().filter(|name| plan.allows(name)).map(|name| format!("`{name}`")).collect();
        let (have, them) = if names.len() == 1 { ("has", "it") } else { ("have", "them") };
        let text = || {
            let names = names.join(", ");
            format!(
                "{names} {have} no known price: the plan {} has a budget and would refuse {them}.",
                plan.name
            )
        };
        (!names.is_empty()).then(text)
    })
}

fn callable(view: &supply::ModelView, able: &[ProviderId]) -> bool {
    view.is_ready()
        && view.targets.iter().any(|target| {
            target.is_on()
                && (able.contains(&target.provider.id) || supply::needs_no_secret(&target.provider))
        })
}

fn line(label: &str, done: bool, required: bool) -> Check {
    Check { label: label.to_owned(), done, required }
}
