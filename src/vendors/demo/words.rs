//! What the words of a model's name ask for.

/// The kinds of models.
pub const KINDS: &[&str] = &["echo", "lorem", "tools", "embed"];

/// Every fault and what it shows.
pub const FAULTS: &[(&str, &str)] = &[
    ("400", "the status, with an error body"),
    ("401", "the status"),
    ("403", "the status"),
    ("404", "the status"),
    ("408", "the status"),
    ("413", "the status"),
    ("422", "the status"),
    ("429", "the status; a number after it is Retry-After in seconds"),
    ("500", "the status"),
    ("502", "the status"),
    ("503", "the status; a number after it is Retry-After in seconds"),
    ("504", "the status"),
    ("529", "the status"),
    ("quota", "429 with the code insufficient_quota"),
    ("context", "400 with the code context_length_exceeded"),
    ("filter", "400 with the code content_filter"),
    ("html", "502 with a page of HTML"),
    ("html200", "200 with a page of HTML"),
    ("error200", "200 with an error body"),
    ("json", "200 with JSON that breaks; in a stream after five words"),
    ("empty", "200 without a body"),
    ("reset", "the connection breaks before the head"),
    ("hang", "nothing ever comes"),
    ("slow", "the head comes late: 30 seconds, or the number after it"),
    ("stall", "after five words nothing more comes, and the connection stays open"),
    ("cut", "the connection breaks after five words"),
    ("error", "an error event after five words"),
    ("errorfirst", "an error event before any content"),
    ("nodone", "the stream ends without [DONE]"),
    ("twicedone", "[DONE] comes twice"),
    ("nofinish", "[DONE] without a finish reason"),
    ("nousage", "no usage, though it was asked for"),
    ("comments", "comments between the events"),
    ("commentsonly", "nothing but comments, then the end"),
    ("crlf", "lines end in CR LF"),
    ("bom", "a byte order mark stands in front"),
    ("noblank", "the blank lines between events are missing"),
    ("big", "an event of two megabytes"),
];

const SLOW_SECONDS: u64 = 30;
const WORDS_A_SECOND: u64 = 50;
const LOREM_WORDS: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Echo,
    Lorem { words: usize },
    Tools,
    Fault(Fault),
}

/// A fault by its word, and the number after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub word: String,
    pub number: Option<u64>,
}

impl Fault {
    pub fn is(&self, word: &str) -> bool {
        self.word == word
    }

    pub fn slow_ms(&self) -> u64 {
        self.number.unwrap_or(SLOW_SECONDS).saturating_mul(1_000)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub act: Act,
    /// Between the words of a stream.
    pub delay_ms: u64,
}

impl Words {
    /// Reads `demo-lorem-20-300`, `demo-fault-429-30` and the like; any other name echoes.
    pub fn of(model: &str) -> Self {
        let mut parts = model.split(['-', '/', ':']).skip_while(|part| *part == "demo");
        let kind = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let number = |rank: usize| rest.get(rank).and_then(|part| part.parse::<u64>().ok());
        if kind == "fault" {
            let word = rest.first().copied().unwrap_or("500").to_owned();
            return Self { act: Act::Fault(Fault { word, number: number(1) }), delay_ms: 0 };
        }
        let count = |words: u64| usize::try_from(words).unwrap_or(LOREM_WORDS).min(100_000);
        let act = match kind {
            "lorem" => Act::Lorem { words: number(1).map_or(LOREM_WORDS, count) },
            "tools" => Act::Tools,
            _ => Act::Echo,
        };
        let speed = number(0).unwrap_or(WORDS_A_SECOND);
        Self { act, delay_ms: 1_000_u64.checked_div(speed).unwrap_or(0) }
    }
}
