//! The commands. Each reads the same settings as the server, opens the same databases and calls
//! the same domain functions as the pages do; what they print is for people and for scripts.

mod audit_check;
mod backup;
mod config_check;
mod demo_data;
mod key_check;
mod line;
mod manifest;
pub mod printed;
mod restore;
mod setup_link;
mod sign_up;
mod table;
mod token;
mod user;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::app;
use crate::base::{Clock, Code, Error, OrCode, Result};
use crate::config::{self, Config, Flags};
use crate::store::Db;
use line::{AuditCommand, Command, ConfigCommand, DocsCommand, KeyCommand, Line, Settings};

/// The command failed.
const FAILURE: u8 = 1;
/// The command line is wrong (EX_USAGE).
const USAGE: u8 = 64;
/// A setting is wrong (EX_CONFIG).
const CONFIGURATION: u8 = 78;

/// Runs the command named in `arguments`; `serve` is what it does without one.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    serve: impl FnOnce(Config) -> Result<()>,
) -> ExitCode {
    let line = match Line::try_parse_from(arguments).and_then(Line::fitting) {
        Ok(line) => line,
        Err(fault) => {
            let _ = fault.print();
            return if fault.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let command = line.command.unwrap_or(Command::Serve);
    let command = match without_settings(command) {
        Ok(done) => return finish(done, false),
        Err(command) => command,
    };
    match config::load(&flags(&line.settings)) {
        Err(fault) => {
            complain(&fault);
            ExitCode::from(CONFIGURATION)
        }
        Ok(config) => {
            // The one command that looks first and then says which word is missing.
            let asks = matches!(command, Command::Restore { yes: false, .. });
            finish(with_settings(command, config, &line.settings, serve), asks)
        }
    }
}

/// The commands that need no settings; the others are given back.
fn without_settings(command: Command) -> Result<Result<()>, Command> {
    match command {
        Command::Key { command: KeyCommand::Check { key } } => Ok(key_check::run(key)),
        Command::Openapi => Ok(say(printed::openapi())),
        Command::Docs { command: DocsCommand::Configuration } => Ok(say(printed::configuration())),
        Command::Docs { command: DocsCommand::Errors } => Ok(say(printed::errors())),
        other => Err(other),
    }
}

fn with_settings(
    command: Command,
    config: Config,
    settings: &Settings,
    serve: impl FnOnce(Config) -> Result<()>,
) -> Result<()> {
    match command {
        Command::Serve => serve(config),
        Command::Config { command: ConfigCommand::Check } => config_check::run(&config, file(settings)),
        Command::SetupLink => wait(setup_link::run(&config)),
        Command::User { command } => wait(user::run(&config, command)),
        Command::SignUp { mode, domains } => wait(sign_up::run(&config, mode, &domains)),
        Command::Token { command } => wait(token::run(&config, command)),
        Command::Audit { command: AuditCommand::Check } => wait(audit_check::run(&config)),
        Command::DemoData { command } => wait(demo_data::run(&config, command)),
        Command::Migrate => wait(migrate(&config)),
        Command::Backup { folder } => wait(backup::run(&config, file(settings), &folder)),
        Command::Restore { folder, yes } => restore::run(&config, &folder, yes),
        Command::Key { .. } | Command::Docs { .. } | Command::Openapi => Ok(()),
    }
}

fn flags(settings: &Settings) -> Flags {
    Flags {
        file: file(settings),
        listen: settings.listen,
        data_dir: settings.data.clone(),
        database_url: settings.database_url.clone(),
    }
}

/// The settings file: the one named by the flag or the environment, `portico.toml` here, or that of the installation this program is in.
fn file(settings: &Settings) -> Option<PathBuf> {
    let here = || Some(PathBuf::from("portico.toml")).filter(|path| path.is_file());
    let installed = || {
        let program = std::env::current_exe().ok()?;
        let path = program.parent()?.parent()?.join("etc/portico.toml");
        path.is_file().then_some(path)
    };
    settings.config.clone().or_else(config::named_file).or_else(here).or_else(installed)
}

/// Opens the databases of an installation.
async fn open(config: &Config) -> Result<Db> {
    installed(config)?;
    Db::open(config, Clock::default()).await
}

/// A command in a wrong folder would work on databases that no server knows: only `serve` and `migrate` make any.
fn installed(config: &Config) -> Result<()> {
    let data = &config.data.dir;
    let holds = |name: &str| data.join(name).is_file();
    if holds(backup::KEY_FILE) && (config.database.url.is_some() || holds("portico.db")) {
        return Ok(());
    }
    Err(Code::NotFound.saying(format!("There is no installation in {}.", data.display())))
}

/// Brings the databases of the data folder up to date; all of it is made where it is missing.
async fn migrate(config: &Config) -> Result<()> {
    app::make_private(&config.data.dir)?;
    Db::open(config, Clock::default()).await?;
    say("The databases are up to date.")
}

/// Runs a command's future to its end.
fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().or_code(Code::Internal)?.block_on(work)
}

/// One line for whoever asked. Nobody reading it any more is no failure of ours.
fn say(text: impl Display) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(Code::Internal.with(fault)),
        _ => Ok(()),
    }
}

fn complain(fault: &Error) {
    let _ = match fault.detail() {
        Some(detail) => writeln!(io::stderr(), "portico: {} ({detail})", fault.message()),
        None => writeln!(io::stderr(), "portico: {}", fault.message()),
    };
}

/// What was refused is a failure. That the line is wrong clap has said before, but for a word that a
/// command asks for.
fn finish(done: Result<()>, asks: bool) -> ExitCode {
    let Err(fault) = done else { return ExitCode::SUCCESS };
    complain(&fault);
    // Where the sentence tells the cause it is not told again.
    let cause = std::error::Error::source(&fault).map(ToString::to_string);
    if let Some(cause) = cause.filter(|cause| !fault.message().contains(cause)) {
        let _ = writeln!(io::stderr(), "  because: {cause}");
    }
    ExitCode::from(if asks && fault.code() == Code::FieldInvalid { USAGE } else { FAILURE })
}

#[cfg(test)]
mod tests;
