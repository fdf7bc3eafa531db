use serde_json::{Value, json};

use super::*;

#[test]
fn each_protocol_has_its_own_shape() {
    let id = CallId::fresh();
    let error = Code::FieldInvalid.saying("`n` must be smaller.").on("n");
    let openai: Value = serde_json::from_slice(&error_body(Format::OpenAi, &error, id, "http://p/")).unwrap();
    assert_eq!(
        openai,
        json!({"error": {
            "message": "`n` must be smaller. Change the field named in `param`.", "type": "invalid_request_error",
            "code": "field_invalid", "param": "n", "request_id": id.to_string(),
            "doc_url": "http://p/docs/errors/field_invalid", "diagnose_url": format!("http://p/diagnose/{id}"),
        }})
    );
    let anthropic: Value =
        serde_json::from_slice(&error_body(Format::Anthropic, &error, id, "http://p")).unwrap();
    assert_eq!(anthropic["type"], "error");
    assert_eq!(anthropic["error"]["type"], "invalid_request_error");
    assert_eq!(anthropic["request_id"], id.to_string());
}

#[test]
fn what_leaves_no_record_has_no_page_of_its_case() {
    for format in Format::ALL {
        for code in Code::ALL {
            let body = error_body(*format, &(*code).into(), CallId::fresh(), "http://p");
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert!(body["error"]["doc_url"].is_string(), "{body}");
            assert_eq!(body["error"].get("diagnose_url").is_some(), code.is_on_record(), "{body}");
        }
    }
}

#[test]
fn the_last_event_of_a_stream_holds_the_same_body() {
    let id = CallId::fresh();
    let error = Error::new(Code::StreamInterrupted);
    for format in Format::ALL {
        let event = error_event(*format, &error, id, "http://p");
        let text = std::str::from_utf8(&event).unwrap();
        let (head, body) = text.split_once("data: ").unwrap();
        assert_eq!(head, if *format == Format::Anthropic { "event: error\n" } else { "" });
        assert_eq!(
            body,
            format!("{}\n\n", std::str::from_utf8(&error_body(*format, &error, id, "http://p")).unwrap())
        );
    }
}

#[test]
fn a_vendors_404_has_the_type_of_a_404() {
    let error = Code::VendorRejected.saying("no such model").as_status(404);
    let body: Value =
        serde_json::from_slice(&error_body(Format::OpenAi, &error, CallId::fresh(), "")).unwrap();
    assert_eq!(body["error"]["type"], "not_found_error");
}

#[test]
fn a_sentence_ends_before_the_next_step_begins() {
    let next = Code::VendorRejected.next();
    for (said, before) in [
        ("The vendor said: bad thing", "bad thing. "),
        ("It said \"no.\"", "\"no.\" "),
        ("Really?", "Really? "),
        ("Guide: https://example.com/move", "https://example.com/move \u{2013} "),
    ] {
        let text = sentence(&Code::VendorRejected.saying(said));
        assert!(text.ends_with(&format!("{before}{next}")), "{text}");
    }
    assert_eq!(sentence(&Code::VendorRejected.saying(next)), next, "it is not said twice");
}
