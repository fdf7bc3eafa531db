use std::collections::BTreeSet;

use super::*;
use crate::api;

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
