//! The parts of OpenAI's chat request that are read one by one. What is not looked at stays raw.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub role: Cow<'a, str>,
    #[serde(borrow)]
    pub content: Option<&'a RawValue>,
    pub name: Option<Cow<'a, str>>,
    pub refusal: Option<Cow<'a, str>>,
    pub tool_call_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub tool_calls: Option<Vec<Call<'a>>>,
    #[serde(borrow)]
    pub function_call: Option<Function<'a>>,
    #[serde(borrow)]
    pub audio: Option<&'a RawValue>,
    #[serde(borrow)]
    pub reasoning_content: Option<&'a RawValue>,
    /// The same in the words of other vendors.
    #[serde(borrow)]
    pub reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    pub thinking_blocks: Option<Vec<Thought<'a>>>,
    #[serde(borrow)]
    pub reasoning_details: Option<Vec<Thought<'a>>>,
    #[serde(borrow)]
    pub vendor_blocks: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub cache_control: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub struct Call<'a> {
    pub id: Option<Cow<'a, str>>,
    #[serde(rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub function: Option<Function<'a>>,
}

#[derive(Deserialize)]
pub struct Function<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub arguments: Option<Cow<'a, str>>,
}

/// A block of reasoning in one of the shapes clients send back.
#[derive(Deserialize)]
pub struct Thought<'a> {
    #[serde(rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    pub thinking: Option<Cow<'a, str>>,
    pub text: Option<Cow<'a, str>>,
    pub signature: Option<Cow<'a, str>>,
    pub data: Option<Cow<'a, str>>,
}

/// A block of a vendor's own as a stream shows it: with its rank beside it.
#[derive(Deserialize)]
pub struct Ranked<'a> {
    #[serde(borrow)]
    pub block: &'a RawValue,
}

#[derive(Deserialize)]
pub struct Part<'a> {
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    pub text: Option<Cow<'a, str>>,
    pub refusal: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub image_url: Option<Image<'a>>,
    #[serde(borrow)]
    pub file: Option<File<'a>>,
    pub thinking: Option<Cow<'a, str>>,
    pub signature: Option<Cow<'a, str>>,
    pub data: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub cache_control: Option<&'a RawValue>,
    #[serde(borrow)]
    pub prompt_cache_breakpoint: Option<&'a RawValue>,
}

/// An object, or a bare address from older callers.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Image<'a> {
    Bare(#[serde(borrow)] Cow<'a, str>),
    Object {
        #[serde(borrow)]
        url: Cow<'a, str>,
        detail: Option<Cow<'a, str>>,
    },
}

#[derive(Deserialize)]
pub struct File<'a> {
    pub file_id: Option<Cow<'a, str>>,
    pub file_data: Option<Cow<'a, str>>,
    pub filename: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub struct Tool<'a> {
    #[serde(rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub function: Option<Definition<'a>>,
    #[serde(borrow)]
    pub cache_control: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub struct Definition<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub parameters: Option<&'a RawValue>,
    pub strict: Option<bool>,
}

/// `tool_choice` and `function_call`: a word or an object.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Choice<'a> {
    Word(#[serde(borrow)] Cow<'a, str>),
    Object {
        #[serde(rename = "type")]
        kind: Option<Cow<'a, str>>,
        #[serde(borrow)]
        function: Option<Named<'a>>,
        /// `function_call: {"name"}`
        name: Option<Cow<'a, str>>,
        #[serde(borrow)]
        allowed_tools: Option<Allowed<'a>>,
    },
}

#[derive(Deserialize)]
pub struct Named<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

#[derive(Deserialize)]
pub struct Allowed<'a> {
    pub mode: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub tools: Vec<AllowedTool<'a>>,
}

#[derive(Deserialize)]
pub struct AllowedTool<'a> {
    #[serde(borrow)]
    pub function: Option<Named<'a>>,
    pub name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub struct Format<'a> {
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub json_schema: Option<Schema<'a>>,
}

#[derive(Deserialize)]
pub struct Schema<'a> {
    #[serde(borrow)]
    pub schema: Option<&'a RawValue>,
    pub strict: Option<bool>,
}

#[derive(Deserialize, Default)]
pub struct CacheControl<'a> {
    #[serde(default)]
    pub ttl: Option<Cow<'a, str>>,
}
