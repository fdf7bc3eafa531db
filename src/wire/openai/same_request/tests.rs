use serde_json::{Value, json};

use super::*;
use crate::base::Code;
use crate::wire::{Endpoint, Format, ModelFacts, Quirks, peek};

fn sent(body: &str, model: &str, words: &[&str]) -> Result<(String, Vec<String>)> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let peek = peek(Endpoint::Chat, &body).unwrap();
    let quirks = Quirks::of(words.iter().copied());
    let to = Target { format: Format::OpenAi, model, quirks: &quirks, facts: ModelFacts::default() };
    let outgoing = outgoing(&peek, &body, &to)?;
    serde_json::from_slice::<Value>(&outgoing.body).expect("what is sent is JSON");
    Ok((String::from_utf8(outgoing.body.to_vec()).unwrap(), outgoing.dropped))
}

const HI: &str = r#""messages":[{"role":"user","content":"hi"}]"#;

#[test]
fn nothing_to_edit_is_the_very_same_body() {
    let body = Bytes::from(format!("{{ \"model\" : \"m\", {HI} }}"));
    let peek = peek(Endpoint::Chat, &body).unwrap();
    let to = Target {
        format: Format::OpenAi,
        model: "m",
        quirks: &Quirks::default(),
        facts: ModelFacts::default(),
    };
    assert_eq!(outgoing(&peek, &body, &to).unwrap().body.as_ptr(), body.as_ptr());
}

#[test]
fn only_the_models_bytes_change() {
    let (body, _) =
        sent(&format!("{{\n {HI},\t\"model\" : \"m\" , \"x\":[1.50,\"\\u00e9\"]}}"), "v\"1", &[]).unwrap();
    assert_eq!(body, format!("{{\n {HI},\t\"model\" : \"v\\\"1\" , \"x\":[1.50,\"\\u00e9\"]}}"));
}

#[test]
fn a_model_name_written_with_escapes_is_found() {
    let (body, _) = sent(&format!(r#"{{"mod\u0065l":"m",{HI}}}"#), "v", &[]).unwrap();
    assert_eq!(body, format!(r#"{{"mod\u0065l":"v",{HI}}}"#));
}

#[test]
fn usage_is_asked_for_on_every_stream() {
    for (options, wanted) in [
        ("", r#""stream_options":{"include_usage":true},"#),
        (r#""stream_options":null,"#, r#""stream_options":{"include_usage":true},"#),
        (r#""stream_options":{},"#, r#""stream_options":{"include_usage":true},"#),
        (r#""stream_options":{ "x":1},"#, r#""stream_options":{"include_usage":true, "x":1},"#),
        (r#""stream_options":{"include_usage":false},"#, r#""stream_options":{"include_usage":true},"#),
        (r#""stream_options":{"include_usage":true},"#, r#""stream_options":{"include_usage":true},"#),
    ] {
        let (body, _) = sent(&format!(r#"{{{options}"model":"m","stream":true,{HI}}}"#), "m", &[]).unwrap();
        assert_eq!(body, format!(r#"{{{wanted}"model":"m","stream":true,{HI}}}"#));
    }
    let (body, _) = sent(&format!(r#"{{"model":"m",{HI}}}"#), "m", &[]).unwrap();
    assert!(!body.contains("stream_options"));
}

#[test]
fn a_vendor_without_stream_options_is_not_sent_them() {
    let body = format!(r#"{{"model":"m","stream":true,{HI},"stream_options":{{"include_usage":true}}}}"#);
    let (body, dropped) = sent(&body, "m", &["no_stream_options"]).unwrap();
    assert_eq!(body, format!(r#"{{"model":"m","stream":true,{HI}}}"#));
    assert_eq!(dropped, ["stream_options"]);
}

#[test]
fn the_limit_goes_under_the_name_the_vendor_knows() {
    for (words, fields, wanted) in [
        (["max_completion_tokens"], json!({"max_tokens": 5}), json!({"max_completion_tokens": 5})),
        (["max_tokens_only"], json!({"max_completion_tokens": 5}), json!({"max_tokens": 5})),
        (["max_tokens_only"], json!({"max_completion_tokens": 5, "max_tokens": 9}), json!({"max_tokens": 5})),
        (
            ["max_tokens_only"],
            json!({"max_completion_tokens": null, "max_tokens": 9}),
            json!({"max_tokens": 9}),
        ),
        (
            ["max_completion_tokens"],
            json!({"max_completion_tokens": 5, "max_tokens": 9}),
            json!({"max_completion_tokens": 5}),
        ),
        (
            ["max_completion_tokens"],
            json!({"max_completion_tokens": null, "max_tokens": 9}),
            json!({"max_completion_tokens": 9}),
        ),
        (["other"], json!({"max_tokens": 5}), json!({"max_tokens": 5})),
    ] {
        let mut whole = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (body, _) = sent(&whole.to_string(), "m", &words).unwrap();
        let mut body: Value = serde_json::from_str(&body).unwrap();
        body.as_object_mut().unwrap().retain(|name, _| name.starts_with("max"));
        assert_eq!(body, wanted);
    }
}

#[test]
fn refused_fields_are_left_out_or_refused_by_what_they_say() {
    let body = format!(
        r#"{{"seed":1,"n":1,"logprobs":false,"model":"m",{HI},"presence_penalty":0.5,"frequency_penalty":0}}"#
    );
    let words = ["no_seed", "no_n", "no_logprobs", "no_penalties"];
    let (sent_body, dropped) = sent(&body, "m", &words).unwrap();
    assert_eq!(sent_body, format!(r#"{{"model":"m",{HI}}}"#));
    assert_eq!(dropped, ["seed", "frequency_penalty", "presence_penalty"]);
    let refused = sent(&format!(r#"{{"n":2,"model":"m",{HI}}}"#), "m", &words).unwrap_err();
    assert_eq!((refused.code(), refused.param()), (Code::FieldUnsupported, Some("n")));
}

#[test]
fn a_field_may_have_another_name_at_the_vendor() {
    let (body, _) = sent(&format!(r#"{{"model":"m","seed":7,{HI}}}"#), "m", &["random_seed"]).unwrap();
    assert!(body.contains(r#""random_seed":7"#));
}

#[test]
fn b24_the_names_inside_metadata_are_inert() {
    let body = format!(r#"{{"model":"m",{HI},"metadata":{{"api_base":"http://x","api_key":"k"}}}}"#);
    assert_eq!(sent(&body, "m", &[]).unwrap().0, body);
}
