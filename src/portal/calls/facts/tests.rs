use super::*;

fn words(facts: &str) -> String {
    Facts::read(facts, "Support chat").on
}

#[test]
fn facts_read_as_words_and_what_was_said_is_not_said_twice() {
    assert_eq!(words("api=chat/v1 plan=Pay as you go"), "API Support chat, v1, plan Pay as you go");
    assert_eq!(words("api=chat/v1 said=Key `x` expired."), "API Support chat, v1");
    assert_eq!(words("plan=Free said=Over its plan=limit."), "API Support chat, plan Free");
    assert_eq!(words("said=No key."), "");
    assert_eq!(Facts::read("api=chat/v1", "").on, "API chat, v1");
    assert_eq!(Facts::read("", ""), Facts::default());
}

#[test]
fn why_tries_failed_stands_apart() {
    for facts in
        ["api=chat/v1 plan=Free cause=rate limited; then no room", "cause=rate limited; then no room"]
    {
        assert_eq!(Facts::read(facts, "").causes, "rate limited; then no room");
    }
    assert_eq!(Facts::read("api=chat/v1 plan=Free said=No. cause=no room", "").on, "API chat, v1, plan Free");
}
