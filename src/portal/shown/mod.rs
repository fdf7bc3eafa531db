//! `/shown/{token}`: a page with a secret, looked at once. A second look says that it is gone, and
//! what to do when the secret was not saved.

use askama::Template;

use super::frame::Frame;
use super::shell;
use crate::base::{Code, OrCode};
use crate::store::Db;
use crate::web::shown::{Look, ShownOnce};
use crate::web::{
    Data, HttpResponse, Method, Need, Page, PageResult, Path, StatusCode, Visit, page, see_other,
};

pub fn pages() -> Vec<Page> {
    vec![page(Method::GET, "/shown/{token}", Need::SignedIn, show)]
}

#[derive(Template)]
#[template(path = "shown/gone.html")]
struct GonePage {
    frame: Frame,
    /// Where the key, token or person is; empty when that is not known any more.
    back: String,
}

async fn show(db: Data<Db>, shown: Data<ShownOnce>, visit: Visit, token: Path<String>) -> PageResult {
    let looked = match visit.session {
        Some(session) => shown.look(&token, session, db.now()),
        None => Look::Unknown,
    };
    let back = match looked {
        Look::Page(page) => return Ok(unstored(StatusCode::OK, page.to_string())),
        Look::Gone(back) => back,
        Look::Unknown => String::new(),
    };
    let page = GonePage { frame: shell::frame(&db, &visit).await?, back };
    Ok(unstored(StatusCode::GONE, page.render().or_code(Code::Internal)?))
}

fn unstored(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(page)
}

/// Leads to a page that shows a secret once. `back` is where the thing itself is found.
///
/// # Errors
/// When the template fails.
pub fn once(db: &Db, shown: &ShownOnce, visit: &Visit, back: &str, page: &impl Template) -> PageResult {
    let Some(session) = visit.session else { return shell::html_secret(page) };
    let text = page.render().or_code(Code::Internal)?;
    Ok(see_other(format!("/shown/{}", shown.keep(session, back, text, db.now()))))
}
