//! Where to go after signing in: a page of this site, or the start page.

use url::Url;

/// The path when it leads to a page of this very site and reads the same to every browser; `/` otherwise.
pub fn local(next: &str) -> &str {
    if is_local(next) { next } else { "/" }
}

fn is_local(next: &str) -> bool {
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if !plain || !next.starts_with('/') || next.starts_with("//") || next.len() > 2_000 {
        return false;
    }
    let path = next.split(['?', '#']).next().unwrap_or("/");
    let lower = path.to_ascii_lowercase();
    if lower.contains("%2f") || lower.contains("%5c") || path.contains("//") {
        return false;
    }
    let Ok(base) = Url::parse("http://here.invalid/") else { return false };
    let Ok(url) = base.join(next) else { return false };
    let read = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let elsewhere = ["/sign-in", "/sign-up", "/sign-out"].contains(&path);
    url.host_str() == base.host_str() && url.fragment().is_none() && read == next && !elsewhere
}

#[cfg(test)]
mod tests;
