use super::*;

#[test]
fn versions_are_read_from_names() {
    for (name, wanted) in [
        ("claude-opus-4-8-20260101", Some((4, 8))),
        ("claude-3-5-sonnet-20241022", Some((3, 5))),
        ("claude-sonnet-5", Some((5, 0))),
        ("claude-opus-4-20250514", Some((4, 0))),
        ("claude-haiku-4-5", Some((4, 5))),
        ("claude-3-7-sonnet-latest", Some((3, 7))),
        ("anthropic/claude-sonnet-4.5", Some((4, 5))),
        ("claude-mythos-preview", Some((u32::MAX, 0))),
        ("mock", None),
    ] {
        assert_eq!(version(name), wanted, "{name}");
    }
}

#[test]
fn each_generation_takes_what_it_takes() {
    let of = |name| Traits::of(name, &ModelFacts::default());
    let old = of("claude-3-opus-20240229");
    assert_eq!(
        (old.thinking, old.sampling, old.schemas, old.max_output),
        (Thinking::No, Sampling::Both, false, 4_096)
    );
    let haiku = of("claude-haiku-4-5-20251001");
    assert_eq!((haiku.thinking, haiku.sampling, haiku.prefill), (Thinking::Budget, Sampling::One, true));
    let sonnet = of("claude-sonnet-4-6");
    assert_eq!((sonnet.thinking, sonnet.prefill, sonnet.extra_effort), (Thinking::Adaptive, false, false));
    let opus = of("claude-opus-4-8");
    assert!(opus.system_turns && !opus.may_disable && opus.sampling == Sampling::None);
    let other = of("some-model");
    assert_eq!(
        (other.thinking, other.sampling, other.prefill, other.schemas),
        (Thinking::Budget, Sampling::Both, true, true)
    );
    let told = Traits::of("claude-sonnet-5", &ModelFacts { max_output: Some(7), ..ModelFacts::default() });
    assert_eq!(told.max_output, 7);
}
