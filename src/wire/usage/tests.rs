use super::*;

#[test]
fn a_count_that_no_call_can_have_is_not_believed() {
    let usage = Usage { input: Some(2_000_000), output: Some(64_000), ..Usage::default() };
    assert!(usage.is_plausible());
    assert!(!Usage { input: Some(1_000_000_000_000_000), ..usage }.is_plausible());
    assert!(!Usage { reasoning: Some(u64::MAX), ..usage }.is_plausible());
    assert!(!Usage { cache_write_1h: Some(u64::MAX), ..usage }.is_plausible());
}
