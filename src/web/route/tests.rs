use super::*;

#[test]
fn the_form_of_an_address_stands_on_the_nearest_page_above() {
    let shown = ["/", "/keys", "/keys/{id}", "/inbox", "/inbox/{id}"];
    for (path, page) in [
        ("/keys/{id}/pause", "/keys/{id}"),
        ("/keys/{id}/rotation/end", "/keys/{id}"),
        // `/inbox/{id}` is another thing's page, though its address would fit.
        ("/inbox/people/{id}/admission", "/inbox"),
        ("/sign-out", "/"),
    ] {
        assert_eq!(page_above(path, &shown).map(|depth| first(path, depth)).as_deref(), Some(page), "{path}");
    }
    assert_eq!(page_above("/setup/{link}", &["/keys"]), None);
}
