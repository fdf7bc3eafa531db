//! Takes what names accounts, keys and hosts out of a vendor's sentence.

const SHOWN_CHARS: usize = 1_000;
const INSTEAD: &str = "[removed]";

/// Ids that name an account by their prefix alone; the rest must have six characters.
const ACCOUNT: &[&str] =
    &["org-", "org_", "proj_", "proj-", "acct_", "acct-", "ws_", "wrkspc_", "team-", "arn:aws"];
/// Ids with a prefix that is also an ordinary word: the rest must have a digit.
const ACCOUNT_WITH_DIGIT: &[&str] = &["user-", "user_", "key_", "key-", "account-", "account_"];
const SECRET: &[&str] =
    &["sk-", "sk_", "gsk_", "xai-", "pplx-", "fw_", "hf_", "nvapi-", "csk-", "AIza", "tgp_v1_"];

/// The sentence without account ids, keys, addresses and control characters, cut to a bound.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len().min(SHOWN_CHARS));
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|c| !part_of_word(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(length);
        let core = word.trim_end_matches(['.', ':', '/']);
        if names_someone(core) {
            cleaned.push_str(INSTEAD);
            cleaned.push_str(word.get(core.len()..).unwrap_or_default());
        } else {
            cleaned.push_str(word);
        }
        let gap = tail.find(part_of_word).unwrap_or(tail.len());
        let (between, next) = tail.split_at(gap);
        cleaned.extend(between.chars().map(|c| if c.is_control() { ' ' } else { c }));
        rest = next;
    }
    match cleaned.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", cleaned.get(..end).unwrap_or_default()),
        None => cleaned,
    }
}

fn part_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.:/@*".contains(c)
}

fn names_someone(word: &str) -> bool {
    let after = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| word.strip_prefix(prefix));
    after(ACCOUNT).is_some_and(|rest| rest.len() >= 6)
        || after(ACCOUNT_WITH_DIGIT)
            .is_some_and(|rest| rest.len() >= 6 && rest.contains(|c: char| c.is_ascii_digit()))
        || after(SECRET).is_some_and(|rest| rest.len() >= 4)
        || word.contains("***")
        || word.contains("://")
        || is_mail(word)
        || is_host(word)
        || is_uuid(word)
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
}

/// `localhost:8000`, `10.0.0.3`, `10.0.0.3:8000`
fn is_host(word: &str) -> bool {
    let host = word.split([':', '/']).next().unwrap_or_default();
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && uuid::Uuid::try_parse(word).is_ok()
}
