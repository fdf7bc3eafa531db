use askama::Template;
use serde_json::json;

use super::*;
use crate::base::Timestamp;

fn document() -> serde_json::Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Portico", "version": "1.2.3" },
        "tags": [{ "name": "keys", "description": "What is called with." }, { "name": "calls" }],
        "paths": {
            "/api/v1/calls": { "get": { "tags": ["calls"], "summary": "List calls", "responses": { "200": { "description": "A page of calls" } } } },
            "/api/v1/keys/{id}/rotation": { "post": {
                "tags": ["keys"],
                "security": [{ "token": ["write"] }],
                "description": "Rotate a key.\n\nThe older secret works for the overlap.",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Rotation" } } } },
                "responses": { "200": { "description": "The new secret", "content": { "application/json": { "schema": { "type": "object", "properties": { "items": { "type": "array", "items": { "$ref": "#/components/schemas/Rotation" } } } } } } }, "404": { "description": "No such key" } },
            } },
        },
        "components": { "schemas": {
            "Rotation": { "type": "object", "required": ["overlap"], "properties": {
                "overlap": { "$ref": "#/components/schemas/Overlap" },
                "note": { "type": ["string", "null"], "description": "Why" },
                "again": { "$ref": "#/components/schemas/Rotation" },
            } },
            "Overlap": { "type": "string", "enum": ["0", "1h", "24h"] },
        } },
    })
}

fn shown() -> ApiPage {
    ApiPage::new(Frame::anonymous("/docs/api", Timestamp(0)), "http://127.0.0.1:8080/", &document())
}

#[test]
fn operations_are_grouped_by_tag_in_the_order_of_the_tags() {
    let page = shown();
    assert_eq!(page.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Keys", "Calls"]);
    assert_eq!(page.count(), 2);
}

#[test]
fn fields_say_their_type_and_whether_they_must_be_there() {
    let page = shown();
    let rotate = &page.groups[0].operations[0];
    assert_eq!(rotate.summary, "Rotate a key.");
    assert_eq!(rotate.parameters[0].kind, "string (uuid)");
    let fields: Vec<_> =
        rotate.body.iter().map(|field| (field.name.as_str(), field.kind.as_str(), field.required)).collect();
    assert_eq!(
        fields,
        [
            ("again", "Rotation", false),
            ("note", "string or null", false),
            ("overlap", "one of 0, 1h, 24h", true)
        ]
    );
}

#[test]
fn an_operation_shows_its_paragraphs_its_need_and_what_the_fields_of_its_answer_mean() {
    let page = shown();
    let rotate = &page.groups[0].operations[0];
    assert_eq!(rotate.text, ["The older secret works for the overlap."]);
    assert_eq!((rotate.need.as_str(), page.groups[0].text.as_str()), ("write", "What is called with."));
    let told: Vec<_> =
        rotate.answers[0].fields.iter().map(|field| (field.name.as_str(), field.text.as_str())).collect();
    assert_eq!(told, [("note", "Why")]);
    let html = page.render().expect("a template never fails");
    assert!(html.contains("Needs a token that may write.") && html.contains("What is called with."));
}

#[test]
fn a_schema_that_holds_itself_gives_a_sample_that_ends() {
    let page = shown();
    assert!(page.groups[0].operations[0].sample.contains("\"overlap\": \"0\""));
}

#[test]
fn the_page_shows_every_operation_with_a_curl() {
    let html = shown().render().expect("a template never fails");
    assert!(html.contains("1.2.3"));
    assert!(html.contains("/api/v1/keys/{id}/rotation"));
    assert!(html.contains("curl -X POST http://127.0.0.1:8080/api/v1/keys/"));
}

#[test]
fn an_empty_document_is_an_empty_page() {
    let frame = Frame::anonymous("/docs/api", Timestamp(0));
    let page = ApiPage::new(frame, "http://127.0.0.1:8080", &json!({}));
    assert_eq!(page.count(), 0);
    assert!(page.render().is_ok());
}
