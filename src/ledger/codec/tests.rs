use proptest::prelude::*;

use super::*;
use crate::ledger::samples;

fn encode(record: &Record) -> Vec<u8> {
    let mut out = Vec::new();
    match record {
        Record::Begin(it) => begin(&mut out, it),
        Record::Carried(it) => carried(&mut out, it),
        Record::End(it) => end(&mut out, it),
        Record::Refusal(it) => refusal(&mut out, it),
        Record::Count(it) => count(&mut out, it),
    }
    out
}

proptest! {
    #[test]
    fn a_record_comes_back_as_it_was(record in samples::any()) {
        prop_assert_eq!(decode(&encode(&record)), Some(record));
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_cut_record_is_not_read(record in samples::any(), part in 0.0..1.0) {
        let bytes = encode(&record);
        let cut = (bytes.len() as f64 * part) as usize;
        prop_assert_eq!(decode(&bytes[..cut]), None);
    }
}

#[test]
fn long_texts_are_cut_at_a_character() {
    let mut it = samples::begin();
    it.what.model = "ä".repeat(4_000);
    let mut out = Vec::new();
    begin(&mut out, &it);
    let Some(Record::Begin(back)) = decode(&out) else { panic!("not read") };
    assert_eq!(back.what.model, "ä".repeat(128));
}

#[test]
fn a_typical_call_is_small() {
    let it = samples::begin();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    begin(&mut first, &it);
    end(&mut last, &samples::end(&it));
    assert!(first.len() < 200 && last.len() < 250, "{} and {} bytes", first.len(), last.len());
}

#[test]
fn a_begin_of_an_older_journal_is_read_and_its_tokens_are_told_in_one() {
    let mut it = samples::begin();
    it.reserved.prompt = 0;
    let mut bytes = Vec::new();
    begin(&mut bytes, &it);
    bytes.pop();
    bytes[0] = PLAIN_BEGIN;
    assert_eq!(decode(&bytes), Some(Record::Begin(it.clone())));
    bytes[0] = PLAIN_CARRIED;
    assert_eq!(decode(&bytes), Some(Record::Carried(it)));
}
