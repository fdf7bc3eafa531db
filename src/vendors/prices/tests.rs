use super::*;
use crate::vendors::presets;

#[test]
fn every_row_is_read() {
    let lines = include_str!("../prices.csv").lines().count();
    assert_eq!(TABLE.len(), lines - 1);
    assert!(include_str!("../prices.csv").len() < 600_000);
    for row in TABLE.values() {
        assert!(["chat", "embedding"].contains(&row.kind.as_str()), "{row:?}");
        assert!(row.input.unwrap_or(0) >= 0 && row.input.unwrap_or(0) <= 1_000_000_000_000, "{row:?}");
    }
}

#[test]
fn a_known_model_has_its_facts() {
    let row = find("anthropic", "claude-sonnet-5").unwrap();
    assert_eq!((row.input, row.output), (Some(2_000_000_000), Some(10_000_000_000)));
    assert_eq!((row.max_output, row.tools, row.reasoning), (Some(128_000), true, true));
    assert_eq!(find("anthropic", "claude-sonnet"), None);
    assert_eq!(find("nobody", "gpt-5.5"), None);
}

#[test]
fn what_hosted_presets_offer_has_a_price() {
    let hosted = presets().iter().filter(|preset| preset.base_url.starts_with("https"));
    let missing: Vec<String> = hosted
        .flat_map(|preset| preset.models.iter().map(move |model| (preset, model)))
        .filter(|(preset, model)| find(&preset.id, &model.id).is_none())
        .map(|(preset, model)| format!("{}/{}", preset.id, model.id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
