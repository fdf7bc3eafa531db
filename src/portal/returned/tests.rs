use super::*;

#[test]
fn only_the_form_that_came_back_shows_what_was_typed() {
    let error = Code::FieldInvalid.saying("Too long.").on("name");
    let back = Returned::from_error("one", [("name", "x".to_owned())], error).unwrap();
    assert_eq!(back.or("one", "name", "stored"), "x");
    assert_eq!(back.or("two", "name", "stored"), "stored");
    assert_eq!(back.errors("one").of("name"), "Too long.");
    assert!(back.errors("two").is_empty() && !back.is("two") && !Returned::default().is(""));
}

#[test]
fn a_mistake_outside_the_form_stands_above_it_and_other_errors_stay_errors() {
    let error = Code::FieldInvalid.saying("Unknown.").on("elsewhere");
    let back = Returned::from_error("one", [("name", String::new())], error).unwrap();
    assert_eq!(back.errors("one").of(""), "Unknown.");
    let gone = Returned::from_error("one", [], Code::NotFound.into()).err().unwrap();
    assert_eq!(gone.code(), Code::NotFound);
}
