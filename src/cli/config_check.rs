//! `portico config check`: the settings were read and are right; this says which were used.

use std::path::PathBuf;

use super::say;
use crate::base::Result;
use crate::config::{self, Config};

pub fn run(config: &Config, file: Option<PathBuf>) -> Result<()> {
    for name in config::unread()? {
        say(format_args!("warning: nothing reads {name}; docs/configuration.md lists the names."))?;
    }
    match file {
        Some(path) => say(format_args!("The settings are right: {} and the environment.", path.display()))?,
        None => say("The settings are right: defaults and the environment; there is no portico.toml.")?,
    }
    let store = if config.database.url.is_some() { "PostgreSQL" } else { "SQLite in the data folder" };
    say(format_args!("  listens on   {}", config.server.listen))?;
    say(format_args!("  people open  {}", config.public_url()))?;
    say(format_args!("  data folder  {}", config.data.dir.display()))?;
    say(format_args!("  database     {store}"))
}
