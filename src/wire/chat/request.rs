//! A chat request, whatever format it came in.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde_json::value::RawValue;

#[derive(Debug, Default)]
pub struct ChatRequest<'a> {
    pub messages: Vec<Message<'a>>,
    pub tools: Vec<Tool<'a>>,
    pub tool_choice: Option<ToolChoice<'a>>,
    pub parallel_tools: Option<bool>,
    pub max_tokens: Option<u32>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub stop: Vec<Cow<'a, str>>,
    pub shape: Shape<'a>,
    pub effort: Option<Effort>,
    /// An opaque id of the caller's own user.
    pub user: Option<Cow<'a, str>>,
    pub tier: Option<Cow<'a, str>>,
    pub stream: bool,
    /// Fields with a value and without a place above, in the words of the caller's format.
    pub extras: Vec<Extra<'a>>,
    /// Fields inside messages with a value and without a place here, by their path.
    pub unread: BTreeSet<String>,
}

/// A field kept verbatim.
#[derive(Debug)]
pub struct Extra<'a> {
    pub name: Cow<'a, str>,
    pub json: &'a RawValue,
}

#[derive(Debug)]
pub struct Message<'a> {
    pub role: Role<'a>,
    pub parts: Vec<Part<'a>>,
    /// The caller gave the author a name.
    pub named: bool,
    /// Its rank in the caller's list.
    pub rank: usize,
}

#[derive(Debug, PartialEq)]
pub enum Role<'a> {
    /// System or developer.
    System,
    User,
    Assistant,
    /// The result of the call with this id.
    Tool(Cow<'a, str>),
    /// The result of the last call of this function, from before calls had ids.
    Function(Cow<'a, str>),
}

#[derive(Debug)]
pub struct Part<'a> {
    pub kind: PartKind<'a>,
    pub place: Place,
    pub cache: Option<Cache>,
}

/// Where a part stood in the caller's body; prints as a field path.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub message: usize,
    pub field: &'static str,
    pub rank: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "messages[{}].{}", self.message, self.field)?;
        self.rank.map_or(Ok(()), |rank| write!(f, "[{rank}]"))
    }
}

/// A mark up to which the prompt should be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    pub an_hour: bool,
}

#[derive(Debug)]
pub enum PartKind<'a> {
    Text(Cow<'a, str>),
    Image {
        /// `https:`, `http:` or `data:`.
        url: Cow<'a, str>,
        detailed: bool,
    },
    /// A `data:` URI and its name.
    File {
        data: Cow<'a, str>,
        name: Option<Cow<'a, str>>,
    },
    /// A file that lies at the caller's vendor.
    FileId,
    Audio,
    Refusal(Cow<'a, str>),
    Call {
        /// None from before calls had ids.
        id: Option<Cow<'a, str>>,
        name: Cow<'a, str>,
        /// JSON as text.
        arguments: Cow<'a, str>,
    },
    /// A call with free text instead of JSON.
    FreeCall,
    Thinking {
        text: Cow<'a, str>,
        signature: Cow<'a, str>,
    },
    Redacted(Cow<'a, str>),
    /// Reasoning that cannot be replayed.
    Unsigned,
    /// Something a vendor did by itself, as an earlier answer showed it.
    Foreign(&'a RawValue),
    Unknown,
}

#[derive(Debug)]
pub struct Tool<'a> {
    pub name: Cow<'a, str>,
    pub description: Option<Cow<'a, str>>,
    /// A JSON Schema.
    pub parameters: Option<&'a RawValue>,
    pub strict: bool,
    pub cache: Option<Cache>,
    /// Where it stood: `tools[3]`.
    pub path: String,
    /// Not a function: its type.
    pub foreign: Option<Cow<'a, str>>,
}

#[derive(Debug)]
pub struct ToolChoice<'a> {
    pub choice: Choice<'a>,
    /// Only these tools may be called.
    pub among: Option<Vec<Cow<'a, str>>>,
}

#[derive(Debug, PartialEq)]
pub enum Choice<'a> {
    Auto,
    None,
    Required,
    Named(Cow<'a, str>),
}

/// The form the answer must have.
#[derive(Debug, Default)]
pub enum Shape<'a> {
    #[default]
    Free,
    Json,
    Schema {
        schema: &'a RawValue,
        /// The caller relies on the schema being kept.
        strict: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    ExtraHigh,
    Max,
}

impl Effort {
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "minimal" => Self::Minimal,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "xhigh" => Self::ExtraHigh,
            "max" => Self::Max,
            _ => return None,
        })
    }
}
