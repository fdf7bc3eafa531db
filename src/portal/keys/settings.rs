//! `/keys/{id}/settings`: the name of a key and what it may be used for.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::{ApiId, KeyId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, Edit, KeyView};
use crate::domain::subscriptions;
use crate::portal::frame::Frame;
use crate::portal::limit_fields::{LimitFields, dollars};
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Scope;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

/// The scopes that have endpoints here.
const OFFERED: [Scope; 3] = [Scope::Chat, Scope::Embeddings, Scope::Models];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsForm {
    seen: Seen,
    name: String,
    scopes: Vec<String>,
    apis: Vec<String>,
    ips: String,
    requests_per_minute: String,
    tokens_per_minute: String,
    concurrent_calls: String,
    usd_per_month: String,
}

impl SettingsForm {
    fn limits(&self) -> LimitFields<'_> {
        LimitFields {
            requests_per_minute: &self.requests_per_minute,
            tokens_per_minute: &self.tokens_per_minute,
            concurrent_calls: &self.concurrent_calls,
            usd_per_month: &self.usd_per_month,
        }
    }
}

#[derive(Template)]
#[template(path = "keys/settings.html")]
struct SettingsPage {
    frame: Frame,
    view: KeyView,
    values: SettingsForm,
    scopes: Vec<Choice>,
    apis: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, id: Path<KeyId>) -> PageResult {
    let seen = Seen::now(&db).await?;
    let view = managed(&db, &actor, *id).await?;
    let words = |ids: Vec<ApiId>| ids.iter().map(ToString::to_string).collect();
    let networks: Vec<String> = keys::networks(&view.row).iter().map(ToString::to_string).collect();
    let limits = keys::limits_of(&db, &actor, *id).await?;
    let text = |amount: Option<i64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let values = SettingsForm {
        seen,
        name: view.row.name.clone(),
        scopes: keys::scopes(&view.row).iter().map(|scope| scope.word().to_owned()).collect(),
        apis: keys::api_ids(&view.row).map(words).unwrap_or_default(),
        ips: networks.join("\n"),
        requests_per_minute: text(limits.requests_per_minute),
        tokens_per_minute: text(limits.tokens_per_minute),
        concurrent_calls: text(limits.concurrent_calls),
        usd_per_month: limits.usd_per_month.map(dollars).unwrap_or_default(),
    };
    shell::html(&filled(&db, &visit, &actor, view, values, FieldErrors::default()).await?)
}

pub async fn change(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
    form: Form<SettingsForm>,
) -> PageResult {
    let mut values = form.into_inner();
    let view = managed(&db, &actor, *id).await?;
    let edit = match check(&values) {
        Ok(edit) => edit,
        Err(errors) => return shell::html_422(&filled(&db, &visit, &actor, view, values, errors).await?),
    };
    let renamed = (values.name.trim() != view.row.name).then(|| values.name.clone());
    match keys::edit(&db, &values.seen.by(&actor), *id, Edit { name: renamed, ..edit }).await {
        Ok(()) => Ok(flash(&visit, &format!("/keys/{id}"), "good", "Saved. The next call follows it.")),
        Err(error) => {
            let errors = FieldErrors::from_error(values.seen.told(&db, error).await?)?;
            shell::html_422(&filled(&db, &visit, &actor, view, values, errors).await?)
        }
    }
}

async fn managed(db: &Db, actor: &Actor, id: KeyId) -> Result<KeyView> {
    let view = keys::get_visible(db, actor, id).await?;
    if keys::may_manage(actor, &view.row) { Ok(view) } else { Err(Code::NotPermitted.with(id)) }
}

fn check(values: &SettingsForm) -> std::result::Result<Edit, FieldErrors> {
    let mut errors = FieldErrors::default();
    let scopes: Option<Vec<Scope>> = values.scopes.iter().map(|word| Scope::parse(word)).collect();
    let mut scopes = scopes.filter(|scopes| !scopes.is_empty()).unwrap_or_else(|| {
        errors.add("scopes", "Choose at least one of these.");
        Vec::new()
    });
    if OFFERED.iter().all(|offered| scopes.contains(offered)) {
        // All that there are: also those that come later.
        scopes = Scope::ALL.to_vec();
    }
    let ids: Option<Vec<ApiId>> = values.apis.iter().map(|id| id.parse().ok()).collect();
    let ids = ids.unwrap_or_else(|| {
        errors.add("apis", "Choose APIs of the list.");
        Vec::new()
    });
    let ips = keys::check_ips(&values.ips).unwrap_or_else(|error| {
        errors.add("ips", error.message());
        Vec::new()
    });
    let limits = values.limits().check(&mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let api_ids = Some(Some(ids).filter(|ids| !ids.is_empty()));
    Ok(Edit { name: None, scopes: Some(scopes), api_ids, ips: Some(ips), limits: Some(limits) })
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    view: KeyView,
    values: SettingsForm,
    errors: FieldErrors,
) -> Result<SettingsPage> {
    let subscribed = subscriptions::list_of_app(db, actor, view.row.app_id).await?;
    let mut apis: Vec<Choice> = Vec::new();
    for one in subscribed {
        let id = one.row.api_id.to_string();
        let bound = values.apis.contains(&id);
        if (subscriptions::is_live(one.row.state) || bound) && apis.iter().all(|choice| choice.value != id) {
            apis.push(Choice::new(id, one.api));
        }
    }
    Ok(SettingsPage {
        frame: shell::frame(db, visit).await?,
        scopes: OFFERED.iter().map(|scope| Choice::new(scope.word(), scope.label())).collect(),
        apis,
        view,
        values,
        errors,
    })
}
