//! Every setting in one table: the file's name, the variable, the default and the meaning.
//! `docs/configuration.md` is printed from it.

/// One setting.
pub struct Field {
    /// As in the file: `section.name`.
    pub path: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// As written in TOML; empty when there is none.
    pub default: &'static str,
    pub meaning: &'static str,
    /// True where the variable holds a comma-separated list.
    pub list: bool,
}

macro_rules! fields {
    ($($path:literal $variable:literal $default:literal $list:ident $meaning:literal;)+) => {
        pub const FIELDS: &[Field] = &[$(Field {
            path: $path, variable: $variable, default: $default, meaning: $meaning, list: fields!(@ $list),
        },)+];
    };
    (@ one) => { false };
    (@ list) => { true };
}

fields! {
    "server.listen" "PORTICO_SERVER_LISTEN" "\"127.0.0.1:8080\"" one "Address and port to listen on.";
    "server.public_url" "PORTICO_SERVER_PUBLIC_URL" "" one "How people and SDKs reach this server, such as `https://ai.example.com`. Links are made from it; with `https` the cookie is `__Host-portico`.";
    "server.trusted_proxies" "PORTICO_SERVER_TRUSTED_PROXIES" "[]" list "Networks of the reverse proxies whose `X-Forwarded-For` is believed.";
    "server.workers" "PORTICO_SERVER_WORKERS" "2" one "Worker threads.";
    "server.shutdown_seconds" "PORTICO_SERVER_SHUTDOWN_SECONDS" "30" one "Seconds that open calls get to end after SIGTERM.";
    "data.dir" "PORTICO_DATA_DIR" "\"data\"" one "The data folder: databases, journal, key file. Made with mode 0700.";
    "database.url" "PORTICO_DATABASE_URL" "" one "`postgres://user:password@host/name` for PostgreSQL; left out, SQLite in the data folder.";
    "gateway.body_cap" "PORTICO_GATEWAY_BODY_CAP" "10485760" one "Bytes of a call's body at most.";
    "gateway.memory_budget" "PORTICO_GATEWAY_MEMORY_BUDGET" "268435456" one "Bytes that all open calls together may hold, whole answers of vendors included; above it calls get 503 `overloaded`.";
    "gateway.body_seconds" "PORTICO_GATEWAY_BODY_SECONDS" "30" one "Seconds in which a body must have arrived whole.";
    "gateway.terse_errors" "PORTICO_GATEWAY_TERSE_ERRORS" "false" one "Answer the error code alone, without details: for exposure to a hostile network.";
    "journal.max_bytes" "PORTICO_JOURNAL_MAX_BYTES" "1073741824" one "Bytes that the journal may grow to while the database is away; then calls with a budget get 503.";
    "log.level" "PORTICO_LOG_LEVEL" "\"info\"" one "What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `portico=debug`.";
    "log.format" "PORTICO_LOG_FORMAT" "\"pretty\"" one "`pretty` or `json`.";
}
