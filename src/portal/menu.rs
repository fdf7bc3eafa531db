//! The side menu: one row a page. A page that is not built has no row.

/// A group of the side menu with at least one item.
#[derive(Clone, Debug)]
pub struct NavGroup {
    pub label: &'static str,
    pub items: Vec<NavItem>,
}

#[derive(Clone, Debug)]
pub struct NavItem {
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    /// The page shown, or one below it, is this item's.
    pub current: bool,
    /// Things waiting behind this item; 0 shows nothing.
    pub count: u32,
}

/// Who finds an item in their menu. The route itself decides who may open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Everyone,
    /// Those who see APIs as their makers do: admins, publishers, auditors.
    Makers,
    /// Admins and auditors.
    Operators,
    /// Those who may look at vendors and models: admins, auditors, publishers.
    Suppliers,
}

/// What the menu needs to know of a person.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sees {
    pub apis: bool,
    pub operates: bool,
    pub supplies: bool,
    /// Requests waiting for this person's decision.
    pub waiting: u32,
}

struct Row(&'static str, &'static str, &'static str, For);

const USE: &[Row] = &[
    Row("Home", "/", "home", For::Everyone),
    Row("Catalogue", "/catalogue", "grid", For::Everyone),
    Row("Apps", "/apps", "box", For::Everyone),
    Row("Keys", "/keys", "key", For::Everyone),
    Row("Requests", "/requests", "send", For::Everyone),
    Row("Teams", "/teams", "team", For::Everyone),
    Row("Calls", "/calls", "activity", For::Everyone),
    Row("Diagnose", "/diagnose", "stethoscope", For::Everyone),
];

const DECIDE: &[Row] =
    &[Row("Inbox", "/inbox", "inbox", For::Makers), Row("APIs", "/manage/apis", "layers", For::Makers)];

const OPERATE: &[Row] = &[
    Row("Vendors", "/manage/vendors", "plug", For::Suppliers),
    Row("Models", "/manage/models", "cube", For::Suppliers),
    Row("Users", "/users", "users", For::Operators),
    Row("Settings", "/manage/settings", "settings", For::Operators),
];

const GROUPS: &[(&str, &[Row])] = &[("Use", USE), ("Decide", DECIDE), ("Operate", OPERATE)];

/// The menu as one person sees it on the page at `path`.
pub fn menu(sees: Sees, path: &str) -> Vec<NavGroup> {
    GROUPS
        .iter()
        .map(|(label, rows)| NavGroup { label, items: items(rows, sees, path) })
        .filter(|group| !group.items.is_empty())
        .collect()
}

fn items(rows: &[Row], sees: Sees, path: &str) -> Vec<NavItem> {
    rows.iter()
        .filter(|Row(.., whom)| match whom {
            For::Everyone => true,
            For::Makers => sees.apis,
            For::Operators => sees.operates,
            For::Suppliers => sees.supplies,
        })
        .map(|Row(label, href, icon, _)| NavItem {
            label,
            href,
            icon,
            current: holds(href, path),
            count: if *href == "/inbox" { sees.waiting } else { 0 },
        })
        .collect()
}

/// `/keys` holds `/keys` and `/keys/…`, but not `/keyring`; `/` holds itself alone.
fn holds(href: &str, path: &str) -> bool {
    path == href || href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
