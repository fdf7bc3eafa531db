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
