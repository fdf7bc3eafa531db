//! `portico user …`: accounts, by who has the server.

use std::io;

use super::line::{RoleWord, UserCommand};
use super::table::Table;
use super::{open, say};
use crate::base::clock::{DAY, MINUTE};
use crate::base::{Code, OrCode, Result, Secret};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::users::{self, Filter, NewUser};
use crate::domain::people::{Email, Password, reset, setup};
use crate::store::Db;
use crate::store::entity::states::Role;
use crate::store::entity::user;

pub async fn run(config: &Config, command: UserCommand) -> Result<()> {
    let db = open(config).await?;
    let actor = Actor::system("command");
    match command {
        UserCommand::Add { email, name, role, password_stdin } => {
            add(config, &db, &actor, email, name, role.into(), password_stdin).await
        }
        UserCommand::Role { email, role } => {
            let user = users::get_by_email(&db, &actor, &email).await?;
            users::set_role(&db, &actor, user.id, role.into()).await?;
            setup::finish_if_admin(&db, &actor).await?;
            say(format_args!("{} is {} now.", user.email, Role::from(role).label()))
        }
        UserCommand::ResetPassword { email, now } => {
            let user = users::get_by_email(&db, &actor, &email).await?;
            if now {
                let password = reset::replace(&db, &actor, user.id).await?;
                return say(format_args!("The password is {} now.", password.secret().expose()));
            }
            say_link(config, &db, &actor, &user).await
        }
        UserCommand::List => list(&db, &actor).await,
    }
}

async fn add(
    config: &Config,
    db: &Db,
    actor: &Actor,
    email: Email,
    name: Option<String>,
    role: Role,
    password_stdin: bool,
) -> Result<()> {
    let password = match password_stdin {
        true => Some(Password::choose(&typed()?, &email)?),
        false => None,
    };
    let name = name.unwrap_or_else(|| email.local_part().to_owned());
    let chosen = password.is_some();
    let user = users::create(db, actor, NewUser { email, name, role, password }).await?;
    setup::finish_if_admin(db, actor).await?;
    say(format_args!("{} is {} now.", user.email, role.label()))?;
    if chosen { Ok(()) } else { say_link(config, db, actor, &user).await }
}

async fn say_link(config: &Config, db: &Db, actor: &Actor, user: &user::Model) -> Result<()> {
    let link = reset::link(db, actor, user.id).await?;
    let within = match reset::link_life(user) {
        life if life >= DAY => format!("{} days", life / DAY),
        life => format!("{} minutes", life / MINUTE),
    };
    let address = format_args!("{}/reset/{}", config.public_url(), link.expose());
    say(format_args!("They choose a password here (works once, for {within}): {address}"))
}

fn typed() -> Result<Secret> {
    let text = io::read_to_string(io::stdin()).or_code(Code::Internal)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

async fn list(db: &Db, actor: &Actor) -> Result<()> {
    let mut table = Table::new(["E-mail", "Name", "Role", "State", "Last seen"]);
    let mut after = None;
    loop {
        let page = users::list(db, actor, Filter { after, limit: 200, ..Filter::default() }).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for user in &page {
            let seen = user.last_seen_at.map_or_else(|| "never".to_owned(), |at| at.human());
            table.row([&user.email, &user.name, user.role.label(), user.state.label(), &seen]);
        }
    }
    say(table)
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Admin => Self::Admin,
            RoleWord::Publisher => Self::Publisher,
            RoleWord::Auditor => Self::Auditor,
            RoleWord::Member => Self::Member,
        }
    }
}
