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
    /// Least and most of a number.
    pub bounds: Option<(u64, u64)>,
}

macro_rules! fields {
    ($($path:literal $variable:literal $default:literal $shape:tt $meaning:literal;)+) => {
        pub const FIELDS: &[Field] = &[$(Field {
            path: $path, variable: $variable, default: $default, meaning: $meaning,
            list: fields!(@list $shape), bounds: fields!(@bounds $shape),
        },)+];
    };
    (@list list) => { true };
    (@list $other:tt) => { false };
    (@bounds ($least:expr, $most:expr)) => { Some(($least, $most)) };
    (@bounds $other:tt) => { None };
}

const MIB: u64 = 1 << 20;
const TIB: u64 = 1 << 40;

fields! {
    "server.listen" "PORTICO_SERVER_LISTEN" "\"127.0.0.1:8080\"" one "Address and port to listen on.";
    "server.public_url" "PORTICO_SERVER_PUBLIC_URL" "" one "How people and SDKs reach this server, such as `https://ai.example.com`. Links are made from it; with `https` the cookie is `__Host-portico`.";
    "server.trusted_proxies" "PORTICO_SERVER_TRUSTED_PROXIES" "[]" list "Addresses or networks of the reverse proxies whose `X-Forwarded-For` is believed.";
    "server.workers" "PORTICO_SERVER_WORKERS" "2" (1, 256) "Worker threads.";
    "server.shutdown_seconds" "PORTICO_SERVER_SHUTDOWN_SECONDS" "30" (0, 3_600) "Seconds that open calls get to end after SIGTERM.";
    "data.dir" "PORTICO_DATA_DIR" "\"data\"" one "The data folder: databases, journal, key file. Made with mode 0700.";
    "database.url" "PORTICO_DATABASE_URL" "" one "`postgres://user:password@host/name` for PostgreSQL; left out, SQLite in the data folder.";
    "gateway.body_cap" "PORTICO_GATEWAY_BODY_CAP" "10485760" (1_024, 256 * MIB) "Bytes of a call's body at most.";
    "gateway.memory_budget" "PORTICO_GATEWAY_MEMORY_BUDGET" "268435456" (MIB, TIB) "Bytes that all open calls together may hold, whole answers of vendors included; above it calls get 503 `overloaded`. It holds two bodies of `body_cap` at least.";
    "gateway.body_seconds" "PORTICO_GATEWAY_BODY_SECONDS" "30" (1, 3_600) "Seconds in which a body must have arrived whole; a caller who takes nothing of an answer for as long has left.";
    "gateway.terse_errors" "PORTICO_GATEWAY_TERSE_ERRORS" "false" one "Answer each error with the fixed sentences of its code alone, as `docs/errors.md` lists them, without the names, dates, limits and nearest matches of this call: for exposure to a hostile network. Status, code, request id and the addresses of the two pages stay; those pages tell details to who may see them.";
    "journal.max_bytes" "PORTICO_JOURNAL_MAX_BYTES" "1073741824" (64 * MIB, TIB) "Bytes that the journal may grow to while the database is away; then calls with a budget get 503.";
    "log.level" "PORTICO_LOG_LEVEL" "\"info\"" one "What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `portico=debug`.";
    "log.format" "PORTICO_LOG_FORMAT" "\"pretty\"" one "`pretty` or `json`.";
}
