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

/// Every template, with its path.
fn templates(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder of templates").flatten() {
        let path = entry.path();
        if path.is_dir() {
            templates(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a template")));
        }
    }
}

#[test]
fn every_dialog_can_be_left_by_a_button_that_says_so() {
    let mut found = Vec::new();
    templates(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    let mut dialogs = 0;
    for (path, text) in found.iter().filter(|(path, _)| !path.ends_with("parts/ui.html")) {
        for body in text.split("{% call ui::dialog(").skip(1) {
            let body = body.split("{% endcall %}").next().unwrap_or_default();
            let id = body.split(',').next().unwrap_or_default();
            let ends = ["ui::dialog_end(", "ui::dialog_post("]
                .iter()
                .any(|end| body.contains(&format!("{end}{id}")));
            assert!(ends, "a dialog of {path} has no Cancel, or that of another: {id}");
            dialogs += 1;
        }
    }
    assert!(dialogs > 20, "only {dialogs} dialogs were found");
}

fn values_of<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
