use super::*;

#[test]
fn initials_take_the_first_and_last_word() {
    assert_eq!(initials("Dana van Dyke"), "DD");
    assert_eq!(initials("dana"), "D");
    assert_eq!(initials("dana@example.org"), "DO");
    assert_eq!(initials(""), "");
}

#[test]
fn a_person_without_a_name_is_shown_by_address() {
    assert_eq!(FrameUser::new(" ", "dana@example.org", "Member").name, "dana@example.org");
}

#[test]
fn themes_read_back_and_fall_back_to_auto() {
    for theme in Theme::ALL {
        assert_eq!(Theme::parse(theme.word()), theme);
    }
    assert_eq!(Theme::parse("neon"), Theme::Auto);
}
