//! The pages of the documentation that are made from code, so that they cannot go stale.

use std::fmt::Write;

use crate::api;
use crate::base::Code;
use crate::base::codes::Fault;
use crate::config::FIELDS;

const NOTE: &str = "<!-- Printed from code by";

/// `docs/configuration.md`.
pub fn configuration() -> String {
    let mut page = format!(
        "# Settings\n\n{NOTE} `portico docs configuration`. -->\n\n\
         Each setting comes from the first place that has it: a flag, its environment variable, the file \
         `portico.toml`, its default. The file is the one named by `--config` or `PORTICO_CONFIG`, else \
         `portico.toml` in the working folder, else the one `install.sh` wrote in `PREFIX/etc`. \
         `portico config check` tells whether all is right and names the setting that is not; a wrong one ends \
         the program with code 78. A variable that is nearly one of these is refused like an unknown field; \
         `config check` lists others that begin with `PORTICO_` and that nothing reads.\n"
    );
    let mut section = "";
    for field in FIELDS {
        let (head, name) = field.path.split_once('.').unwrap_or(("", field.path));
        if head != section {
            section = head;
            let _ = write!(
                page,
                "\n## {head}\n\n| Setting | Variable | Default | Meaning |\n|---|---|---|---|\n"
            );
        }
        let default =
            if field.default.is_empty() { "–".to_owned() } else { format!("`{}`", field.default) };
        let list = if field.list { " The variable takes a comma-separated list." } else { "" };
        let bounds =
            field.bounds.map(|(least, most)| format!(" From {least} to {most}.")).unwrap_or_default();
        let _ = writeln!(
            page,
            "| `{name}` | `{}` | {default} | {}{bounds}{list} |",
            field.variable, field.meaning
        );
    }
    page.push_str("\n```toml\n# portico.toml\n[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"https://ai.example.com\"\ntrusted_proxies = [\"127.0.0.1/32\"]\n\n[data]\ndir = \"/var/lib/portico\"\n```");
    page
}

/// `docs/openapi.json`.
pub fn openapi() -> String {
    serde_json::to_string_pretty(&api::document::value()).unwrap_or_default()
}

/// `docs/errors.md`.
pub fn errors() -> String {
    let mut page = format!(
        "# Errors\n\n{NOTE} `portico docs errors`. -->\n\n\
         One answer per cause. The body has the shape of the protocol that was called, with `code` as below, the \
         request id, and the addresses of the code's page (`doc_url`) and of the page that shows the whole decision \
         (`diagnose_url`; a wrong path or method is no call, leaves no record and has none). Codes never change their name or meaning. *Retry*: the very same request may succeed \
         later; all others carry `x-should-retry: false`, and so does a request that is larger than the whole limit it \
         met. `Retry-After` is sent where the time is known.\n\n\
         | Code | Status | Whose fault | Retry | What it says | What to do |\n|---|---|---|---|---|---|\n"
    );
    for code in Code::ALL {
        let fault = match code.fault() {
            Fault::Caller => "caller",
            Fault::Vendor => "vendor",
            Fault::Portico => "Portico",
        };
        let retry = if code.retry() { "yes" } else { "no" };
        let _ = writeln!(
            page,
            "| `{}` | {} | {fault} | {retry} | {} | {} |",
            code.word(),
            code.status(),
            code.message(),
            code.next()
        );
    }
    page.truncate(page.trim_end().len());
    page
}
