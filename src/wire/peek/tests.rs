use std::time::Instant;

use super::*;

fn chat(body: &str) -> Result<Peek> {
    peek(Endpoint::Chat, &Bytes::copy_from_slice(body.as_bytes()))
}

/// A chat with `fields` beside a good model and message.
fn with(fields: &str) -> Result<Peek> {
    chat(&format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}],{fields}}}"#))
}

fn messages(json: &str) -> Result<Peek> {
    chat(&format!(r#"{{"model":"m","messages":{json}}}"#))
}

fn refused(read: Result<Peek>, param: &str) {
    let error = read.err().unwrap_or_else(|| panic!("{param} was taken"));
    assert_eq!((error.code(), error.param()), (Code::FieldInvalid, Some(param)));
}

fn not_json(body: &[u8]) -> Error {
    let error = peek(Endpoint::Chat, &Bytes::copy_from_slice(body)).expect_err("it was taken");
    assert_eq!(error.code(), Code::JsonInvalid, "{}", String::from_utf8_lossy(body));
    error
}

#[test]
fn what_the_gateway_needs_is_read() {
    let peek = with(
        r#""stream":true,"stream_options":{"include_usage":true},"max_tokens":7,"max_completion_tokens":9,"n":3,
           "tools":[{"type":"function","function":{"name":"f"}}],"x":{"model":1}"#,
    )
    .unwrap();
    assert_eq!((peek.model.as_str(), peek.stream, peek.include_usage), ("m", true, true));
    assert_eq!((peek.max_tokens, peek.n, peek.has_tools, peek.legacy_functions), (Some(9), 3, true, false));
    let legacy = with(r#""functions":[{"name":"f"}]"#).unwrap();
    assert!(legacy.legacy_functions && legacy.has_tools);
}

#[test]
fn an_image_counts_as_an_image_whatever_its_size() {
    let image = "A".repeat(1 << 20);
    let peek = messages(&format!(
        r#"[{{"role":"user","content":[{{"type":"text","text":"hi"}},
           {{"type":"image_url","image_url":{{"url":"data:image/png;base64,{image}"}}}},
           {{"type":"image_url","image_url":"https://x/y.png"}}]}}]"#
    ))
    .unwrap();
    assert!(peek.has_images);
    assert!((9_600..10_200).contains(&peek.prompt_bytes), "{}", peek.prompt_bytes);
}

#[test]
fn b13_a_body_that_is_no_object_is_refused() {
    for body in ["", " ", "null", "[]", "\"x\"", "1", "true"] {
        not_json(body.as_bytes());
    }
}

#[test]
fn b14_broken_json_is_refused_by_its_place_without_an_echo() {
    for body in [
        r#"{"model":"#,
        r#"{"model":"m"} x"#,
        r#"{"model":"m"}{}"#,
        "{/*c*/}",
        r#"{"a":NaN}"#,
        r#"{"a":'b'}"#,
        r#"{"a":1,}"#,
    ] {
        not_json(body.as_bytes());
    }
    let error = not_json(b"{\n  \"model\": \"secret-text\",\n  \"x\": nope\n}");
    assert_eq!(error.message(), "The body is not valid JSON: a value is expected here (line 3, column 8).");
}

#[test]
fn b15_nesting_and_names_are_bounded() {
    let started = Instant::now();
    not_json(format!("{{\"a\":{}", "[".repeat(10_000)).as_bytes());
    not_json(format!("{{\"a\":{}", "{\"a\":".repeat(10_000)).as_bytes());
    let many = |count: usize| (0..count).map(|n| format!("\"k{n}\":0")).collect::<Vec<_>>().join(",");
    assert!(chat(&format!("{{{}}}", many(100_000))).is_err());
    not_json(format!("{{\"a\":{{{}}}}}", many(100_000)).as_bytes());
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn b16_a_field_may_not_stand_twice() {
    refused(with(r#""model":"other""#), "model");
    refused(with(r#""mod\u0065l":"other""#), "model");
    refused(with(r#""messages":[]"#), "messages");
    refused(with(r#""x":1,"x":1"#), "x");
    refused(messages(r#"[{"role":"user","role":"system","content":"a"}]"#), "messages[0].role");
    refused(messages(r#"[{"role":"user","content":"b","content":"a"}]"#), "messages[0].content");
    for name in ["model", "stream", "max_tokens", "x"] {
        refused(chat(&format!(r#"{{"{name}":null,"{name}":null,"messages":[]}}"#)), name);
    }
    for name in ["role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal"] {
        let twice = format!(r#"[{{"{name}":null,"{name}":null,"role":"user","content":"a"}}]"#);
        refused(messages(&twice), &format!("messages[0].{name}"));
    }
    for name in ["type", "text", "image_url"] {
        let value = if name == "image_url" { "\"x\"" } else { "null" };
        let twice = format!(r#"[{{"role":"user","content":[{{"{name}":{value},"{name}":{value}}}]}}]"#);
        refused(messages(&twice), &format!("messages[0].content[0].{name}"));
    }
}

#[test]
fn b17_a_model_is_a_short_clean_name() {
    for model in ["1", "null", "[]", "{}", "\"\"", "\"a\\nb\"", "\"a\\u0000b\"", "true"] {
        refused(
            chat(&format!(r#"{{"model":{model},"messages":[{{"role":"user","content":"hi"}}]}}"#)),
            "model",
        );
    }
    let long = "x".repeat(10_000);
    refused(chat(&format!(r#"{{"model":"{long}","messages":[{{"role":"user","content":"hi"}}]}}"#)), "model");
    refused(chat(r#"{"messages":[{"role":"user","content":"hi"}]}"#), "model");
}

#[test]
fn b18_a_limit_is_a_whole_number_in_range() {
    for value in
        ["-1", "0", "3.5", "\"100\"", "1e400", "9223372036854775808", "2147483648", "1.0", "true", "[]"]
    {
        refused(with(&format!(r#""max_tokens":{value}"#)), "max_tokens");
        refused(with(&format!(r#""max_completion_tokens":{value}"#)), "max_completion_tokens");
    }
    assert_eq!(with(r#""max_tokens":null"#).unwrap().max_tokens, None);
    assert_eq!(with(r#""max_tokens":2147483647"#).unwrap().max_tokens, Some(2_147_483_647));
}

#[test]
fn b19_messages_have_known_shapes() {
    refused(chat(r#"{"model":"m"}"#), "messages");
    for (json, param) in [
        ("[]", "messages"),
        ("{}", "messages"),
        ("null", "messages"),
        ("\"hi\"", "messages"),
        ("[1]", "messages[0]"),
        (r#"[{"content":"a"}]"#, "messages[0].role"),
        (r#"[{"role":"pilot","content":"a"}]"#, "messages[0].role"),
        (r#"[{"role":1,"content":"a"}]"#, "messages[0].role"),
        (r#"[{"role":"user"}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":null}]"#, "messages[0].content"),
        (r#"[{"role":"assistant","content":null}]"#, "messages[0].content"),
        (r#"[{"role":"assistant","content":null,"tool_calls":[]}]"#, "messages[0].content"),
        (r#"[{"role":"assistant","content":null,"thinking_blocks":[]}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":null,"thinking_blocks":[{}]}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":5}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":[]}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":"a"},{"role":"user","content":[1]}]"#, "messages[1].content[0]"),
        (r#"[{"role":"user","content":[{"text":"a"}]}]"#, "messages[0].content[0].type"),
        (r#"[{"role":"user","content":[{"type":"hologram"}]}]"#, "messages[0].content[0].type"),
        (r#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
        (r#"[{"role":"user","content":[{"type":"text","text":1}]}]"#, "messages[0].content[0].text"),
        (r#"[{"role":"user","content":[{"type":"image_url"}]}]"#, "messages[0].content[0].image_url"),
        (r#"[{"role":"assistant","tool_calls":{}}]"#, "messages[0].tool_calls"),
    ] {
        refused(messages(json), param);
    }
    let many = vec![r#"{"role":"user","content":"a"}"#; 50_000].join(",");
    refused(messages(&format!("[{many}]")), "messages");
}

#[test]
fn an_assistant_that_only_calls_needs_no_content() {
    for json in [
        r#"[{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}]"#,
        r#"[{"role":"assistant","tool_calls":[{"id":"a"}]}]"#,
        r#"[{"role":"assistant","content":null,"function_call":{"name":"f"}}]"#,
        r#"[{"role":"assistant","content":null,"refusal":"no"}]"#,
        r#"[{"role":"assistant","content":null,"thinking_blocks":[{"type":"redacted_thinking","data":"x"}]}]"#,
        r#"[{"role":"assistant","content":[],"vendor_blocks":[{"type":"server_tool_use"}]}]"#,
        r#"[{"role":"assistant","reasoning_details":[{"type":"reasoning.encrypted","data":"x"}]}]"#,
        r#"[{"role":"function","name":"f","content":null}]"#,
    ] {
        messages(json).unwrap();
    }
}

#[test]
fn b20_counts_have_caps() {
    refused(with(r#""n":100000"#), "n");
    refused(with(r#""n":0"#), "n");
    refused(with(r#""best_of":5"#), "best_of");
    assert_eq!(with(r#""n":128"#).unwrap().n, 128);
    let tools = vec![r#"{"type":"function"}"#; 2_048].join(",");
    refused(with(&format!(r#""tools":[{tools}]"#)), "tools");
    refused(with(r#""tools":{}"#), "tools");
    refused(with(r#""tools":[1]"#), "tools[0]");
}

#[test]
fn b21_only_utf8_without_a_mark_is_taken() {
    not_json(b"{\"model\":\"\xff\xfe\"}");
    not_json(b"\xef\xbb\xbf{}");
    not_json(b"\xff\xfe{\0}\0");
    not_json(b"\xfe\xff\0{\0}");
}

#[test]
fn b22_odd_characters_in_content_pass() {
    messages(r#"[{"role":"user","content":"a\u0000b\ud800c"}]"#).unwrap();
    not_json(b"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\0b\"}]}");
}

#[test]
fn b23_a_stream_is_asked_for_with_true() {
    refused(with(r#""stream":"true""#), "stream");
    refused(with(r#""stream":1"#), "stream");
    refused(with(r#""stream_options":{"include_usage":true}"#), "stream_options");
    refused(with(r#""stream":false,"stream_options":{}"#), "stream_options");
    refused(with(r#""stream":true,"stream_options":[]"#), "stream_options");
    refused(with(r#""stream":true,"stream_options":{"include_usage":1}"#), "stream_options.include_usage");
    refused(
        with(r#""stream":true,"stream_options":{"include_usage":true,"include_usage":false}"#),
        "stream_options.include_usage",
    );
    assert!(with(r#""stream_options":null"#).is_ok());
    assert!(!with(r#""stream":null"#).unwrap().stream);
}

#[test]
fn b24_where_a_call_goes_is_no_field_of_a_request() {
    for field in ["api_base", "base_url", "api_key", "api_version", "custom_host", "extra_headers"] {
        refused(with(&format!(r#""{field}":"http://elsewhere.example""#)), field);
        refused(with(&format!(r#""{field}":null"#)), field);
        assert!(with(&format!(r#""metadata":{{"{field}":"x"}}"#)).is_ok());
        let body = format!(r#"{{"model":"m","input":"a","{field}":"x"}}"#);
        refused(peek(Endpoint::Embeddings, &Bytes::from(body)), field);
    }
    refused(with(r#""api\u005fbase":"http://elsewhere.example""#), "api_base");
}

#[test]
fn embeddings_take_text_and_tokens() {
    let input =
        |json: &str| peek(Endpoint::Embeddings, &Bytes::from(format!(r#"{{"model":"m","input":{json}}}"#)));
    assert_eq!(input("\"abcdef\"").unwrap().prompt_bytes, 6);
    assert_eq!(input(r#"["ab","cd"]"#).unwrap().prompt_bytes, 4);
    assert_eq!(input("[1,2,3]").unwrap().prompt_bytes, 9);
    assert_eq!(input("[[1,2],[3]]").unwrap().prompt_bytes, 9);
    for bad in
        ["null", "{}", "1", "\"\"", "[]", "[[]]", "[null]", "[\"a\",1]", "[\"a\",\"\"]", "[-1]", "[1.5]"]
    {
        let error = input(bad).expect_err(bad);
        assert_eq!(error.code(), Code::FieldInvalid);
        assert!(error.param().unwrap().starts_with("input"), "{bad}");
    }
    refused(peek(Endpoint::Embeddings, &Bytes::from_static(br#"{"model":"m"}"#)), "input");
    let odd = Bytes::from_static(br#"{"model":"m","input":"a","encoding_format":"hex"}"#);
    refused(peek(Endpoint::Embeddings, &odd), "encoding_format");
}

#[test]
fn b16_b24_a_name_in_another_case_is_no_way_around_what_was_judged() {
    for name in
        ["MODEL", "Model", "Stream", "MAX_TOKENS", "max_to\u{212a}ens", "ba\u{17f}e_url", "N", "Base_URL"]
    {
        refused(with(&format!(r#""{name}":1"#)), name);
    }
    assert!(with(r#""Seed":1,"MODELS":2,"\u00e9":3"#).is_ok(), "other names are the vendor's matter");
}

#[test]
fn p03_of_two_limits_the_larger_one_is_reckoned_with() {
    for (fields, bound) in [
        (r#""max_completion_tokens":1,"max_tokens":900"#, Some(900)),
        (r#""max_tokens":7,"max_completion_tokens":9"#, Some(9)),
        (r#""max_tokens":7"#, Some(7)),
        (r#""seed":1"#, None),
    ] {
        assert_eq!(with(fields).unwrap().bound, bound, "{fields}");
    }
}
