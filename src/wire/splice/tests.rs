use super::*;

fn edited(edits: Edits) -> Vec<u8> {
    edits.apply(&Bytes::from_static(b"0123456789")).to_vec()
}

#[test]
fn bytes_between_edits_stay() {
    let mut edits = Edits::default();
    edits.replace(7..9, *b"xyz");
    edits.insert(0, *b"<");
    edits.remove(2..4);
    assert_eq!(edited(edits), b"<01456xyz9");
}

#[test]
fn overlapping_removals_are_one() {
    let mut edits = Edits::default();
    edits.remove(5..8);
    edits.remove(3..6);
    edits.remove(3..4);
    assert_eq!(edited(edits), b"01289");
}

#[test]
fn no_edit_is_the_same_body() {
    let body = Bytes::from_static(b"abc");
    assert_eq!(Edits::default().apply(&body).as_ptr(), body.as_ptr());
}

#[test]
fn what_is_taken_out_is_not_edited_too() {
    let mut edits = Edits::default();
    edits.replace(1..3, *b"xx");
    edits.remove(1..6);
    edits.insert(1, *b"!");
    assert_eq!(&edits.apply(&Bytes::from_static(b"(abcde)"))[..], b"(!)");
}
