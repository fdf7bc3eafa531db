//! Tokens to money, and bytes to tokens where nobody counted.

use crate::base::Nanos;
use crate::ledger::prices::{self, Prices, Tariff};
use crate::ledger::record::{Tokens, UsageSource};

const MILLION: i128 = 1_000_000;

/// About four bytes of text make a token; used only where the vendor reported none.
pub fn estimated_tokens(bytes: u64) -> u64 {
    bytes.div_ceil(4)
}

/// What a call cost. `None`: the price of something it used is unknown; never 0 in its place.
/// `for_an_hour`: so many of the tokens written to a cache stay there that long.
pub fn of(tariff: Option<&Tariff>, tokens: &Tokens, source: UsageSource, for_an_hour: u64) -> Option<Nanos> {
    if source == UsageSource::None {
        return Some(Nanos::ZERO);
    }
    prices::cost(&tariff?.of(tokens.input.unwrap_or(0)), tokens, for_an_hour)
}

/// The most a call may cost: every token at the dearest price of its kind, at every length of prompt
/// up to the one that is reckoned with.
pub fn worst(tariff: &Tariff, input: u64, output: u64) -> Option<Nanos> {
    let mut tiers = tariff.up_to(input);
    tiers.try_fold(Nanos::ZERO, |most, prices| Some(most.max(dearest(prices, input, output)?)))
}

fn dearest(price: Prices, input: u64, output: u64) -> Option<Nanos> {
    let prompt = [price.input, price.cached_read, price.cache_write, price.cache_write_1h];
    let dearest = prompt.into_iter().flatten().max();
    // Without a price of its own a reasoning token costs what output costs; without that, nobody knows.
    let answer = price.output.map(|output| output.max(price.reasoning.unwrap_or(output)));
    let per = |count: u64, price: Option<i64>| -> Option<i128> {
        if count == 0 { Some(0) } else { price.map(|price| i128::from(count) * i128::from(price.max(0))) }
    };
    let sum = per(input, dearest)? + per(output, answer)?;
    Some(Nanos(i64::try_from((sum + MILLION - 1) / MILLION).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Prices = Prices {
        input: Some(2_000_000_000),
        cached_read: Some(500_000_000),
        cache_write: Some(2_500_000_000),
        cache_write_1h: Some(4_000_000_000),
        output: Some(8_000_000_000),
        reasoning: Some(9_000_000_000),
    };

    #[test]
    fn what_nobody_used_costs_nothing_and_an_unknown_price_is_unknown() {
        let tokens = Tokens { input: Some(1), ..Tokens::default() };
        assert_eq!(of(None, &Tokens::default(), UsageSource::None, 0), Some(Nanos::ZERO));
        assert_eq!(of(None, &tokens, UsageSource::Reported, 0), None);
        assert_eq!(worst(&Prices { output: None, ..PRICE }.into(), 1, 1), None);
    }

    #[test]
    fn t26_the_worst_case_is_never_below_the_cost() {
        for (input, read, write, output, thought) in
            [(1, 0, 1, 1, 1), (999, 333, 9, 7, 0), (123_456, 0, 9_999, 65_432, 60_000)]
        {
            let tokens = Tokens {
                input: Some(input),
                cached_read: Some(read),
                cache_write: Some(write),
                output: Some(output),
                reasoning: Some(thought),
            };
            let real = of(Some(&PRICE.into()), &tokens, UsageSource::Reported, write).unwrap();
            assert!(worst(&PRICE.into(), input, output).unwrap() >= real);
        }
    }

    #[test]
    fn a_long_prompt_costs_its_tier_and_is_reserved_at_it() {
        let dear = Prices { input: Some(4_000_000_000), output: Some(16_000_000_000), ..Prices::default() };
        let tariff = Tariff::new(PRICE, [(1_000, dear)]);
        let cost = |input: u64| {
            let tokens = Tokens { input: Some(input), output: Some(0), ..Tokens::default() };
            of(Some(&tariff), &tokens, UsageSource::Reported, 0).unwrap().0
        };
        assert_eq!((cost(1_000), cost(1_001)), (2_000_000, 4_004_000));
        for input in [1, 1_000, 1_001, 5_000] {
            assert!(worst(&tariff, input, 10).unwrap().0 >= cost(input), "{input}");
        }
        assert!(worst(&tariff, 1_001, 10) > worst(&tariff, 1_000, 10));
    }
}
