//! `/unsent`: a form that was sent after its session had ended. What was typed is shown and can be sent
//! again, or taken along to the page it stood on.

use askama::Template;

use super::frame::Frame;
use super::shell;
use crate::store::Db;
use crate::web::unsent::{Kept, PATH, Unsent};
use crate::web::{Data, HttpRequest, Method, Need, Page, PageResult, Visit, flash, page};

pub fn pages() -> Vec<Page> {
    vec![page(Method::GET, PATH, Need::SignedIn, show)]
}

#[derive(Template)]
#[template(path = "unsent/show.html")]
struct UnsentPage {
    frame: Frame,
    form: Kept,
}

async fn show(db: Data<Db>, unsent: Data<Unsent>, visit: Visit, request: HttpRequest) -> PageResult {
    let Some(form) = unsent.find(&request, visit.secure, db.now()) else {
        let text =
            "What you typed is no longer kept. If its page is still open, go back to it in your browser.";
        return Ok(flash(&visit, "/", "bad", text));
    };
    shell::html_secret(&UnsentPage { frame: shell::frame(&db, &visit).await?, form })
}
