//! `portico token …`: bearer tokens for the management API.

use super::line::{Days, TokenCommand};
use super::table::Table;
use super::{open, say};
use crate::base::Result;
use crate::base::clock::DAY;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::admin_tokens::{self, NewToken, Reach};
use crate::domain::people::users;
use crate::store::Db;

const PAGE: u64 = 200;

pub async fn run(config: &Config, command: TokenCommand) -> Result<()> {
    let db = open(config).await?;
    let actor = Actor::system("command");
    match command {
        TokenCommand::Create { name, user, write, days: Days(days) } => {
            let user = match user {
                Some(email) => Some(users::get_by_email(&db, &actor, &email).await?.id),
                None => None,
            };
            let reach = if write { Reach::ReadAndWrite } else { Reach::Read };
            let expires_at = days.map(|days| db.now().plus(days * DAY));
            let made = admin_tokens::create(&db, &actor, NewToken { name, user, reach, expires_at }).await?;
            say(made.secret.expose())
        }
        TokenCommand::List => list(&db, &actor).await,
        TokenCommand::Revoke { id } => {
            admin_tokens::revoke(&db, &actor, id).await?;
            say("It is revoked.")
        }
    }
}

async fn list(db: &Db, actor: &Actor) -> Result<()> {
    let mut table = Table::new(["Id", "Name", "Token", "May", "Ends", "Last used"]);
    let mut before = None;
    loop {
        let page = admin_tokens::list(db, actor, before, PAGE).await?;
        for token in &page {
            let ends = match (token.revoked_at, token.expires_at) {
                (Some(at), _) => format!("revoked {}", at.day()),
                (None, Some(at)) => at.day(),
                (None, None) => "never".to_owned(),
            };
            let used = token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.human());
            let shown = format!("{}…{}", token.prefix, token.last4);
            table.row([&token.id.to_string(), &token.name, &shown, &token.scopes, &ends, &used]);
        }
        before = page.last().filter(|_| page.len() as u64 == PAGE).map(|token| token.id);
        if before.is_none() {
            return say(table);
        }
    }
}
