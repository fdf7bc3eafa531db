//! `/manage/vendors/{id}`: one vendor with its credentials and the models it serves.

use askama::Template;

use super::health::{self, Day, Pulse};
use crate::base::Result;
use crate::base::ids::ProviderId;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::supply::{self, ProviderView, Switch};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::prices;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "providers/show.html")]
struct ProviderPage {
    frame: Frame,
    view: ProviderView,
    /// How each credential fares, in their order; of the vendor itself where it needs none.
    pulses: Vec<Pulse>,
    day: Day,
    vendor: String,
    /// The protocol it speaks, as people call it.
    format: String,
    docs_url: String,
    key_hint: String,
    needs_secret: bool,
    is_demo: bool,
    /// Models of the preset that are not offered yet.
    options: Vec<Choice>,
    switches: Vec<Choice>,
    returned: Returned,
    seen: Seen,
    can_manage: bool,
}

pub async fn show(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ProviderId>,
) -> PageResult {
    shell::html(&page(&db, &gateway, &actor, &visit, *id, Returned::default()).await?)
}

/// The page with a form of it that could not be taken.
pub(super) async fn again(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    id: ProviderId,
    returned: Returned,
) -> PageResult {
    shell::html_422(&page(db, gateway, actor, visit, id, returned).await?)
}

async fn page(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    id: ProviderId,
    returned: Returned,
) -> Result<ProviderPage> {
    let seen = Seen::now(db).await?;
    let view = supply::get_provider(db, actor, id).await?;
    let preset = supply::preset(&view.provider.preset).ok();
    let offered = |name: &str| view.targets.iter().any(|(_, target)| target.target.vendor_model == name);
    let listed = preset.map(|preset| preset.models.as_slice()).unwrap_or_default();
    let options =
        listed.iter().filter(|model| !offered(&model.id)).map(|model| Choice::new(&model.id, &model.id));
    let pulses = match view.credentials.as_slice() {
        [] => vec![health::pulse(gateway, id.0)],
        all => all.iter().map(|credential| health::pulse(gateway, credential.id.0)).collect(),
    };
    Ok(ProviderPage {
        pulses,
        day: health::day(db, id).await?,
        frame: shell::frame(db, visit).await?,
        vendor: preset.map(|preset| preset.name.clone()).unwrap_or_default(),
        format: preset.map_or(view.provider.format.as_str(), |preset| preset.format.label()).to_owned(),
        docs_url: preset.map(|preset| preset.docs_url.clone()).unwrap_or_default(),
        key_hint: preset.map(|preset| preset.key_hint.clone()).unwrap_or_default(),
        needs_secret: !supply::needs_no_secret(&view.provider),
        is_demo: preset.is_some_and(supply::Preset::is_demo),
        options: options.collect(),
        switches: vec![Choice::new("on", "On"), Choice::new("off", "Off")],
        returned,
        seen,
        can_manage: may(actor, Right::ManageSupply),
        view,
    })
}

impl ProviderPage {
    fn is_on(&self) -> bool {
        self.view.provider.state == Switch::On
    }

    /// Boxes ticked in the form that came back; none at first.
    fn ticked(&self) -> Vec<String> {
        let typed = self.returned.or("offer", "models", "");
        typed.lines().map(str::to_owned).collect()
    }

    /// What stands in the way of calls.
    fn warning(&self) -> Option<&'static str> {
        let usable = self.view.credentials.iter().any(supply::CredentialView::is_usable);
        if !self.is_on() {
            return Some("This vendor is switched off: no call goes to it.");
        }
        if self.view.credentials.iter().any(|credential| credential.void) {
            return Some(
                "The address changed, so the secrets kept for the old one were wiped. Type them again.",
            );
        }
        if self.needs_secret && !usable {
            return Some("There is no credential that is switched on, so no call can go to this vendor.");
        }
        None
    }
}
