//! Reads the layers and checks the whole.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::error::{Actual, Kind};
use figment::providers::{Format, Serialized, Toml};
use figment::value::Value;

use super::names::strangers;
use super::{Config, FIELDS};
use crate::base::{Code, Error, OrCode, Result};

/// What the command line may set.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file; `portico.toml` in the working folder when none is named and it is there.
    pub file: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub data_dir: Option<PathBuf>,
    pub database_url: Option<String>,
}

/// Reads and checks the configuration.
///
/// # Errors
/// `field_invalid` naming the field by its path.
pub fn load(flags: &Flags) -> Result<Config> {
    unread()?;
    let file = flags.file.clone().unwrap_or_else(|| PathBuf::from("portico.toml"));
    if flags.file.is_some() && !file.is_file() {
        let shown = file.display();
        let told = match file.is_dir() {
            true => format!("{shown} is a folder; name the file in it"),
            false => format!("there is no file {shown}"),
        };
        return Err(invalid("--config", told));
    }
    let mut layers = Figment::from(Toml::string(&defaults()));
    if file.is_file() {
        layers = layers.merge(Toml::file_exact(file));
    }
    for field in FIELDS {
        if let Some(text) = variable(field.variable) {
            layers = layers.merge(Serialized::default(field.path, value(&text, field.list)));
        }
    }
    if let Some(listen) = flags.listen {
        layers = layers.merge(Serialized::default("server.listen", listen.to_string()));
    }
    if let Some(dir) = &flags.data_dir {
        layers = layers.merge(Serialized::default("data.dir", dir));
    }
    if let Some(url) = &flags.database_url {
        layers = layers.merge(Serialized::default("database.url", url));
    }
    let config: Config = layers.extract().map_err(|fault| {
        let whole =
            || flags.file.as_ref().map_or("portico.toml".to_owned(), |file| file.display().to_string());
        let path = if fault.path.is_empty() { whole() } else { fault.path.join(".") };
        let bounds = FIELDS.iter().find(|field| field.path == path).and_then(|field| field.bounds);
        invalid(&path, told(&fault.kind, bounds))
    })?;
    check(&config)?;
    Ok(config)
}

/// What the reader of the layers found, in words for who wrote them.
fn told(kind: &Kind, bounds: Option<(u64, u64)>) -> String {
    match kind {
        Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
            let found = match found {
                Actual::Signed(number) => number.to_string(),
                Actual::Unsigned(number) => number.to_string(),
                Actual::Str(text) => format!("{text:?}"),
                other => other.to_string(),
            };
            format!("it must be {}, not {found}", plain(wanted, bounds))
        }
        Kind::UnknownField(_, known) => format!("there is no such setting; known are {}", known.join(", ")),
        Kind::UnknownVariant(word, known) => format!("it must be one of {}, not {word:?}", known.join(", ")),
        Kind::Message(text) if text == "invalid socket address syntax" => format!("it must be {ADDRESS}"),
        other => other.to_string(),
    }
}

/// What `server.listen` takes.
pub const ADDRESS: &str =
    "an address with a port, such as 127.0.0.1:8080 (a name such as localhost does not work)";

fn plain(wanted: &str, bounds: Option<(u64, u64)>) -> String {
    match (wanted, bounds) {
        ("socket address", _) => ADDRESS.to_owned(),
        ("u16" | "u32" | "u64" | "usize", Some((least, most))) => {
            format!("a whole number from {least} to {most}")
        }
        ("u16" | "u32" | "u64" | "usize", None) => "a whole number from 0".to_owned(),
        ("a sequence", _) => "a list".to_owned(),
        ("path string", _) => "a folder's name".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn check(config: &Config) -> Result<()> {
    if let Some(text) = &config.server.public_url {
        let plain = url::Url::parse(text).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
        let plain = plain.filter(|u| u.has_host() && u.query().is_none() && u.fragment().is_none());
        if !plain.is_some_and(|u| u.username().is_empty() && u.path() == "/") {
            return Err(invalid(
                "server.public_url",
                "it must be http(s)://host[:port] with no path".to_owned(),
            ));
        }
    }
    if let Some(url) = &config.database.url
        && !url.starts_with("postgres://")
        && !url.starts_with("postgresql://")
    {
        return Err(invalid("database.url", "it must begin with postgres://".to_owned()));
    }
    // The library that opens it repeats the whole address, password and all, where it cannot be read.
    if config.database.url.as_ref().is_some_and(|url| url::Url::parse(url).is_err()) {
        return Err(invalid(
            "database.url",
            "it is no address; in a password write # as %23, / as %2F, ? as %3F and @ as %40".to_owned(),
        ));
    }
    if config.data.dir.as_os_str().is_empty() {
        return Err(invalid("data.dir", "it must name a folder".to_owned()));
    }
    if !is_level(&config.log.level) {
        return Err(invalid(
            "log.level",
            "it must be off, error, warn, info, debug or trace, alone or as module=level".to_owned(),
        ));
    }
    let tree = serde_json::to_value(config).or_code(Code::Internal)?;
    for field in FIELDS {
        let amount =
            tree.pointer(&format!("/{}", field.path.replace('.', "/"))).and_then(|value| value.as_u64());
        if let (Some((least, most)), Some(amount)) = (field.bounds, amount)
            && !(least..=most).contains(&amount)
        {
            return Err(invalid(field.path, format!("it must be from {least} to {most}, not {amount}")));
        }
    }
    let (cap, budget) = (config.gateway.body_cap, config.gateway.memory_budget);
    if budget < cap.saturating_mul(2) {
        let sentence = format!(
            "it must hold two bodies of gateway.body_cap ({cap}), or large calls get 503 always; not {budget}"
        );
        return Err(invalid("gateway.memory_budget", sentence));
    }
    Ok(())
}

/// `info`, or `warn,portico::gateway=debug`: a word that is no level would silence the program.
fn is_level(text: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    text.split(',').all(|part| {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        LEVELS.iter().any(|known| level.eq_ignore_ascii_case(known))
    })
}

fn invalid(path: &str, what: String) -> Error {
    Code::FieldInvalid.saying(format!("{path}: {what}")).on(path)
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// The settings file that the environment names. An empty variable names none, like one of any setting.
pub fn named_file() -> Option<PathBuf> {
    std::env::var_os("PORTICO_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Variables of the environment that begin as ours do and that nothing reads.
///
/// # Errors
/// `field_invalid` for one that is nearly a setting.
pub fn unread() -> Result<Vec<String>> {
    strangers(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
}

/// Numbers and booleans as such, everything else as text.
fn value(text: &str, list: bool) -> Value {
    if list {
        return Value::from(text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>());
    }
    match (text.parse::<u64>(), text.parse::<bool>()) {
        (Ok(number), _) => Value::from(number),
        (_, Ok(switch)) => Value::from(switch),
        _ => Value::from(text.to_owned()),
    }
}

/// The defaults of the table as a TOML file.
fn defaults() -> String {
    let mut text = String::new();
    let mut section = "";
    for field in FIELDS.iter().filter(|f| !f.default.is_empty()) {
        let (head, name) = field.path.split_once('.').unwrap_or(("", field.path));
        if head != section {
            section = head;
            text.push_str(&format!("[{head}]\n"));
        }
        text.push_str(&format!("{name} = {}\n", field.default));
    }
    text.push_str("[database]\n");
    text
}
