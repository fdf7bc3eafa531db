use serde_json::json;

use super::*;

fn told(act: &str, details: Value) -> String {
    let event = audit_event::Model {
        seq: 1,
        at: Timestamp(0),
        actor_id: None,
        actor_label: "dana".to_owned(),
        act: act.to_owned(),
        subject_kind: "key".to_owned(),
        subject_id: None,
        related: String::new(),
        details: details.to_string(),
        ip: String::new(),
        previous: String::new(),
        hash: String::new(),
    };
    line(event, &Names::default()).text
}

#[test]
fn what_was_and_is_reads_the_same_from_rows_of_any_age() {
    let end = 86_400_000_000_i64 * 20_000;
    for (act, newer, older) in [
        (
            "key_renamed",
            json!({ "before": { "name": "a" }, "after": { "name": "b" } }),
            json!({ "before": "a", "after": "b" }),
        ),
        (
            "key_extended",
            json!({ "before": { "expires_at": 5 }, "after": { "expires_at": end } }),
            json!({ "before": 5, "after": end }),
        ),
        (
            "key_extended",
            json!({ "before": { "expires_at": 5 }, "after": { "expires_at": null } }),
            json!({ "before": 5, "after": null }),
        ),
        (
            "key_rotated",
            json!({ "before": { "prefix": "sk-ptc-ab" }, "after": { "prefix": "sk-ptc-cd" }, "older_ends_at": end }),
            json!({ "before": "sk-ptc-ab", "after": "sk-ptc-cd", "older_ends_at": end }),
        ),
    ] {
        assert_eq!(told(act, newer), told(act, older.clone()));
        assert!(!told(act, older).is_empty());
    }
    assert!(told("key_extended", json!({ "before": {}, "after": {} })).is_empty(), "the same end again");
}
