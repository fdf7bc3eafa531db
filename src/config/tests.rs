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
