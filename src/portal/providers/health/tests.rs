use super::*;

fn report(failed: u32, judged: u32) -> Report {
    Report { standing: Standing::Ready, failed, judged, last_failure: None, models: Vec::new() }
}

#[test]
fn m08_what_mostly_fails_is_not_called_ready_and_a_few_tries_tell_little() {
    for (failed, judged, label) in [
        (0, 0, "Not used since the start"),
        (0, 9, "Ready"),
        (2, 4, "Ready"),
        (3, 4, "Ready"),
        (3, 6, "Ready"),
        (3, 5, "Often failing"),
        (11, 20, "Often failing"),
    ] {
        assert_eq!(told(&report(failed, judged)).label, label, "{failed} of {judged}");
    }
}

#[test]
fn m08_a_model_set_aside_is_told_by_name_and_why() {
    let aside = Aside {
        model: "mini-1".to_owned(),
        why: Why::Missing,
        wait: Duration::from_secs(45),
        is_last_resort: false,
    };
    let pulse = told(&Report { models: vec![aside], ..report(0, 3) });
    assert_eq!((pulse.tone, pulse.label), ("warn", "Ready in part"));
    assert_eq!(
        pulse.text,
        "The vendor knows no model of the name it was asked for mini-1: not used for 45 s. The last 3 tries went well."
    );
}
