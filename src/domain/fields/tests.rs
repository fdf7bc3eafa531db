use super::*;
use crate::domain::people::{self, Email};

const UNSEEN: &str = "\u{ad}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
    \u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{3164}\u{fe0f}\u{feff}\u{e0041}";

#[test]
fn a_character_that_cannot_be_seen_is_refused_by_its_number_wherever_a_name_is_checked() {
    for c in UNSEEN.chars() {
        let typed = format!("pay{c}roll");
        let refusals = [
            line("name", &typed, NAME).err(),
            optional_line("name", &typed, NAME).err(),
            crate::domain::apps::checked_name(&typed, "name").err(),
            people::name(&typed).err(),
            Email::parse(&format!("{typed}@example.com")).err(),
        ];
        for (at, refused) in refusals.into_iter().enumerate() {
            let refused = refused.unwrap_or_else(|| panic!("check {at} takes U+{:04X}", u32::from(c)));
            assert_eq!(refused.code(), Code::FieldInvalid);
            let said = format!("Character 4 is U+{:04X}", u32::from(c));
            assert!(refused.message().starts_with(&said), "{at}: {}", refused.message());
        }
        for typed in [format!("{c}payroll"), format!("payroll{c}")] {
            assert!(people::name(&typed).is_err(), "at an edge: {}", c.escape_unicode());
        }
    }
}

#[test]
fn names_of_all_scripts_and_single_emoji_stay_good() {
    for name in
        ["Zoë", "Данные", "研究 2", "שלום", "مرحبا", "किताब", "Rocket 🚀", "I ❤\u{fe0f} tea", "© 2026"]
    {
        assert_eq!(line("name", name, NAME).unwrap(), name);
        assert_eq!(people::name(name).unwrap(), name);
    }
    assert!(line("name", "👩\u{200d}💻", NAME).is_err(), "joined emoji are refused, to keep the rule simple");
}
