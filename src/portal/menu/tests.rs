use super::*;

fn current(path: &str) -> Vec<&'static str> {
    let all = Sees { apis: true, operates: true, supplies: true, waiting: 3 };
    let groups = menu(all, path);
    groups.iter().flat_map(|group| &group.items).filter(|item| item.current).map(|item| item.label).collect()
}

#[test]
fn a_page_lights_its_item_and_no_other() {
    assert_eq!(current("/"), ["Home"]);
    assert_eq!(current("/keys"), ["Keys"]);
    assert_eq!(current("/keys/0192/rotation"), ["Keys"]);
    assert_eq!(current("/keyring"), Vec::<&str>::new());
}

#[test]
fn a_member_sees_neither_decide_nor_operate() {
    let groups = menu(Sees::default(), "/");
    assert_eq!(groups.iter().map(|group| group.label).collect::<Vec<_>>(), ["Use"]);
}

#[test]
fn what_waits_is_counted_at_the_inbox_alone() {
    let groups = menu(Sees { apis: true, waiting: 3, ..Sees::default() }, "/");
    let counted: Vec<_> =
        groups.iter().flat_map(|group| &group.items).filter(|item| item.count > 0).collect();
    assert_eq!(counted.len(), 1);
    assert_eq!((counted[0].label, counted[0].count), ("Inbox", 3));
}

#[test]
fn auditors_find_what_they_may_read() {
    let groups = menu(Sees { apis: true, operates: true, supplies: true, ..Sees::default() }, "/");
    let more = groups.iter().filter(|group| group.label != "Use").flat_map(|group| &group.items);
    let labels: Vec<_> = more.map(|item| item.label).collect();
    assert_eq!(labels, ["Inbox", "APIs", "Vendors", "Models", "Users", "Settings"]);
}
