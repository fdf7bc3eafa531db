//! `portico setup-link`: the one-time link to the set-up wizard.

use super::{open, say};
use crate::base::Result;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::setup;

pub async fn run(config: &Config) -> Result<()> {
    let db = open(config).await?;
    let link = setup::link(&db, &Actor::system("command")).await?;
    say(format_args!("{}/setup/{}", config.public_url(), link.expose()))
}
