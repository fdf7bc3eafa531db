use super::*;

#[test]
fn every_row_has_a_known_format_and_auth() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../presets.json")).unwrap();
    for row in rows {
        assert!(Format::parse(&row.format).is_some(), "{}", row.id);
        assert!(Auth::parse(&row.auth).is_some(), "{}", row.id);
    }
}

#[test]
fn the_vendors_of_the_first_release_are_there() {
    for id in [
        "demo",
        "openai",
        "anthropic",
        "mistral",
        "groq",
        "deepseek",
        "together",
        "openrouter",
        "gemini",
        "ollama",
        "vllm",
        "custom",
    ] {
        assert!(preset(id).is_some(), "{id}");
    }
}

/// Words that describe answers act without being named: readers are tolerant always.
#[test]
fn every_quirk_of_a_preset_acts() {
    for preset in presets() {
        for word in &preset.quirks {
            assert!(is_quirk(word), "{}: {word}", preset.id);
            assert!(!word.contains(','), "words are kept in one list with commas");
        }
    }
}

#[test]
fn a_quirk_is_a_word_that_acts() {
    let words = quirk_words();
    assert!(words.len() > 40, "{words:?}");
    assert!(words.iter().all(|word| is_quirk(word)), "{words:?}");
    for word in ["drop:user", "refuse:logit_bias", "rename:seed=random_seed", "only:tools+stop"] {
        assert!(is_quirk(word), "{word}");
    }
    for word in
        ["", "no_such", "drop:", "drop:model", "rename:seed", "rename:seed=", "only:", "only:a+", "drop:a,b"]
    {
        assert!(!is_quirk(word), "{word}");
    }
}
