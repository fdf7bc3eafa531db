//! The page of an error, in the portal's own look: the menu of whoever is signed in, what happened in plain
//! words, the way on, and who to ask.

use std::sync::{Arc, PoisonError, RwLock};

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::frame::Frame;
use super::shell;
use crate::base::{Code, Error};
use crate::domain::people::Email;
use crate::domain::settings::Site;
use crate::store::Db;
use crate::web::fault::Scene;
use crate::web::unsent;

/// The site's name and contact as last read: a page that tells of a database that is away cannot ask it.
#[derive(Clone, Default)]
pub struct KnownSite(Arc<RwLock<Site>>);

impl KnownSite {
    pub fn get(&self) -> Site {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, site: Site) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = site;
    }
}

#[derive(Template)]
#[template(path = "errors/page.html")]
struct FaultPage<'a> {
    frame: Frame,
    status: u16,
    code: Code,
    heading: &'a str,
    next: String,
    request_id: String,
    /// The way to sign in and come back.
    sign_in: String,
    /// What was typed waits there.
    is_kept: bool,
    /// The page that the refused form stood on, or this one.
    back: String,
    is_form: bool,
    /// Who to ask; empty where nobody can help, or nobody is named.
    contact: String,
    /// The same as a letter that names the request; empty where the contact is no e-mail address.
    letter: String,
}

/// Draws the page. Without a visit nobody is taken to be signed in.
pub async fn paint(db: &Db, site: Site, scene: Scene<'_>) -> String {
    let Scene { error, visit, is_kept } = scene;
    let contact = if asks_somebody(error) { site.contact.clone() } else { String::new() };
    let frame = match &visit {
        // Whatever failed may be the database: the menu is drawn without it then.
        Some(visit) if error.status() >= 500 => shell::known(visit, &visit.back, db.now(), site, 0),
        Some(visit) => {
            let waiting = shell::waiting_for(db, visit).await.unwrap_or(0);
            shell::known(visit, &visit.back, db.now(), site, waiting)
        }
        None => Frame { site_name: site.name, ..Frame::anonymous("/", db.now()) },
    };
    let request_id = visit.as_ref().map(|visit| visit.request_id.to_string()).unwrap_or_default();
    let back = visit.as_ref().map_or_else(|| "/".to_owned(), |visit| visit.back.clone());
    let after = if is_kept { unsent::PATH } else { &back };
    let page = FaultPage {
        frame,
        status: error.status(),
        code: error.code(),
        heading: error.message(),
        next: next(error, is_kept),
        letter: letter(&contact, error, &request_id),
        sign_in: format!("/sign-in?next={}", utf8_percent_encode(after, NON_ALPHANUMERIC)),
        request_id,
        is_kept,
        is_form: visit.is_some_and(|visit| visit.back != visit.path),
        back,
        contact,
    };
    page.render().unwrap_or_else(|_| error.message().to_owned())
}

/// What to do now, in the words of somebody who looks at a page.
fn next(error: &Error, is_kept: bool) -> String {
    let kept = format!("What you typed is kept for {} minutes, without passwords and keys.", unsent::MINUTES);
    match error.code() {
        Code::SignedOut if is_kept => format!("Nothing was changed. {kept} Sign in to go on with it."),
        Code::SignedOut => {
            "Nothing was changed. Sign in, and you are back on the page you were on.".to_owned()
        }
        Code::CsrfFailed if is_kept => format!("Nothing was changed. {kept}"),
        Code::CsrfFailed => {
            "Nothing was changed. Go back, reload the page, and send the form again.".to_owned()
        }
        Code::NotFound if error.next() != Code::NotFound.next() => error.next().to_owned(),
        Code::NotFound => {
            "Check the address, or search for it above. What belongs to a team that you are not \
                           in looks just the same."
                .to_owned()
        }
        Code::MethodNotAllowed => "A form is sent here; there is no page to look at.".to_owned(),
        code if error.message() == code.message() || error.next() != code.next() => error.next().to_owned(),
        _ => String::new(),
    }
}

/// Signing in, or another click, mends the rest.
fn asks_somebody(error: &Error) -> bool {
    let is_ours = !matches!(error.code(), Code::CsrfFailed | Code::SetupPending);
    is_ours && (matches!(error.status(), 403 | 404) || error.status() >= 500)
}

fn letter(contact: &str, error: &Error, request_id: &str) -> String {
    let Ok(to) = Email::parse(contact) else { return String::new() };
    let text = format!("{} ({}, request {request_id})", error.message(), error.code());
    format!("mailto:{}?subject={}", to.as_str(), utf8_percent_encode(&text, NON_ALPHANUMERIC))
}
