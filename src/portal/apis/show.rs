//! `/manage/apis/{id}`: versions, models, documentation, plans and states of an API on one page.

use askama::Template;
use serde::Deserialize;

use super::removal::Loss;
use crate::base::Code;
use crate::base::ids::ApiId;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, Check, ManagedApi, VersionView};
use crate::domain::permit;
use crate::domain::plans::{self, PlanView};
use crate::domain::supply;
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::markdown::Markdown;
use crate::portal::meanwhile::Seen;
use crate::portal::models::choice;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{VersionState, Visibility};
use crate::web::{Data, FieldErrors, PageResult, Path, Query, Visit};

#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    /// The name of a version; the newest when it is left out.
    version: Option<String>,
}

/// A line of the model list: a public name and the model behind it.
#[derive(Clone, Debug)]
pub struct Line {
    pub public_name: String,
    pub model: String,
    /// Tells the fields of one line from those of another.
    pub at: String,
}

/// The model list as somebody typed it, and why it is not saved yet.
#[derive(Default)]
pub struct Typed {
    pub seen: Seen,
    pub lines: Vec<Line>,
    /// Models ticked to be added.
    pub added: Vec<String>,
    pub errors: FieldErrors,
    /// What breaks when it is saved; to be confirmed first.
    pub losses: Vec<Loss>,
}

#[derive(Template)]
#[template(path = "apis/show.html")]
struct EditorPage {
    frame: Frame,
    managed: ManagedApi,
    shown: Option<VersionView>,
    checks: Vec<Check>,
    lines: Vec<Line>,
    /// All models, and none.
    models: Vec<Choice>,
    /// Those the version does not offer yet.
    missing: Vec<Choice>,
    added: Vec<String>,
    losses: Vec<Loss>,
    plans: Vec<PlanView>,
    /// Versions that the next one can start from.
    sources: Vec<Choice>,
    next_name: String,
    /// False: the page has no form, and says who makes changes.
    can_manage: bool,
    /// Those of the team that owns it, for somebody who only looks.
    owners: Vec<String>,
    /// Of the form of the models, and of any other.
    models_seen: Seen,
    seen: Seen,
    /// The documentation as its readers see it, for those who do not write it.
    docs: Markdown,
    /// The list of calls shows those of other people too.
    sees_calls: bool,
    none: FieldErrors,
    errors: FieldErrors,
    /// The form of a new version or of the documentation, when it came back.
    returned: Returned,
}

/// What every page of the editor is made from.
#[derive(Clone, Copy)]
pub struct Desk<'d> {
    pub db: &'d Db,
    pub gateway: &'d Gateway,
    pub actor: &'d Actor,
    pub visit: &'d Visit,
}

pub async fn show(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ApiId>,
    chosen: Query<Chosen>,
) -> PageResult {
    let desk = Desk { db: &db, gateway: &gateway, actor: &actor, visit: &visit };
    shell::html(&page(desk, *id, chosen.version.as_deref(), None).await?)
}

/// The editor again, with the model list as typed.
pub async fn again(desk: Desk<'_>, id: ApiId, version: &str, typed: Typed) -> PageResult {
    shell::html_422(&page(desk, id, Some(version), Some(typed)).await?)
}

/// The editor again, with another of its forms as typed.
pub(super) async fn again_with(
    desk: Desk<'_>,
    id: ApiId,
    version: Option<&str>,
    returned: Returned,
) -> PageResult {
    shell::html_422(&EditorPage { returned, ..page(desk, id, version, None).await? })
}

async fn page(
    desk: Desk<'_>,
    id: ApiId,
    version: Option<&str>,
    typed: Option<Typed>,
) -> crate::base::Result<EditorPage> {
    let Desk { db, gateway, actor, visit } = desk;
    let seen = Seen::now(db).await?;
    let managed = catalogue::get_managed(db, actor, id).await?;
    let shown = match version {
        None => managed.versions.first().cloned(),
        Some(name) => {
            let found = managed.versions.iter().find(|view| view.version.name == name).cloned();
            Some(found.ok_or_else(|| Code::NotFound.with(name))?)
        }
    };
    let can_manage = permit::manage_api(actor, managed.api.owner_team_id).is_ok();
    let owners = if can_manage { Vec::new() } else { catalogue::owners(db, actor, id).await? };
    let checks = match &shown {
        Some(view) if view.version.state == VersionState::Draft => {
            catalogue::checks(db, actor, view.version.id).await?
        }
        _ => Vec::new(),
    };
    let all = supply::list_models(db, actor).await?;
    let offered =
        |id: &str| shown.iter().flat_map(|view| &view.models).any(|m| m.view.model.id.to_string() == id);
    let choices: Vec<Choice> = all.iter().map(|view| choice(gateway, view)).collect();
    let typed = typed.unwrap_or_else(|| Typed { seen, lines: lines_of(shown.as_ref()), ..Typed::default() });
    let Typed { seen: models_seen, lines, added, errors, losses } = typed;
    Ok(EditorPage {
        frame: shell::frame(db, visit).await?,
        checks,
        missing: choices.iter().filter(|choice| !offered(&choice.value)).cloned().collect(),
        models: std::iter::once(Choice::new("", "Not offered")).chain(choices).collect(),
        added,
        losses,
        plans: plans::list_plans(db, actor, id).await?,
        sources: managed
            .versions
            .iter()
            .map(|view| {
                Choice::new(view.version.id.to_string(), format!("Models and docs of {}", view.version.name))
            })
            .chain([Choice::new("", "Empty")])
            .collect(),
        next_name: format!("v{}", managed.versions.len() + 1),
        can_manage,
        owners,
        models_seen,
        seen,
        sees_calls: permit::may(actor, permit::Right::SeeEverything),
        docs: Markdown::of(shown.as_ref().map_or("", |view| view.version.docs.as_str())),
        none: FieldErrors::default(),
        errors,
        returned: Returned::default(),
        lines,
        shown,
        managed,
    })
}

/// The stored lines, and two empty ones to fill.
fn lines_of(shown: Option<&VersionView>) -> Vec<Line> {
    let stored = shown.iter().flat_map(|view| &view.models);
    let stored = stored.map(|offered| (offered.public_name.clone(), offered.view.model.id.to_string()));
    let empty = [(String::new(), String::new())];
    stored
        .chain(empty)
        .enumerate()
        .map(|(index, (public_name, model))| Line { public_name, model, at: format!("m{index}-") })
        .collect()
}

impl EditorPage {
    /// Who makes changes, for somebody who may not.
    fn keepers(&self) -> String {
        let team = &self.managed.owner_team;
        let owners = match self.owners.as_slice() {
            [] => String::new(),
            [one] => format!(" (owner: {one})"),
            all => format!(" (owners: {})", all.join(", ")),
        };
        format!("{team}{owners} and the admins change this API and decide who uses it. You may look.")
    }

    fn is_everyone(&self) -> bool {
        self.managed.api.visibility == Visibility::Everyone
    }

    /// The next version usually begins as the newest one is.
    fn first_source(&self) -> &str {
        self.sources.first().map_or("", |first| &first.value)
    }

    /// A draft whose required checks are all met.
    fn is_ready(&self) -> bool {
        !self.checks.iter().any(Check::blocks)
    }

    fn was_published(&self) -> bool {
        self.managed.versions.iter().any(|view| view.version.published_at.is_some())
    }

    fn is_shown(&self, view: &VersionView) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.version.id == view.version.id)
    }
}

pub(super) fn path(id: ApiId) -> String {
    format!("/manage/apis/{id}")
}
