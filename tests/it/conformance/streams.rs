//! However a stream is cut into chunks, the result is the same.

use portico::wire::Format;

use super::exchange::{Exchange, Relayed, all, events, relay, shown};

fn format(exchange: &Exchange) -> Format {
    if exchange.api == "messages" { Format::Anthropic } else { Format::OpenAi }
}

fn told(relayed: &Relayed) -> (String, String, String) {
    let out = String::from_utf8(relayed.out.to_vec()).expect("what goes out is UTF-8");
    (out, format!("{:?}", relayed.end), format!("{:?}", relayed.state))
}

#[test]
fn t41_one_event_one_byte_and_any_cut_give_the_same() {
    for exchange in all().iter().filter(|row| row.stream && row.status == 200) {
        let body = exchange.response();
        let once = |chunks: Vec<&[u8]>| told(&relay(format(exchange), &shown("m"), chunks));
        let whole = once(vec![&body[..]]);
        assert_eq!(once(events(&body)), whole, "{}: by event", exchange.name);
        assert_eq!(once(body.chunks(1).collect()), whole, "{}: by byte", exchange.name);
        for seed in 1..=8 {
            assert_eq!(once(cut(&body, seed)), whole, "{}: seed {seed}", exchange.name);
        }
    }
}

#[test]
fn t41_other_line_ends_and_a_mark_in_front_change_nothing_that_is_said() {
    for exchange in all().iter().filter(|row| row.stream && row.status == 200) {
        let body = String::from_utf8_lossy(&exchange.response()).replace("\r\n", "\n");
        let of = |text: String| relay(format(exchange), &shown("m"), [text.as_bytes()]);
        let plain = of(body.clone());
        for changed in [body.replace('\n', "\r\n"), body.replace('\n', "\r"), format!("\u{feff}{body}")] {
            let other = of(changed);
            assert_eq!(other.end.is_ok(), plain.end.is_ok(), "{}", exchange.name);
            assert_eq!(format!("{:?}", other.state), format!("{:?}", plain.state), "{}", exchange.name);
        }
    }
}

/// Chunks of 1 to 64 bytes, by a small generator with a fixed start.
fn cut(body: &[u8], seed: u64) -> Vec<&[u8]> {
    let (mut rest, mut state, mut chunks) = (body, seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), Vec::new());
    while !rest.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = (usize::try_from(state >> 58).unwrap() + 1).min(rest.len());
        let (head, tail) = rest.split_at(length);
        chunks.push(head);
        rest = tail;
    }
    chunks
}
