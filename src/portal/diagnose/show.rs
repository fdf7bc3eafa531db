//! The page: a field for an id or a prefix, a field for a key that never leaves the browser, and the case.

use askama::Template;
use serde::Deserialize;

use super::case::{Case, Desk};
use super::feed::Span;
use super::fix::Way;
use crate::base::ids::CallId;
use crate::base::{Code, Result, key_format};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyView};
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, Form, HttpResponse, PageResult, Path, Query, Visit, see_other};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    id: String,
    /// `all`: everything that changed, not only the newest.
    changes: String,
}

/// What the browser makes of a pasted key: never the key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pasted {
    prefix: String,
    /// SHA-256 in hex; empty where the browser cannot make one, and where this is no key.
    digest: String,
    /// How long an incomplete or mistyped key is; empty for one of the right form.
    length: String,
}

#[derive(Template)]
#[template(path = "diagnose/show.html")]
struct DiagnosePage {
    frame: Frame,
    asked: String,
    case: Option<Case>,
    /// Keys that share the prefix.
    several: Vec<KeyView>,
    /// Nothing was found; why that may be.
    nothing: &'static str,
    /// The asker's own keys that begin as the one that was pasted, and what is wrong with that.
    kin: Vec<KeyView>,
    slip: String,
    /// Where calls to this gateway go.
    base_url: String,
    /// About the secret that was pasted.
    secret_note: String,
    /// A whole key stood in the address.
    leaked: bool,
}

const NO_CALL: &str = "There is no such call that you may see. It may be older than the log is kept, or one of so many \
                       refused calls that it was only counted.";
const NO_KEY: &str = "No key that you may see begins like this. It may belong to another installation, to somebody \
                      else, or may have been mistyped: compare it with your list of keys.";
const NO_SECRET: &str = "This is not a key of this installation that you may see. Is it one of another environment? Check \
                         that it belongs to the base address below.";
const NO_ID: &str = "This is neither a request id nor the beginning of a key. A request id stands in the \
                     x-request-id header of every answer; a key begins with sk-ptc-.";

impl DiagnosePage {
    fn is_unknown(&self, code: &Option<Code>) -> bool {
        *code == Some(Code::KeyUnknown)
    }

    fn is_secret(&self) -> bool {
        self.nothing == NO_SECRET
    }
}

/// The address in the body of every refusal.
pub async fn from_error(id: Path<CallId>) -> HttpResponse {
    see_other(format!("/diagnose?id={id}"))
}

enum Found {
    Case(Box<Case>),
    Several(Vec<KeyView>),
    Nothing(&'static str),
}

pub async fn show(
    actor: Actor,
    visit: Visit,
    db: Data<Db>,
    ledger: Data<Ledger>,
    gateway: Data<Gateway>,
    asked: Query<Asked>,
) -> PageResult {
    let text = asked.id.trim();
    let leaked = key_format::shape(text) == key_format::Shape::WellFormed;
    let shown =
        if text.starts_with(key_format::PREFIX) { key_format::shown_prefix(text) } else { text.to_owned() };
    let span = if asked.changes == "all" { Span::All } else { Span::Newest };
    let desk = Desk { db: &db, ledger: &ledger, gateway: &gateway, actor: &actor, span };
    let found = if text.is_empty() { Found::Nothing("") } else { find(&desk, text).await? };
    let page = DiagnosePage { leaked, ..page(shell::frame(&db, &visit).await?, &gateway, shown, found) };
    shell::html(&page)
}

/// A key pasted into the field that is hashed in the browser.
pub async fn pasted(
    actor: Actor,
    visit: Visit,
    db: Data<Db>,
    ledger: Data<Ledger>,
    gateway: Data<Gateway>,
    pasted: Form<Pasted>,
) -> PageResult {
    let span = Span::Newest;
    let desk = Desk { db: &db, ledger: &ledger, gateway: &gateway, actor: &actor, span };
    let prefix = key_format::shown_prefix(pasted.prefix.trim());
    let frame = shell::frame(&db, &visit).await?;
    let page = |frame, asked, found| page(frame, &gateway, asked, found);
    if let Ok(length) = pasted.length.parse::<usize>() {
        let kin = keys::find_own_by_prefix(&db, &actor, &prefix).await?;
        let slip = key_format::slip(length);
        return shell::html(&DiagnosePage { kin, slip, ..page(frame, prefix, Found::Nothing("")) });
    }
    if pasted.digest.is_empty() {
        let found = find_prefix(&desk, &prefix).await?;
        return shell::html(&page(frame, prefix, found));
    }
    let digest = bytes(&pasted.digest)
        .ok_or_else(|| Code::FieldInvalid.saying("The digest is not one.").on("digest"))?;
    let Some((key, secret)) = keys::find_by_digest(&db, &actor, &digest).await? else {
        return shell::html(&page(frame, prefix, Found::Nothing(NO_SECRET)));
    };
    let note = match secret.ends_at {
        None => "This is the newest secret of the key.".to_owned(),
        Some(at) if at > db.now() => format!("This secret was replaced and works until {}.", at.human()),
        Some(at) => format!("This secret was replaced and ended on {}. Use the newest one.", at.human()),
    };
    let found = Found::Case(Box::new(desk.key(key, Some(&secret)).await?));
    shell::html(&DiagnosePage { secret_note: note, ..page(frame, prefix, found) })
}

fn page(frame: Frame, gateway: &Gateway, asked: String, found: Found) -> DiagnosePage {
    let (case, several, nothing) = match found {
        Found::Case(case) => (Some(*case), Vec::new(), ""),
        Found::Several(keys) => (None, keys, ""),
        Found::Nothing(why) => (None, Vec::new(), why),
    };
    DiagnosePage {
        frame,
        asked,
        case,
        several,
        nothing,
        kin: Vec::new(),
        slip: String::new(),
        base_url: format!("{}/v1", gateway.base_url()),
        secret_note: String::new(),
        leaked: false,
    }
}

async fn find(desk: &Desk<'_>, text: &str) -> Result<Found> {
    if let Ok(id) = text.strip_prefix("req_").unwrap_or(text).parse::<CallId>() {
        let case = desk.call(id).await?;
        return Ok(case.map_or(Found::Nothing(NO_CALL), |case| Found::Case(Box::new(case))));
    }
    if text.starts_with(key_format::PREFIX) {
        return find_prefix(desk, text).await;
    }
    Ok(Found::Nothing(NO_ID))
}

async fn find_prefix(desk: &Desk<'_>, prefix: &str) -> Result<Found> {
    let mut found = keys::find_by_prefix(desk.db, desk.actor, prefix).await?;
    if found.len() > 1 {
        return Ok(Found::Several(found));
    }
    match found.pop() {
        Some(key) => Ok(Found::Case(Box::new(desk.key(key, None).await?))),
        None => Ok(Found::Nothing(NO_KEY)),
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (slot, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *slot = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
