//! `portico audit check`: whether the audit is as it was written.

use super::{open, say};
use crate::base::{Code, Result};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::audit;

pub async fn run(config: &Config) -> Result<()> {
    let db = open(config).await?;
    let found = audit::verify(&db, &Actor::system("command")).await?;
    match found.broken {
        None => say(format_args!("The audit is whole: {} rows, each as it was written.", found.whole)),
        Some(seq) => Err(Code::Conflict.saying(format!(
            "Row {seq} of the audit is not as it was written, or does not follow the one before it. The {} rows before it are whole.",
            found.whole
        ))),
    }
}
