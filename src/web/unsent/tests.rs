use super::*;
use crate::base::clock::MINUTE;

fn kept(body: &str) -> Option<Kept> {
    Kept::new("/manage/vendors", "/manage/vendors/new".to_owned(), body.as_bytes())
}

#[test]
fn a_secret_is_never_kept_and_what_was_typed_is() {
    let form = kept("csrf=token&once=1&name=A+%26+B&secret=sk-fake-1&state=on").unwrap();
    let text = format!("{form:?}");
    assert!(!text.contains("sk-fake") && !text.contains("token"), "{text}");
    assert_eq!(form.typed(), [("name", "A & B"), ("state", "on")]);
    assert!(form.lacks_secret());
    // A field that its form must have is there, though empty.
    assert!(form.fields.contains(&("secret".to_owned(), String::new())));
    assert!(form.fields.contains(&("once".to_owned(), "1".to_owned())));
}

#[test]
fn a_form_of_buttons_and_ids_is_not_worth_keeping() {
    assert_eq!(kept("csrf=token&once=1&password=hush&api=01930000-0000-7000-8000-000000000000"), None);
}

#[test]
fn the_oldest_makes_room_and_time_takes_the_rest() {
    let (unsent, now) = (Unsent::default(), Timestamp(0));
    let form = kept("name=x").unwrap();
    let first = unsent.keep(form.clone(), now);
    for second in 0..MOST as i64 {
        unsent.keep(form.clone(), now.plus(1 + second));
    }
    assert_eq!(unsent.0.len(), MOST);
    assert_eq!(unsent.0.with(&first.0, now, |_| ()), None);
    unsent.keep(form, now.plus(MINUTES * MINUTE * 2));
    assert_eq!(unsent.0.len(), 1);
}
