use proptest::prelude::*;

use super::*;

fn split(chunks: &[&[u8]]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut splitter = Splitter::default();
    let mut events = Vec::new();
    for chunk in chunks {
        splitter
            .push::<TooLarge>(chunk, |event| {
                events.push(event.to_vec());
                Ok(())
            })
            .unwrap();
    }
    (events, splitter.leftover())
}

#[test]
fn line_ends_may_be_mixed() {
    let (events, left) = split(&[b"data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\ndata: e\r\n\n: x"]);
    let wanted: [&[u8]; 5] =
        [b"data: a\n\n", b"data: b\r\n\r\n", b"data: c\r\r", b"data: d\n\r\n", b"data: e\r\n\n"];
    assert_eq!(events, wanted);
    assert_eq!(left, b": x");
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_event() {
    assert_eq!(split(&[b"\xef", b"\xbb\xbfdata: a\n", b"\n"]).0, [b"data: a\n\n"]);
}

#[test]
fn an_event_over_the_bound_is_refused() {
    let mut splitter = Splitter::default();
    let block = vec![b'x'; MAX_EVENT];
    assert_eq!(splitter.push::<TooLarge>(&block, |_| Ok(())), Ok(()));
    assert_eq!(splitter.push::<TooLarge>(b"x", |_| Ok(())), Err(TooLarge));
}

#[test]
fn the_lines_of_an_event_are_told_apart() {
    let event = b"event: error\nid: 7\n: note\ndata:{\"a\":1}\r\ndata: b\n\n";
    let fields = fields(event);
    assert_eq!(fields.name, b"error");
    assert!(fields.other && !fields.foreign);
    let data: Vec<&[u8]> = fields.data.iter().map(|span| &event[span.clone()]).collect();
    assert_eq!(data, [&b"{\"a\":1}"[..], b"b"]);
    assert!(super::fields(b"<html>\n\n").foreign);
}

proptest! {
    #[test]
    fn t41_any_split_gives_the_same_events(
        text in "(data: [a-z\u{e9}\u{1f600}]{0,9}|:|\r|\n|\r\n|\n\n|\u{feff}){0,24}",
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let bytes = text.as_bytes();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for place in places.into_iter().chain([bytes.len()]) {
            chunks.push(&bytes[from..place]);
            from = place;
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(split(&chunks), split(&[bytes]));
        prop_assert_eq!(split(&single), split(&[bytes]));
    }
}
