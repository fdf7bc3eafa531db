use super::*;

#[test]
fn every_format_has_a_row_and_a_word() {
    for format in Format::ALL {
        assert!(row(*format).format == *format);
        assert_eq!(Format::parse(format.word()), Some(*format));
    }
}

#[test]
fn every_vendor_format_can_be_reached() {
    for format in Format::ALL {
        assert!(!matches!(way(CALLER, *format), Way::None), "{format:?}");
    }
}

#[test]
fn embeddings_do_not_reach_a_vendor_without_them() {
    let body = Bytes::from_static(br#"{"model":"m","input":"a"}"#);
    let peek = peek(Endpoint::Embeddings, &body).unwrap();
    let to = Target {
        format: Format::Anthropic,
        model: "x",
        quirks: &Quirks::default(),
        facts: ModelFacts::default(),
    };
    let refused = outgoing(&peek, &body, &to).unwrap_err();
    assert_eq!((refused.code(), refused.param()), (Code::FieldUnsupported, Some("model")));
}

#[test]
fn f06_a_fault_stays_whatever_comes_after_it() {
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings: false,
    };
    let good = Bytes::from_static(
        b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    );
    for format in Format::ALL {
        let (mut relay, mut out) = (relay(*format, &shown), bytes::BytesMut::new());
        assert!(relay.push(&Bytes::from_static(b"data: nonsense\n\n"), &mut out).is_err());
        assert!(relay.push(&good, &mut out).is_err() && relay.end(&mut out).is_err());
        assert!(out.is_empty() && !relay.state().done);
    }
}

#[test]
fn p03_what_a_vendor_is_told_when_nobody_named_a_limit_can_be_asked_for() {
    let body = Bytes::from_static(br#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#);
    let peek = peek(Endpoint::Chat, &body).unwrap();
    for model in ["claude-opus-4-1", "claude-3-haiku-20240307", "claude-next", "other"] {
        let to = Target {
            format: Format::Anthropic,
            model,
            quirks: &Quirks::default(),
            facts: ModelFacts::default(),
        };
        let sent: serde_json::Value =
            serde_json::from_slice(&outgoing(&peek, &body, &to).unwrap().body).unwrap();
        assert_eq!(sent["max_tokens"].as_u64(), usual_limit(to.format, model).map(u64::from), "{model}");
    }
    assert_eq!(usual_limit(Format::OpenAi, "gpt-test"), None);
}

/// What an answer of Anthropic's blocks becomes, sent back as the turn before the last.
fn sent_back(content: serde_json::Value, format: Format) -> (serde_json::Value, Outgoing) {
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings: false,
    };
    let answer = serde_json::json!({"type": "message", "stop_reason": "end_turn", "content": content});
    let body =
        whole(Endpoint::Chat, Format::Anthropic, &Bytes::from(answer.to_string()), &shown).unwrap().body;
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let message = answer["choices"][0]["message"].clone();
    let user = |text: &str| serde_json::json!({"role": "user", "content": text});
    let next = serde_json::json!({"model": "m", "messages": [user("a"), message, user("b")]});
    let body = Bytes::from(next.to_string());
    let peek = peek(Endpoint::Chat, &body).unwrap();
    let quirks = Quirks::default();
    let to = Target { format, model: "claude-sonnet-4-5", quirks: &quirks, facts: ModelFacts::default() };
    (message, outgoing(&peek, &body, &to).unwrap())
}

#[test]
fn an_answer_that_says_nothing_can_be_sent_back() {
    let sealed = serde_json::json!([{"type": "redacted_thinking", "data": "eA=="}]);
    let search =
        serde_json::json!([{"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}]);
    for content in [serde_json::json!([]), sealed, search] {
        for format in Format::ALL {
            let (message, _) = sent_back(content.clone(), *format);
            assert_eq!(message["content"], "", "{content}");
        }
    }
}

#[test]
fn a_sealed_thought_alone_is_a_turn() {
    let sealed = serde_json::json!([{"type": "redacted_thinking", "data": "eA=="}]);
    let (_, sent) = sent_back(sealed.clone(), Format::Anthropic);
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body["messages"][1], serde_json::json!({"role": "assistant", "content": sealed}));
}

#[test]
fn a_call_alone_has_no_text() {
    let call = serde_json::json!([{"type": "tool_use", "id": "c", "name": "f", "input": {}}]);
    for format in Format::ALL {
        assert!(sent_back(call.clone(), *format).0["content"].is_null());
    }
}
