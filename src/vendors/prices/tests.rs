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

#[test]
fn a_prompt_over_a_tier_costs_the_tiers_price() {
    let row = find("openai", "gpt-5.5").unwrap();
    assert_eq!(row.rates(0).input, Some(5_000_000_000));
    assert_eq!(row.rates(272_000).output, Some(30_000_000_000));
    let long = row.rates(272_001);
    assert_eq!((long.input, long.output), (Some(10_000_000_000), Some(45_000_000_000)));
    assert_eq!(long.cached_read, Some(1_000_000_000));
    assert_eq!(row.batch, Some((2_500_000_000, 15_000_000_000)));
}

#[test]
fn a_tier_begins_above_its_bound_and_the_row_itself_is_the_lowest() {
    let mut tiered = 0;
    for row in TABLE.values() {
        tiered += usize::from(row.tiers.len() > 1);
        let base = row.rates(0);
        assert_eq!((row.input, row.output), (base.input, base.output), "{}", row.model);
        for Tier { above, rates } in &row.tiers {
            assert_eq!(row.rates(above + 1), *rates, "{}", row.model);
        }
    }
    assert_eq!(
        tiered,
        include_str!("../prices.csv").lines().filter(|line| line.contains('/')).count() - slashed_names()
    );
}

/// Lines with a slash in the model's name and no tier.
fn slashed_names() -> usize {
    TABLE.values().filter(|row| row.model.contains('/') && row.tiers.len() == 1).count()
}

#[test]
fn a_lasting_cache_write_has_a_price_of_its_own() {
    let row = find("anthropic", "claude-opus-4-8").unwrap();
    assert_eq!((row.cache_write, row.rates(1).cache_write), (Some(6_250_000_000), Some(6_250_000_000)));
    assert_eq!(row.rates(1).cache_write_1h, Some(10_000_000_000));
}
