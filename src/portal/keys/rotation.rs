//! `/keys/{id}/rotation`: a new secret, and how long the older one works on.

use askama::Template;
use serde::Deserialize;

use super::meter::{self, Meter};
use super::secret::{self, Story};
use crate::base::Code;
use crate::base::ids::{KeyId, KeySecretId};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyView, Overlap, Rotate, Why};
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::portal::back::{answer, back};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "keys/rotation.html")]
struct RotationPage {
    frame: Frame,
    view: KeyView,
    overlaps: Vec<Choice>,
    overlap: &'static str,
    /// The newest secret, so that two who rotate at once do not undo each other.
    expected: String,
    errors: FieldErrors,
    can_manage: bool,
    meter: Meter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    #[serde(default)]
    overlap: String,
    expected: Option<KeySecretId>,
    leaked: Option<String>,
}

pub async fn show(
    db: Data<Db>,
    ledger: Data<Ledger>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
) -> PageResult {
    let view = keys::get_visible(&db, &actor, *id).await?;
    let newest = view.secrets.iter().find(|secret| secret.ends_at.is_none());
    shell::html(&RotationPage {
        frame: shell::frame(&db, &visit).await?,
        overlaps: Overlap::ALL.iter().map(|overlap| Choice::new(overlap.word(), overlap.label())).collect(),
        overlap: Overlap::Day.word(),
        expected: newest.map(|secret| secret.id.to_string()).unwrap_or_default(),
        errors: FieldErrors::default(),
        can_manage: keys::may_manage(&actor, &view.row),
        meter: meter::read(&db, &ledger, &actor, &view).await?,
        view,
    })
}

pub async fn create(
    db: Data<Db>,
    gateway: Data<Gateway>,
    once: Data<ShownOnce>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
    form: Form<RotationForm>,
) -> PageResult {
    let overlap = match form.overlap.as_str() {
        "" => Overlap::Day,
        word => Overlap::parse(word)
            .ok_or_else(|| Code::FieldInvalid.saying("Choose one of the overlaps.").on("overlap"))?,
    };
    let why = if form.leaked.is_some() { Why::Leaked } else { Why::Planned };
    let how = Rotate { overlap, why, expected: form.expected };
    let issued = match keys::rotate(&db, &actor, *id, how).await {
        Ok(issued) => issued,
        Err(error) => return back(&visit, &format!("/keys/{id}"), error),
    };
    secret::page(&db, &once, &gateway, &visit, &actor, issued, Story::Rotated).await
}

pub async fn end(db: Data<Db>, visit: Visit, actor: Actor, id: Path<KeyId>) -> PageResult {
    let done = keys::end_overlap(&db, &actor, *id).await;
    answer(&visit, &format!("/keys/{id}"), "Only the newest secret works now.", done)
}
