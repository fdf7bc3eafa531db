//! The command line, as clap reads it; its comments are the help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::base::Error;
use crate::base::ids::AdminTokenId;
use crate::config::ADDRESS;
use crate::domain::people::{self, Email, admin_tokens, sign_up};

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

impl Line {
    /// Refuses words that are right by themselves and not together.
    ///
    /// # Errors
    /// Clap's own, which says how the line is meant.
    pub fn fitting(self) -> Result<Self, clap::Error> {
        match &self.command {
            Some(Command::SignUp { mode: Some(mode), domains })
                if !matches!(mode, SignUpWord::Domain) && !domains.is_empty() =>
            {
                let told = "--domain goes with the mode `domain` alone";
                Err(Self::command().error(ErrorKind::ArgumentConflict, told))
            }
            _ => Ok(self),
        }
    }
}

const EPILOGUE: &str = "\
First steps:
  portico serve                     start it, then open the set-up link:
  portico setup-link                print a new one-time set-up link
  portico user list                 who has an account
  portico config check              check the settings without starting

Settings come from flags, then PORTICO_… variables, then portico.toml (here, or the one install.sh wrote).
Exit codes: 0 done, 1 failed, 64 wrong command line, 78 wrong settings.";

#[derive(Args)]
pub struct Settings {
    /// The settings file [default: PORTICO_CONFIG, ./portico.toml, or the installation's]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder: databases, journal, key file
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on, such as 127.0.0.1:8080
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// postgres://user:password@host/name instead of SQLite in the data folder
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the gateway and the portal (the default)
    Serve,
    /// Print a new one-time link to the set-up wizard; it works for an hour
    SetupLink,
    /// Add people, change their role, reset a password
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Show or change who may make an account
    SignUp {
        /// The new mode; without it the one in force is printed
        #[arg(value_enum)]
        mode: Option<SignUpWord>,
        /// A domain that may sign up in the mode `domain`; may be given several times
        #[arg(
            long = "domain", value_name = "DOMAIN", requires = "mode", required_if_eq("mode", "domain"),
            value_parser = domain
        )]
        domains: Vec<String>,
    },
    /// Tokens for the management API
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
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
    /// Look at the audit
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
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
    /// Print the OpenAPI document of the management API
    Openapi,
    /// Make a demo: an admin, a developer, the demo vendor, an API, a subscription, a key
    DemoData {
        #[command(subcommand)]
        command: DemoCommand,
    },
    /// Print a page of the documentation that is made from code
    #[command(hide = true)]
    Docs {
        #[command(subcommand)]
        command: DocsCommand,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Add a person; prints a link where they choose a password
    Add {
        /// What they sign in with
        #[arg(value_parser = email)]
        email: Email,
        /// What pages call them [default: the part before the @]
        #[arg(long, value_parser = name)]
        name: Option<String>,
        /// What they may do
        #[arg(long, value_enum, default_value = "member")]
        role: RoleWord,
        /// Read the password from standard input instead of printing a link
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give another role; the person's sessions end
    Role {
        /// Whose
        #[arg(value_parser = email)]
        email: Email,
        /// The new one
        #[arg(value_enum)]
        role: RoleWord,
    },
    /// Print a link where the person chooses a new password
    ResetPassword {
        /// Whose
        #[arg(value_parser = email)]
        email: Email,
        /// Set a random password at once and print it instead
        #[arg(long)]
        now: bool,
    },
    /// List everybody
    List,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleWord {
    Admin,
    Publisher,
    Auditor,
    Member,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SignUpWord {
    /// Anybody may ask; an admin lets them in
    Open,
    /// Addresses at the given domains may ask
    Domain,
    /// Admins invite
    Invitation,
    /// No new accounts but by `portico user add`
    Off,
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it; it is not shown again
    Create {
        /// What it is for
        #[arg(value_parser = name)]
        name: String,
        /// The e-mail address of the user it acts as [default: the first admin]
        #[arg(long, value_name = "EMAIL", value_parser = email)]
        user: Option<Email>,
        /// It may change things too [default: it may look, and change nothing]
        #[arg(long)]
        write: bool,
        /// Days until it ends, 1 to 3650, or `never`
        #[arg(long, value_name = "DAYS", default_value = "90", value_parser = days)]
        days: Days,
    },
    /// List all tokens, by their first and last characters
    List,
    /// End a token
    Revoke {
        /// As `token list` prints it
        #[arg(value_parser = token_id)]
        id: AdminTokenId,
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
pub enum AuditCommand {
    /// Follow the chain of hashes from the first row; fails where a row was changed, or one is missing
    Check,
}

#[derive(Subcommand)]
pub enum DemoCommand {
    /// Add what is missing, make a key, print log-ins and key as name=value lines
    Add,
}

#[derive(Subcommand)]
pub enum DocsCommand {
    /// docs/configuration.md
    Configuration,
    /// docs/errors.md
    Errors,
}

/// What is judged while the line is read is a wrong line; what is refused later is a failure.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| ADDRESS)
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(sentence)
}

fn name(text: &str) -> Result<String, String> {
    people::name(text).map_err(sentence)
}

fn domain(text: &str) -> Result<String, String> {
    sign_up::domain(text.trim()).map_err(sentence)
}

/// How long a token lives; none is for ever.
#[derive(Clone, Copy)]
pub struct Days(pub Option<i64>);

fn days(text: &str) -> Result<Days, &'static str> {
    let number = || text.parse().ok().filter(|days| (1..=admin_tokens::MAX_DAYS).contains(days));
    match text {
        "never" => Ok(Days(None)),
        _ => number().map(|days| Days(Some(days))).ok_or("1 to 3650, or `never`"),
    }
}

fn token_id(text: &str) -> Result<AdminTokenId, &'static str> {
    text.parse().map_err(|_| "an id as `portico token list` shows it")
}

fn sentence(error: Error) -> String {
    error.message().to_owned()
}
