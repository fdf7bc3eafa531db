use super::*;

#[test]
fn pieces_of_any_size_make_the_whole() {
    let sent: Vec<u8> = (0..5_000_u32).map(|number| number as u8).collect();
    for size in [1, 7, 4_096, 5_000] {
        for piece in [1, 6, 7, 8, 4_999] {
            let mut blocks = Blocks::new(size);
            sent.chunks(piece).for_each(|bytes| blocks.push(bytes));
            assert_eq!(blocks.len, sent.len());
            assert!(blocks.full.iter().all(|block| block.capacity() < size.max(16) * 2), "no block grows");
            assert_eq!(blocks.whole(), sent, "blocks of {size}, pieces of {piece}");
        }
    }
}
