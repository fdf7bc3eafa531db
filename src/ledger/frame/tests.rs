use super::*;

fn frame(payload: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::new();
    open(&mut buffer);
    buffer.extend_from_slice(payload);
    seal(&mut buffer);
    buffer
}

#[test]
fn frames_follow_each_other() {
    let (a, b) = ([7_u8; 20], [9_u8; 30]);
    let bytes = [frame(&a), frame(&b)].concat();
    let Next::Frame { payload, next } = at(&bytes, 0) else { panic!("no frame") };
    assert_eq!(payload, a);
    assert_eq!(at(&bytes, next), Next::Frame { payload: &b, next: bytes.len() });
}

#[test]
fn f17_each_cut_and_each_flipped_bit_is_seen() {
    let whole = frame(&[5; 40]);
    for cut in 0..whole.len() {
        assert_eq!(at(&whole[..cut], 0), Next::Cut, "cut at {cut}");
    }
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!matches!(at(&bytes, 0), Next::Frame { .. }), "bit {bit}");
    }
}

#[test]
fn zeros_are_no_frame() {
    assert_eq!(at(&[0; 100], 0), Next::Broken);
}

#[test]
fn reading_goes_on_behind_damage() {
    let mut bytes = [frame(&[1; 20]), frame(&[2; 20])].concat();
    bytes[12] ^= 0xff;
    assert_eq!(after_damage(&bytes, 0), Some(28));
    assert_eq!(after_damage(&bytes[..40], 0), None);
}
