//! Fills the frame of a page from a visit, and turns templates into answers.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::fault::KnownSite;
use super::frame::{Flash, Frame, FrameUser, Theme};
use super::menu::{self, Sees};
use super::users::inbox;
use crate::base::{Code, OrCode, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::settings::{self, Site};
use crate::domain::subscriptions;
use crate::store::Db;
use crate::web::{PageResult, Visit, csrf};

/// The frame of the page that this visit asked for.
///
/// # Errors
/// The database's own.
pub async fn frame(db: &Db, visit: &Visit) -> Result<Frame> {
    let site = settings::get::<Site>(db).await?;
    let waiting = waiting_for(db, visit).await?;
    Ok(known(visit, &visit.path, db.now(), site, waiting))
}

/// The frame of a page that is there while the database is away too: of what is known without it then.
pub async fn steady(db: &Db, visit: &Visit, site: &KnownSite) -> Frame {
    let waiting = waiting_for(db, visit).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "a page was shown without what waits for its reader");
        0
    });
    known(visit, &visit.path, db.now(), site.get(), waiting)
}

/// The same frame of what is known already, for the page at `path`.
pub fn known(visit: &Visit, path: &str, now: Timestamp, site: Site, waiting: u32) -> Frame {
    let path = path.split('?').next().unwrap_or("/");
    let mut frame = Frame { site_name: site.name, ..bare(visit, path, now) };
    if let Some(actor) = &visit.actor {
        let sees = Sees {
            apis: may(actor, Right::SeeApis),
            operates: may(actor, Right::SeeEverything),
            supplies: may(actor, Right::SeeSupply),
            waiting,
        };
        frame.nav = menu::menu(sees, path);
    }
    frame
}

/// What waits for whoever looks at the page.
///
/// # Errors
/// The database's own.
pub async fn waiting_for(db: &Db, visit: &Visit) -> Result<u32> {
    match &visit.actor {
        Some(actor) => waiting(db, actor).await,
        None => Ok(0),
    }
}

/// Requests, sign-ups and forgotten passwords that wait for this person.
async fn waiting(db: &Db, actor: &Actor) -> Result<u32> {
    let requests = subscriptions::count_inbox(db, actor).await?;
    let people = inbox::people(db, actor).await?.count();
    Ok(u32::try_from(requests).unwrap_or(u32::MAX).saturating_add(u32::try_from(people).unwrap_or(u32::MAX)))
}

fn bare(visit: &Visit, path: &str, now: Timestamp) -> Frame {
    let mut frame = Frame::anonymous(path, now);
    frame.user =
        visit.actor.as_ref().map(|actor| FrameUser::new(&visit.name, &visit.email, actor.role().label()));
    frame.csrf = csrf::masked(&visit.csrf);
    frame.theme = Theme::parse(&visit.theme);
    frame.flash = visit.flash.as_ref().map(|(kind, text)| match kind.as_str() {
        "good" => Flash::ok(text),
        "bad" => Flash::bad(text),
        _ => Flash { kind: "info", text: text.clone() },
    });
    if !visit.secure && !visit.ip.is_loopback() {
        frame.banner = Some(
            "This site is served over plain HTTP: passwords and keys can be read on the way.".to_owned(),
        );
    }
    frame
}

/// A page, 200.
///
/// # Errors
/// When the template fails.
pub fn html(page: &impl Template) -> PageResult {
    answer(&mut HttpResponse::Ok(), page)
}

/// A form that failed its check, with the typed values and a message under each field.
///
/// # Errors
/// When the template fails.
pub fn html_422(page: &impl Template) -> PageResult {
    answer(&mut HttpResponse::UnprocessableEntity(), page)
}

/// A list that goes without part of what its address asks for, and says so, 400.
///
/// # Errors
/// When the template fails.
pub fn html_400(page: &impl Template) -> PageResult {
    answer(&mut HttpResponse::BadRequest(), page)
}

/// A page that shows how things are now, which is why the form could not be done, 409.
///
/// # Errors
/// When the template fails.
pub fn html_409(page: &impl Template) -> PageResult {
    answer(&mut HttpResponse::Conflict(), page)
}

/// A page that says why the visitor may not do this, 403.
///
/// # Errors
/// When the template fails.
pub fn html_403(page: &impl Template) -> PageResult {
    answer(&mut HttpResponse::Forbidden(), page)
}

/// A page that shows a secret once: never stored by a browser or proxy.
///
/// # Errors
/// When the template fails.
pub fn html_secret(page: &impl Template) -> PageResult {
    answer(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")), page)
}

fn answer(response: &mut HttpResponseBuilder, page: &impl Template) -> PageResult {
    let text = page.render().or_code(Code::Internal)?;
    Ok(response.content_type("text/html; charset=utf-8").body(text))
}
