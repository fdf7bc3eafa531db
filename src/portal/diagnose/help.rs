//! A call that went wrong, put together for whoever can help: without a secret, ready to send.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::case::CallCase;
use crate::base::ids::VersionId;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::names::{self, Wanted};
use crate::domain::people::Email;
use crate::domain::settings::{self, Site};
use crate::portal::look;
use crate::store::Db;

/// The facts of the call and its chain of checks.
pub fn text(call: &CallCase, outlook: &str) -> String {
    let mut lines = vec![
        format!("Request id: {}", call.id),
        format!("When: {}", call.at.human()),
        format!("Outcome: {}", look::ended(&call.state)),
    ];
    if let Some(code) = call.code {
        lines.push(format!("Cause: {code}: {}", call.said));
        lines.push(format!("Next step told: {}", call.next));
    }
    if !call.model.is_empty() {
        lines.push(format!("Model: {}", call.model));
    }
    if !call.facts.on.is_empty() {
        lines.push(format!("Decided on: {}", call.facts.on));
    }
    lines.extend(call.lines.iter().map(|line| format!("Check {}: {}", line.name, line.state)));
    if !outlook.is_empty() {
        lines.push(format!("Now: {outlook}"));
    }
    lines.join("\n")
}

/// Who looks after the API that was called, else who looks after the site.
pub async fn contact(db: &Db, actor: &Actor, version: Option<VersionId>) -> Result<String> {
    let site = settings::get::<Site>(db).await?.contact;
    let Some(version) = version else { return Ok(site) };
    let names = names::of(db, Wanted { versions: vec![version], ..Wanted::default() }).await?;
    let place = names.version(Some(version));
    let slug = place.split('/').next().unwrap_or_default();
    match catalogue::get_visible(db, actor, slug).await {
        Ok(page) if !page.api.contact.is_empty() => Ok(page.api.contact),
        Ok(_) => Ok(site),
        Err(error) if error.code() == Code::NotFound => Ok(site),
        Err(error) => Err(error),
    }
}

/// The address of a letter that is ready to send.
pub fn letter(contact: &str, call: &CallCase, text: &str) -> String {
    let Ok(to) = Email::parse(contact) else { return String::new() };
    let subject = match call.code {
        Some(code) => format!("{code} at {}", call.at.human()),
        None => format!("A call at {}", call.at.human()),
    };
    let quoted = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!("mailto:{to}?subject={}&body={}", quoted(&subject), quoted(text))
}
