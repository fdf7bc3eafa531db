//! The page of one's own account.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::{AdminTokenId, SessionId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::people::{admin_tokens, profile, sessions};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::admin_token;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

/// What was typed into the form for a token, and its mistakes.
#[derive(Default)]
pub struct TokenValues {
    pub errors: FieldErrors,
    pub name: String,
    pub reach: String,
    pub expiry: String,
}

/// What was typed into the page's forms, and what is wrong with it.
#[derive(Default)]
pub struct Typed {
    /// Of the forms for name and password.
    pub errors: FieldErrors,
    /// The name that was not taken; else the account's is shown.
    pub name: Option<String>,
    pub revoke_tokens: bool,
    pub token: TokenValues,
}

/// One session as the page shows it.
struct SessionRow {
    id: SessionId,
    ip: String,
    agent: String,
    started: Timestamp,
    last_seen: Timestamp,
    current: bool,
}

/// One token as the page shows it.
struct TokenRow {
    id: AdminTokenId,
    name: String,
    shown: String,
    reach: &'static str,
    state: &'static str,
    expires: Option<Timestamp>,
    last_used: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "profile/show.html")]
struct ProfilePage {
    frame: Frame,
    name: String,
    email: String,
    role: &'static str,
    since: Timestamp,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    reaches: Vec<Choice>,
    expiries: Vec<Choice>,
    /// Some tokens still work.
    has_tokens: bool,
    typed: Typed,
}

pub async fn show(visit: Visit, actor: Actor, db: Data<Db>) -> PageResult {
    again(&db, &visit, &actor, Typed::default()).await
}

pub async fn rename(visit: Visit, actor: Actor, db: Data<Db>, form: Form<NameForm>) -> PageResult {
    match profile::rename(&db, &actor, &form.name).await {
        Ok(()) => Ok(flash(&visit, "/profile", "good", "Your name is changed.")),
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            again(&db, &visit, &actor, Typed { errors, name: Some(form.name.clone()), ..Typed::default() })
                .await
        }
    }
}

/// The page, with the mistakes of the form that came back.
pub async fn again(db: &Db, visit: &Visit, actor: &Actor, typed: Typed) -> PageResult {
    let failed = !typed.errors.is_empty() || !typed.token.errors.is_empty();
    let page = page(db, visit, actor, typed).await?;
    if failed { shell::html_422(&page) } else { shell::html(&page) }
}

async fn page(db: &Db, visit: &Visit, actor: &Actor, mut typed: Typed) -> Result<ProfilePage> {
    if typed.token.expiry.is_empty() {
        typed.token.expiry = "90".to_owned();
    }
    let user = profile::get_own(db, actor).await?;
    let now = db.now();
    let sessions = sessions::list_own(db, actor).await?.into_iter().map(|row| SessionRow {
        current: visit.session == Some(row.id),
        id: row.id,
        ip: row.ip,
        agent: browser(&row.agent),
        started: row.created_at,
        last_seen: row.last_seen_at,
    });
    let tokens = admin_tokens::list_own(db, actor).await?.into_iter().map(|row| token_row(row, now));
    let tokens: Vec<TokenRow> = tokens.collect();
    Ok(ProfilePage {
        frame: shell::frame(db, visit).await?,
        name: typed.name.take().unwrap_or(user.name),
        email: user.email,
        role: user.role.label(),
        since: user.created_at,
        sessions: sessions.collect(),
        has_tokens: tokens.iter().any(|token| token.state == "active"),
        tokens,
        reaches: vec![Choice::new("read", "Read only"), Choice::new("write", "Read and write")],
        expiries: vec![
            Choice::new("30", "In 30 days"),
            Choice::new("90", "In 90 days"),
            Choice::new("365", "In a year"),
            Choice::new("never", "Never"),
        ],
        typed,
    })
}

fn token_row(row: admin_token::Model, now: Timestamp) -> TokenRow {
    let state = match (row.revoked_at, row.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        _ => "active",
    };
    let reach = if row.scopes.contains("write") { "Read and write" } else { "Read only" };
    TokenRow {
        id: row.id,
        name: row.name,
        shown: format!("{}…{}", row.prefix, row.last4),
        reach,
        state,
        expires: row.expires_at,
        last_used: row.last_used_at,
    }
}

/// A browser's long description in two words, as far as they can be told from it.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let found = |table: &[(&str, &'static str)]| {
        table.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    match (found(&BROWSERS), found(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if agent.is_empty() => "Unknown browser".to_owned(),
        _ => agent.chars().take(40).collect(),
    }
}
