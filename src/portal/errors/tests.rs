use askama::Template;

use super::causes::{self, Chapter};
use super::list::{ANSWER_TO_IT, ErrorsPage, INVALID_USER, Search, find};
use super::show::ErrorPage;
use crate::base::{Code, Timestamp};
use crate::portal::frame::Frame;

fn frame() -> Frame {
    Frame::anonymous("/docs/errors", Timestamp(1_764_000_000_000_000))
}

#[test]
fn every_code_has_causes_a_fix_and_a_page() {
    for code in Code::ALL {
        let doc = causes::of(*code);
        assert!(!doc.causes.is_empty() && !doc.fixes.is_empty(), "{code}");
        assert!(!doc.see.contains(code), "{code} points at itself");
        let page = ErrorPage::new(frame(), *code).render().expect("a template never fails");
        assert!(page.contains(code.word()) && page.contains("What to do"), "{code}");
    }
}

#[test]
fn backticks_come_in_pairs() {
    for code in Code::ALL {
        let doc = causes::of(*code);
        let row = [code.next(), code.message()];
        for line in doc.causes.iter().chain(doc.fixes).chain(&row) {
            assert_eq!(line.matches('`').count() % 2, 0, "{code}: {line}");
        }
    }
}

#[test]
fn the_catalogue_lists_every_code_once() {
    let page = ErrorsPage::new(frame(), Search::default()).render().expect("a template never fails");
    for code in Code::ALL {
        assert_eq!(page.matches(&format!("href=\"/docs/errors/{code}\"")).count(), 1, "{code}");
    }
}

#[test]
fn the_phrase_of_other_gateways_finds_its_three_causes() {
    assert_eq!(find(INVALID_USER), ANSWER_TO_IT);
    for code in ANSWER_TO_IT {
        let page = ErrorPage::new(frame(), *code).render().expect("a template never fails");
        assert!(page.contains(INVALID_USER), "{code}");
    }
}

#[test]
fn a_search_takes_words_codes_and_numbers() {
    assert!(find("key_expired").contains(&Code::KeyExpired));
    assert!(find("429 budget").contains(&Code::InsufficientQuota));
    assert!(find("no such words anywhere zzz").is_empty());
    assert_eq!(find("").len(), Code::ALL.len());
}

#[test]
fn the_list_is_narrowed_to_where_a_call_stops() {
    let shown = |q: &str, at: &str| {
        let search = Search { q: q.to_owned(), at: at.to_owned() };
        ErrorsPage::new(frame(), search).render().expect("a template never fails")
    };
    let has = |page: &str, code: Code| page.contains(&format!("href=\"/docs/errors/{code}\""));
    let limits = shown("", "Limits");
    assert!(has(&limits, Code::InsufficientQuota) && !has(&limits, Code::KeyUnknown));
    // The other places stay in sight, with what the phrase leaves of them.
    assert!(limits.contains("?at=Key"), "{limits}");
    let both = shown("429", "Limits");
    assert!(has(&both, Code::RateLimitExceeded) && both.contains("?q=429&#38;at=Vendor"), "{both}");
}

#[test]
fn every_chapter_has_codes() {
    for chapter in Chapter::ALL {
        assert!(Code::ALL.iter().any(|code| causes::of(*code).chapter == *chapter), "{chapter:?}");
    }
}
