use super::*;

#[test]
fn a_vendor_that_says_half_of_the_usage_is_estimated_for_the_rest() {
    let counted = |input, output, text| {
        let reported = Some(Usage { input, output, ..Usage::default() });
        let seen = Observed { prompt_bytes: 40, reported, delivered_bytes: text, worked: true, price: None };
        let (tokens, source) = seen.tokens(CallState::Answered);
        (tokens.input, tokens.output, source)
    };
    assert_eq!(counted(Some(5), Some(7), 80), (Some(5), Some(7), UsageSource::Reported));
    assert_eq!(counted(None, Some(7), 80), (Some(10), Some(20), UsageSource::Estimated));
    assert_eq!(counted(Some(5), None, 80), (Some(5), Some(20), UsageSource::Estimated));
    assert_eq!(counted(Some(5), None, 0), (Some(5), None, UsageSource::Reported), "embeddings");
    assert_eq!(counted(None, None, 80), (Some(10), Some(20), UsageSource::Estimated));
    let thought = Usage { input: Some(5), reasoning: Some(90), ..Usage::default() };
    let seen = Observed {
        prompt_bytes: 40,
        reported: Some(thought),
        delivered_bytes: 80,
        worked: true,
        price: None,
    };
    let (tokens, _) = seen.tokens(CallState::CutVendor);
    assert!(tokens.reasoning <= tokens.output, "{tokens:?}");
}

#[test]
fn a_cache_write_for_an_hour_costs_its_own_price() {
    let prices = crate::ledger::prices::Prices {
        input: Some(1_000_000),
        cache_write: Some(2_000_000),
        cache_write_1h: Some(7_000_000),
        output: Some(0),
        ..Default::default()
    };
    let cost = |cache_write_1h| {
        let usage = Usage {
            input: Some(100),
            cache_write: Some(50),
            cache_write_1h,
            output: Some(1),
            ..Usage::default()
        };
        let seen = Observed { reported: Some(usage), price: Some(prices.into()), ..Observed::default() };
        let (tokens, source) = seen.tokens(CallState::Answered);
        seen.cost(&tokens, source).unwrap().0
    };
    assert_eq!((cost(None), cost(Some(20))), (50 + 50 * 2, 50 + 30 * 2 + 20 * 7));
}
