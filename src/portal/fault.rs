//! The page of an error, in the portal's own look.

use askama::Template;

use super::frame::{Frame, Theme};
use super::shell;
use crate::base::{Code, Error, Timestamp};
use crate::web::Visit;

#[derive(Template)]
#[template(path = "errors/page.html")]
struct FaultPage<'a> {
    frame: Frame,
    status: u16,
    code: Code,
    message: &'a str,
    request_id: String,
    /// The way to sign in and come back.
    sign_in: String,
}

/// Draws the page. Without a visit nobody is taken to be signed in.
pub fn paint(error: &Error, visit: Option<&Visit>, now: Timestamp) -> String {
    let frame = match visit {
        Some(visit) => shell::bare(visit, &visit.back, now),
        None => Frame { theme: Theme::Auto, ..Frame::anonymous("/", now) },
    };
    let request_id = visit.map(|visit| visit.request_id.to_string()).unwrap_or_default();
    let back = visit.map_or("/", |visit| visit.back.as_str());
    let next = percent_encoding::utf8_percent_encode(back, percent_encoding::NON_ALPHANUMERIC);
    let page = FaultPage {
        frame,
        status: error.status(),
        code: error.code(),
        message: error.message(),
        request_id,
        sign_in: format!("/sign-in?next={next}"),
    };
    page.render().unwrap_or_else(|_| error.message().to_owned())
}
