use super::*;

fn from_file(text: &str) -> crate::base::Result<Config> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portico.toml");
    std::fs::write(&file, text).unwrap();
    load(&Flags { file: Some(file), ..Flags::default() })
}

#[test]
fn every_field_of_the_table_is_read() {
    let config = from_file("").unwrap();
    let tree = serde_json::to_value(&config).unwrap();
    let mut paths: Vec<String> = Vec::new();
    for (section, fields) in tree.as_object().unwrap() {
        paths.extend(fields.as_object().unwrap().keys().map(|name| format!("{section}.{name}")));
    }
    let mut table: Vec<String> = FIELDS.iter().map(|f| f.path.to_owned()).collect();
    paths.sort();
    table.sort();
    assert_eq!(paths, table);
}

#[test]
fn p26_a_wrong_field_is_named() {
    for (text, field) in [
        ("[server]\nlisten = \"nowhere\"", "server.listen"),
        (
            "[server]\nlisten = \"localhost:8080\"",
            "server.listen: it must be an address with a port, such as 127.0.0.1:8080 (a name such as localhost does",
        ),
        ("[server]\nworkers = 0", "server.workers"),
        ("[log]\nlevel = \"verbose\"", "log.level"),
        ("[log]\nlevel = \"info,portico=nonsense\"", "log.level"),
        ("[server]\npublic_url = \"ftp://x\"", "server.public_url"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/99\"]", "server.trusted_proxies"),
        ("[database]\nurl = \"mysql://x\"", "database.url"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[server]\ncolour = 1", "server"),
    ] {
        let fault = from_file(text).unwrap_err();
        assert!(fault.message().contains(field), "{text}: {}", fault.message());
    }
}

#[test]
fn an_address_of_the_database_that_cannot_be_read_is_not_repeated() {
    for password in ["Se#CrEt", "Se/CrEt", "Se?CrEt"] {
        let text = format!("[database]\nurl = \"postgres://portico:{password}@127.0.0.1/portico\"");
        let fault = from_file(&text).unwrap_err();
        assert!(fault.message().contains("database.url") && fault.message().contains("%23"), "{fault}");
        assert!(!format!("{fault} {fault:?}").contains("CrEt"), "{fault:?}");
    }
    for good in ["postgres://portico:Se%23CrEt@127.0.0.1/p", "postgresql:///p?host=/run/postgresql"] {
        from_file(&format!("[database]\nurl = \"{good}\"")).unwrap();
    }
}

#[test]
fn a_number_that_serves_nobody_is_refused_with_its_bounds() {
    for (text, field, bounds) in [
        ("[gateway]\nmemory_budget = 10", "gateway.memory_budget", "1048576 to 1099511627776"),
        ("[gateway]\nmemory_budget = 12000000", "gateway.memory_budget", "two bodies of gateway.body_cap"),
        ("[gateway]\nbody_cap = 99999999999", "gateway.body_cap", "1024 to 268435456"),
        ("[gateway]\nbody_seconds = 0", "gateway.body_seconds", "1 to 3600"),
        ("[journal]\nmax_bytes = 1", "journal.max_bytes", "67108864 to"),
        ("[server]\nworkers = 100000", "server.workers", "1 to 256"),
        ("[server]\nshutdown_seconds = 100000", "server.shutdown_seconds", "0 to 3600"),
    ] {
        let fault = from_file(text).unwrap_err();
        assert!(fault.message().contains(field) && fault.message().contains(bounds), "{}", fault.message());
    }
    for field in FIELDS.iter().filter(|field| field.default.parse::<u64>().is_ok()) {
        let (least, most) = field.bounds.unwrap_or_else(|| panic!("{} has no bounds", field.path));
        assert!((least..=most).contains(&field.default.parse().unwrap()), "{}", field.path);
    }
}

#[test]
fn what_is_wrong_is_told_in_words_for_who_wrote_it() {
    for (text, says) in [
        (
            "[server]\nlisten = 8080",
            "server.listen: it must be an address with a port, such as 127.0.0.1:8080 (a name such as localhost does not work), not 8080",
        ),
        ("[server]\nlisten = \"127.0.0.1\"", "server.listen: it must be an address with a port"),
        (
            "[server]\nworkers = \"many\"",
            "server.workers: it must be a whole number from 1 to 256, not \"many\"",
        ),
        (
            "[journal]\nmax_bytes = -1",
            "journal.max_bytes: it must be a whole number from 67108864 to 1099511627776, not -1",
        ),
        (
            "[server]\ntrusted_proxies = \"10.0.0.1\"",
            "server.trusted_proxies: it must be a list, not \"10.0.0.1\"",
        ),
        ("[log]\nformat = \"xml\"", "log.format: it must be one of pretty, json, not \"xml\""),
        ("[sever]\nport = 1", "sever: there is no such setting; known are server, data,"),
    ] {
        let fault = from_file(text).unwrap_err();
        assert!(fault.message().starts_with(says), "{text}: {}", fault.message());
    }
}

#[test]
fn a_folder_is_no_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let flags = Flags { file: Some(folder.path().to_owned()), ..Flags::default() };
    let told = load(&flags).unwrap_err();
    assert!(told.message().ends_with("is a folder; name the file in it"), "{}", told.message());
}

#[test]
fn a_proxy_may_be_an_address_as_a_keys_list_may_hold_one() {
    let config =
        from_file("[server]\ntrusted_proxies = [\"127.0.0.1\", \"fd00::1\", \"10.1.2.3/8\"]").unwrap();
    let read: Vec<String> = config.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(read, ["127.0.0.1/32", "fd00::1/128", "10.0.0.0/8"]);
    let fault = from_file("[server]\ntrusted_proxies = [\"localhost\"]").unwrap_err();
    for part in ["server.trusted_proxies", "\"localhost\" is neither an address nor a network"] {
        assert!(fault.message().contains(part), "{}", fault.message());
    }
}

#[test]
fn a_misspelt_variable_is_named_with_the_one_that_was_meant() {
    let read = |names: &[&str]| names::strangers(names.iter().map(ToString::to_string));
    for (typed, meant) in [
        ("PORTICO_SERVER_LISTN", "PORTICO_SERVER_LISTEN"),
        ("PORTICO_SERVER_LISTEN_", "PORTICO_SERVER_LISTEN"),
        ("PORTICO_DATABASE_ULR", "PORTICO_DATABASE_URL"),
    ] {
        let fault = read(&["PORTICO_KEY", typed]).unwrap_err();
        assert!(fault.message().contains(typed) && fault.message().contains(meant), "{}", fault.message());
    }
    let every: Vec<&str> = FIELDS.iter().map(|field| field.variable).collect();
    assert_eq!(read(&every).unwrap(), Vec::<String>::new());
    let around = ["HOME", "PORTICO_PREFIX", "PORTICO_SERVICE_HOST", "PORTICO_CONFIG"];
    assert_eq!(read(&around).unwrap(), ["PORTICO_SERVICE_HOST"], "far from all settings: a warning");
}
