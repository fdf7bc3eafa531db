//! The command line, as clap reads it; its comments are the help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Portico: an AI gateway with an API portal in one binary.
///
/// Without a command it serves. Developers open the portal in a browser, subscribe to an API and make a key; their
/// programs call /v1/chat/completions with it, as they would call OpenAI.
#[derive(Parser)]
#[command(name = "portico", version, after_help = EPILOGUE)]
pub struct Line {
    #[command(flatten)]
    pub settings: Settings,
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EPILOGUE: &str = "\
First steps:
  portico serve                     start it, then open the set-up link:
  portico setup-link                print a new one-time set-up link
  portico config check              check the settings without starting

Settings come from flags, then PORTICO_… variables, then portico.toml (here, or the one install.sh wrote).
Exit codes: 0 done, 1 failed, 64 wrong command line, 78 wrong settings.";

#[derive(Args)]
pub struct Settings {
    /// The settings file [default: ./portico.toml, or the installation's]
    #[arg(long, global = true, env = "PORTICO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder: databases, journal, key file
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on, such as 127.0.0.1:8080
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// postgres://user:password@host/name instead of SQLite in the data folder
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the gateway and the portal (the default)
    Serve,
    /// Look at a key without asking any server
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Look at the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Bring the databases up to date, then end
    Migrate,
    /// Copy databases, journal, key file and settings into a new folder; the server may run meanwhile
    Backup {
        /// The folder to make
        folder: PathBuf,
    },
    /// Put a backup in place of the data folder's contents, which are kept beside; stop the server first
    Restore {
        /// A folder that `portico backup` made
        folder: PathBuf,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Print a page of the documentation that is made from code
    #[command(hide = true)]
    Docs {
        #[command(subcommand)]
        command: DocsCommand,
    },
}

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Tell whether a text has the form of a Portico key: prefix, length, checksum
    Check {
        /// The key; read from standard input when left out, which keeps it out of the shell's history
        key: Option<String>,
    },
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Check every setting and name the one that is wrong
    Check,
}

#[derive(Subcommand)]
pub enum DocsCommand {
    /// docs/configuration.md
    Configuration,
    /// docs/errors.md
    Errors,
}
