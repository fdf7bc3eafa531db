//! What a caller asks of the demo vendor.

use serde_json::Value;

#[derive(Debug)]
pub struct Ask {
    pub model: String,
    pub stream: bool,
    pub include_usage: bool,
    pub max_tokens: Option<usize>,
    pub n: usize,
    /// The last text of the user.
    pub said: String,
    /// What tools answered since then.
    pub results: Vec<String>,
    /// Functions offered: name and schema.
    pub tools: Vec<(String, Value)>,
    /// A call is forced, of this function or of any.
    pub forced: Option<Option<String>>,
    pub legacy: bool,
    /// The schema the answer must fit; an empty one for any JSON.
    pub shape: Option<Value>,
    pub prompt_tokens: usize,
    pub inputs: Vec<String>,
    pub dimensions: Option<usize>,
    pub base64: bool,
    /// Stands for the whole request in ids.
    pub mark: u32,
}

impl Ask {
    pub fn read(body: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(body).map_err(|_| "The body is not JSON.")?;
        let count =
            |name: &str| value.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let flag = |path: &str| value.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let messages = value.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let asked = messages.iter().rposition(|message| role(message) == "user");
        let after = asked.map_or(0, |rank| rank + 1);
        let is_result = |message: &&Value| matches!(role(message), "tool" | "function");
        let (mut tools, legacy) = tools(&value);
        if value.get("tool_choice").or(value.get("function_call")).and_then(Value::as_str) == Some("none") {
            tools.clear();
        }
        Ok(Self {
            model: value.get("model").and_then(Value::as_str).ok_or("`model` is missing.")?.to_owned(),
            stream: flag("/stream"),
            include_usage: flag("/stream_options/include_usage"),
            max_tokens: count("max_completion_tokens").or(count("max_tokens")),
            n: count("n").unwrap_or(1).clamp(1, 128),
            said: asked.and_then(|rank| messages.get(rank)).map(text).unwrap_or_default(),
            results: messages.iter().skip(after).filter(is_result).map(text).collect(),
            tools,
            forced: forced(&value),
            legacy,
            shape: shape(&value),
            prompt_tokens: body.len().div_ceil(4),
            inputs: inputs(&value),
            dimensions: count("dimensions"),
            base64: value.get("encoding_format").and_then(Value::as_str) == Some("base64"),
            mark: crc32fast::hash(body),
        })
    }
}

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

/// The text of a message, images as a word.
fn text(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let one = |part: &Value| match part.get("text").and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => format!("[{}]", part.get("type").and_then(Value::as_str).unwrap_or("part")),
            };
            parts.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn tools(value: &Value) -> (Vec<(String, Value)>, bool) {
    let list = |name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let define = |function: &Value| {
        let name = function.get("name")?.as_str()?.to_owned();
        Some((name, function.get("parameters").cloned().unwrap_or(Value::Null)))
    };
    let today: Vec<_> =
        list("tools").iter().filter_map(|tool| tool.get("function").and_then(define)).collect();
    let old: Vec<_> = list("functions").iter().filter_map(define).collect();
    if today.is_empty() && !old.is_empty() { (old, true) } else { (today, false) }
}

fn forced(value: &Value) -> Option<Option<String>> {
    let choice = value.get("tool_choice").or(value.get("function_call"))?;
    if choice.as_str() == Some("required") {
        return Some(None);
    }
    let name = choice.pointer("/function/name").or(choice.get("name"))?;
    Some(name.as_str().map(str::to_owned))
}

fn shape(value: &Value) -> Option<Value> {
    let format = value.get("response_format")?;
    match format.get("type")?.as_str()? {
        "json_object" => Some(Value::Null),
        "json_schema" => Some(format.pointer("/json_schema/schema").cloned().unwrap_or(Value::Null)),
        _ => None,
    }
}

fn inputs(value: &Value) -> Vec<String> {
    match value.get("input") {
        Some(Value::String(text)) => vec![text.clone()],
        Some(list @ Value::Array(items)) => match items.first() {
            Some(Value::Number(_)) => vec![list.to_string()],
            _ => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect(),
        },
        _ => Vec::new(),
    }
}
