use proptest::prelude::*;

use super::*;

fn cost(prices: &Prices, tokens: &Tokens) -> Option<Nanos> {
    super::cost(prices, tokens, 0)
}

const PRICES: Prices = Prices {
    input: Some(3_000_000_000),
    cached_read: Some(300_000_000),
    cache_write: Some(3_750_000_000),
    cache_write_1h: Some(6_000_000_000),
    output: Some(15_000_000_000),
    reasoning: None,
};

fn tokens(input: u64, read: u64, write: u64, output: u64) -> Tokens {
    Tokens {
        input: Some(input),
        cached_read: Some(read),
        cache_write: Some(write),
        output: Some(output),
        reasoning: None,
    }
}

#[test]
fn each_kind_of_token_has_its_price() {
    assert_eq!(cost(&PRICES, &tokens(1_000_000, 0, 0, 0)), Some(Nanos(3_000_000_000)));
    assert_eq!(
        cost(&PRICES, &tokens(1_000, 400, 100, 10)),
        Some(Nanos(500 * 3_000 + 400 * 300 + 100 * 3_750 + 10 * 15_000))
    );
    let thinking = Tokens { reasoning: Some(8), ..tokens(0, 0, 0, 10) };
    let dear = Prices { reasoning: Some(60_000_000_000), ..PRICES };
    assert_eq!(cost(&dear, &thinking), Some(Nanos(2 * 15_000 + 8 * 60_000)));
}

#[test]
fn a_cache_write_for_an_hour_has_its_own_price() {
    let written = tokens(1_000, 400, 300, 0);
    let of = |prices: &Prices, for_an_hour| super::cost(prices, &written, for_an_hour).unwrap().0;
    let rest = 300 * 3_000 + 400 * 300;
    assert_eq!(of(&PRICES, 0), rest + 300 * 3_750);
    assert_eq!(of(&PRICES, 100), rest + 200 * 3_750 + 100 * 6_000);
    assert_eq!(of(&PRICES, u64::MAX), rest + 300 * 6_000, "no more than was written");
    let one_price = Prices { cache_write_1h: None, ..PRICES };
    assert_eq!(of(&one_price, 100), rest + 300 * 3_750, "as a shorter one");
    let none = Prices { cache_write: None, ..one_price };
    assert_eq!(of(&none, 100), rest + 300 * 3_000, "as input");
}

#[test]
fn an_unknown_price_is_unknown_only_where_it_is_needed() {
    let half = Prices { output: None, ..PRICES };
    assert_eq!(cost(&half, &tokens(10, 0, 0, 1)), None);
    assert_eq!(cost(&half, &tokens(10, 0, 0, 0)), Some(Nanos(30_000)));
    assert_eq!(cost(&Prices::default(), &tokens(1, 0, 0, 0)), None);
    assert_eq!(cost(&PRICES, &Tokens::default()), None, "nobody counted");
    assert_eq!(cost(&Prices::FREE, &tokens(5, 0, 0, 5)), Some(Nanos::ZERO), "free is known");
}

#[test]
fn it_is_rounded_once() {
    let tiny = Prices { input: Some(400_000), output: Some(400_000), ..Prices::default() };
    assert_eq!(cost(&tiny, &tokens(1, 0, 0, 0)), Some(Nanos(0)));
    assert_eq!(cost(&tiny, &tokens(1, 0, 0, 1)), Some(Nanos(1)), "two halves make one");
}

proptest! {
    #[test]
    fn t28_no_number_makes_it_negative_or_wrap(
        counts in any::<(u64, u64, u64, u64, u64)>(), prices in any::<[Option<i64>; 6]>(), hour: u64,
    ) {
        let [input, cached_read, cache_write, cache_write_1h, output, reasoning] = prices;
        let prices = Prices { input, cached_read, cache_write, cache_write_1h, output, reasoning };
        let tokens = Tokens { reasoning: Some(counts.4), ..tokens(counts.0, counts.1, counts.2, counts.3) };
        prop_assert!(super::cost(&prices, &tokens, hour).is_none_or(|cost| cost >= Nanos::ZERO));
    }

    #[test]
    fn more_tokens_never_cost_less(input in 0_u64..1 << 40, output in 0_u64..1 << 40, more in 0_u64..1 << 20) {
        let one = cost(&PRICES, &tokens(input, 0, 0, output));
        prop_assert!(cost(&PRICES, &tokens(input + more, 0, 0, output)) >= one);
        prop_assert!(cost(&PRICES, &tokens(input, 0, 0, output + more)) >= one);
    }
}
