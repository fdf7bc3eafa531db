//! What became of the versions of an API, told from their dates.

use crate::base::Timestamp;
use crate::domain::catalogue::VersionView;

/// One line, with a tone and a sign for the timeline.
pub struct Entry {
    pub at: Timestamp,
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    /// Where its publisher explains the move; empty where there is no such page.
    pub guide: String,
}

/// All of it, the latest first.
pub fn entries(versions: &[VersionView]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = versions.iter().flat_map(of_version).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries
}

fn of_version(view: &VersionView) -> Vec<Entry> {
    let row = &view.version;
    let name = &row.name;
    let instead = view.successor.as_ref().map(|next| format!("Use {next} instead.")).unwrap_or_default();
    let guide = row.guide_url.clone().unwrap_or_default();
    let models: Vec<&str> = view.models.iter().map(|offered| offered.public_name.as_str()).collect();
    let published = row.published_at.map(|at| Entry {
        at,
        tone: "ok",
        icon: "plus",
        title: format!("{name} published"),
        text: if models.is_empty() { String::new() } else { format!("Offers {}.", models.join(", ")) },
        guide: String::new(),
    });
    let deprecated = row.deprecated_at.map(|at| {
        let end = row.sunset_at.map(|end| format!("It ends on {}.", end.day())).unwrap_or_default();
        Entry {
            at,
            tone: "warn",
            icon: "clock",
            title: format!("{name} deprecated"),
            text: format!("{end} {instead}").trim().to_owned(),
            guide: guide.clone(),
        }
    });
    let retired = row.retired_at.map(|at| Entry {
        at,
        tone: "bad",
        icon: "x",
        title: format!("{name} retired"),
        text: format!("Its calls are answered 410. {instead}").trim().to_owned(),
        guide: guide.clone(),
    });
    [published, deprecated, retired].into_iter().flatten().collect()
}
