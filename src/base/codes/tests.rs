use super::*;

#[test]
fn p29_each_word_is_unique_and_reads_back() {
    for code in Code::ALL {
        assert_eq!(Code::parse(code.word()), Some(*code));
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
