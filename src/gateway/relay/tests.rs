use bytes::{Bytes, BytesMut};

use super::*;
use crate::wire::Shown;

/// The fault of a stream that says `event` after its first content.
fn fault_of(format: Format, events: &[&str]) -> WireFault {
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings: false,
    };
    let (mut relay, mut out) = (wire::relay(format, &shown), BytesMut::new());
    let pushed =
        events.iter().try_for_each(|event| relay.push(&Bytes::from(format!("data: {event}\n\n")), &mut out));
    pushed.unwrap_err()
}

#[test]
fn p18_what_a_vendor_says_mid_stream_is_kept_without_the_secret_that_was_sent() {
    let secret = "plain-secret-of-the-operator";
    let content = r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#;
    let said = format!(r#"{{"error":{{"message":"no credit left on {secret}","code":"{secret}"}}}}"#);
    let opened = r#"{"type":"message_start","message":{"usage":{"input_tokens":1}}}"#;
    let odd = format!(
        r#"{{"type":"content_block_start","index":0,"content_block":{{"type":"text","text":1}},"x":"{secret}"}}"#
    );
    for (format, events) in [(Format::OpenAi, [content, &said]), (Format::Anthropic, [opened, &odd])] {
        let kept = why(fault_of(format, &events), secret);
        assert!(!kept.contains(secret) && kept.len() > 20, "{kept}");
    }
    let kept = why(WireFault::NotThisFormat(format!("odd: {secret}")), secret);
    assert_eq!(kept, "not the vendor's format: odd: [removed]");
}
