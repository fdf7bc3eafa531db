use super::*;

#[test]
fn only_a_page_that_is_followed_by_another_says_where_to_go_on() {
    for (rows, shown, next) in [(1, 1, None), (3, 3, None), (4, 3, Some(3))] {
        let rows: Vec<u32> = (1..=rows).collect();
        let (page, to) = page(rows, Limit(3), |row| *row);
        assert_eq!((page.len(), to), (shown, next));
    }
    assert_eq!(Limit(3).one_ahead(), 4);
}
