use super::*;

#[test]
fn p29_each_word_is_unique_and_reads_back() {
    for code in Code::ALL {
        assert_eq!(Code::parse(code.word()), Some(*code));
    }
}

#[test]
fn p29_only_what_may_be_sent_again_says_so() {
    for code in Code::ALL.iter().filter(|code| code.fault() != Fault::Caller) {
        let next = code.next().to_lowercase();
        let says = ["try again", "retry-after", "later", "wait"].iter().any(|word| next.contains(word));
        assert_eq!(says, code.retry(), "{code}: {next}");
    }
}

/// Codes and statuses are a promise to clients: a change here is a breaking change.
#[test]
fn p29_codes_and_statuses_stay_as_released() {
    let rows: String =
        Code::ALL.iter().map(|c| format!("{} {} {}\n", c.word(), c.status(), c.kind())).collect();
    let golden = include_str!("../../../tests/golden/codes.txt");
    assert_eq!(rows, golden);
}
