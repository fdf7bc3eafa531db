use askama::Template;

use super::*;

const NOW: Timestamp = Timestamp(1_764_000_000_000_000);

#[test]
fn every_component_renders_and_nothing_is_inline() {
    for page in [StylePage::sample(NOW).render(), StyleBare::sample(NOW).render()] {
        let page = page.expect("a template never fails");
        for forbidden in [" style=", "<style", " onclick=", "javascript:", "<script>"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn every_field_has_its_label_and_every_description_exists() {
    let page = StylePage::sample(NOW).render().expect("a template never fails");
    for described in values_of(&page, "aria-describedby=\"") {
        for id in described.split_whitespace() {
            assert!(page.contains(&format!("id=\"{id}\"")), "nothing has the id {id}");
        }
    }
    for id in values_of(&page, "for=\"") {
        assert!(page.contains(&format!("id=\"{id}\"")), "nothing has the id {id}");
    }
}

#[test]
fn ids_are_unique() {
    let page = StylePage::sample(NOW).render().expect("a template never fails");
    let mut ids = values_of(&page, " id=\"");
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

fn values_of<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
