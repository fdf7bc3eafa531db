use std::collections::BTreeSet;

use super::*;
use crate::api;
use crate::web::route::Door;

/// The document's own address is not part of the document.
const ITSELF: &str = "GET /api/v1/openapi.json";

#[test]
fn the_document_holds_exactly_the_routes() {
    let routes: BTreeSet<String> = api::endpoints()
        .iter()
        .map(|page| format!("{} {}", page.method, page.path))
        .filter(|route| route != ITSELF)
        .collect();
    let value = value();
    let paths = value["paths"].as_object().cloned().unwrap_or_default();
    let documented: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().cloned().unwrap_or_default();
            methods.keys().map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(documented, routes, "left: in the document, right: in the route tables");
}

#[test]
fn the_document_is_openapi_3_1_and_names_its_token() {
    let value = value();
    assert!(value["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_eq!(value["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

/// Every operation as `METHOD /path` with what the document says of it.
fn operations() -> Vec<(String, serde_json::Value)> {
    let value = value();
    let paths = value["paths"].as_object().cloned().unwrap_or_default();
    let of = |(path, item): (&String, &serde_json::Value)| {
        let methods = item.as_object().cloned().unwrap_or_default();
        let named = methods.into_iter().map(|(method, it)| (format!("{} {path}", method.to_uppercase()), it));
        named.collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn every_operation_has_a_summary_of_its_own_and_says_who_may() {
    let (mut seen, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let mut bare = Vec::new();
    for (name, operation) in operations() {
        if !ids.insert(operation["operationId"].as_str().unwrap_or_default().to_owned()) {
            bare.push(format!("{name}: another operation has the same id"));
        }
        let text = |field: &str| operation[field].as_str().unwrap_or_default().trim().to_owned();
        let (tag, summary) = (operation["tags"][0].as_str().unwrap_or_default().to_owned(), text("summary"));
        if summary.is_empty() || text("description").is_empty() {
            bare.push(name);
        } else if !seen.insert((tag, summary)) {
            bare.push(format!("{name}: another operation of its tag has the same summary"));
        }
    }
    assert_eq!(bare, Vec::<String>::new());
    assert!(seen.len() > 90, "{}", seen.len());
}

#[test]
fn every_parameter_and_every_tag_is_described() {
    let mut bare = Vec::new();
    let value = value();
    let tags: Vec<&str> =
        value["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    for (name, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                bare.push(format!("{name}: {}", parameter["name"]));
            }
        }
        if !operation["tags"][0].as_str().is_some_and(|tag| tags.contains(&tag)) {
            bare.push(format!("{name}: {}", operation["tags"]));
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn every_schema_is_described_and_so_is_every_amount_of_time_or_money() {
    let value = value();
    let mut bare = Vec::new();
    for (name, schema) in value["components"]["schemas"].as_object().unwrap() {
        if schema["description"].as_str().is_none_or(str::is_empty) {
            bare.push(name.clone());
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let has_unit = ["_at", "_ms", "_us", "_nanos", "_days", "_tokens"];
            let needs = has_unit.iter().any(|unit| field.ends_with(unit));
            if needs && property["description"].as_str().is_none_or(str::is_empty) {
                bare.push(format!("{name}.{field}"));
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_need_of_each_operation_is_that_of_its_route() {
    let documented: BTreeSet<String> = operations()
        .into_iter()
        .map(|(name, operation)| {
            format!("{name} {}", operation["security"][0]["token"][0].as_str().unwrap_or_default())
        })
        .collect();
    let routes: BTreeSet<String> = api::endpoints()
        .iter()
        .filter_map(|page| match page.door {
            Door::Api(ApiNeed::Read) => Some(format!("{} {} read", page.method, page.path)),
            Door::Api(ApiNeed::Write | ApiNeed::May(_)) => {
                Some(format!("{} {} write", page.method, page.path))
            }
            _ => None,
        })
        .collect();
    assert_eq!(documented, routes, "left: in the document, right: in the route tables");
}
