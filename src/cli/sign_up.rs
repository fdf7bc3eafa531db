//! `portico sign-up`: who may make an account.

use super::line::SignUpWord;
use super::{open, say};
use crate::base::Result;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::sign_up;
use crate::domain::settings::SignUpMode;

pub async fn run(config: &Config, mode: Option<SignUpWord>, domains: &[String]) -> Result<()> {
    let db = open(config).await?;
    let rules = match mode {
        Some(word) => sign_up::change_rules(&db, &Actor::system("command"), word.into(), domains).await?,
        None => sign_up::rules(&db).await?,
    };
    match rules.domains.is_empty() {
        true => say(rules.mode.word()),
        false => say(format_args!("{} {}", rules.mode.word(), rules.domains.join(" "))),
    }
}

impl From<SignUpWord> for SignUpMode {
    fn from(word: SignUpWord) -> Self {
        match word {
            SignUpWord::Open => Self::Open,
            SignUpWord::Domain => Self::Domain,
            SignUpWord::Invitation => Self::Invitation,
            SignUpWord::Off => Self::Off,
        }
    }
}
