//! Reads an OpenAPI 3.1 document into what the page shows: groups of operations with their fields.

use std::collections::BTreeMap;

use serde_json::Value;

use super::sample;

/// The operations of one tag.
pub struct Group {
    pub name: String,
    /// What the tag is about.
    pub text: String,
    pub operations: Vec<Operation>,
}

pub struct Operation {
    /// Unique on the page; also its anchor.
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    /// Paragraphs of the description.
    pub text: Vec<String>,
    /// `read` or `write`: what the token must be able to; empty where it needs none.
    pub need: String,
    /// Fields of the path and of the query.
    pub parameters: Vec<Field>,
    /// Fields of the JSON body, one level deep.
    pub body: Vec<Field>,
    /// A body to start from; empty where none is sent.
    pub sample: String,
    pub answers: Vec<Answer>,
}

impl Operation {
    /// An id below this operation's.
    pub fn anchor(&self, part: &str) -> String {
        format!("{}-{part}", self.id)
    }

    /// The tables of fields that are not empty, each with its heading.
    pub fn tables(&self) -> Vec<(&'static str, &[Field])> {
        let both = [("Parameters", self.parameters.as_slice()), ("Body", self.body.as_slice())];
        both.into_iter().filter(|(_, fields)| !fields.is_empty()).collect()
    }

    /// The call as a command.
    pub fn curl(&self, base_url: &str) -> String {
        let method = if self.method == "GET" { String::new() } else { format!(" -X {}", self.method) };
        let mut command = format!(
            "curl{method} {base_url}{path} \\\n  -H \"Authorization: Bearer $PORTICO_TOKEN\"",
            path = self.path
        );
        if !self.sample.is_empty() {
            command
                .push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{}'", self.sample));
        }
        command
    }
}

pub struct Field {
    pub name: String,
    pub kind: String,
    pub required: bool,
    pub text: String,
}

pub struct Answer {
    pub status: String,
    pub text: String,
    pub sample: String,
    /// What the sample does not say by itself; of a list, the fields of an item.
    pub fields: Vec<Field>,
}

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// All operations by tag, in the order of the document's tags.
pub fn groups(document: &Value) -> Vec<Group> {
    let mut by_tag: BTreeMap<(usize, String), Vec<Operation>> = BTreeMap::new();
    for (path, item) in object(document, "/paths") {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or("Other").to_owned();
            let place = rank(document, &tag);
            by_tag.entry((place, tag)).or_default().push(read(document, method, path, operation));
        }
    }
    by_tag
        .into_iter()
        .map(|((place, name), operations)| Group {
            text: tags(document)
                .nth(place)
                .map(|tag| text(tag, "description").to_owned())
                .unwrap_or_default(),
            name: crate::portal::look::words(&name),
            operations,
        })
        .collect()
}

fn tags(document: &Value) -> impl Iterator<Item = &Value> {
    document.get("tags").and_then(Value::as_array).into_iter().flatten()
}

fn rank(document: &Value, tag: &str) -> usize {
    tags(document).position(|known| text(known, "name") == tag).unwrap_or(usize::MAX)
}

fn read(document: &Value, method: &str, path: &str, operation: &Value) -> Operation {
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    let (summary, more) = title(operation);
    Operation {
        id: format!("{method}{}", path.replace(|c: char| !c.is_alphanumeric(), "-")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary,
        text: more,
        need: operation.pointer("/security/0/token/0").and_then(Value::as_str).unwrap_or_default().to_owned(),
        parameters: parameters(document, operation),
        body: body.map(|schema| fields(document, schema)).unwrap_or_default(),
        sample: body.map(|schema| sample::of(document, schema)).unwrap_or_default(),
        answers: answers(document, operation),
    }
}

/// The summary (where there is none, the first paragraph of the description) and the paragraphs that follow.
fn title(operation: &Value) -> (String, Vec<String>) {
    let description = text(operation, "description");
    let mut paragraphs = description.split("\n\n").map(|text| text.trim().to_owned());
    let summary = match text(operation, "summary") {
        "" => paragraphs.next().unwrap_or_default(),
        summary => summary.to_owned(),
    };
    (summary, paragraphs.filter(|text| !text.is_empty()).collect())
}

fn parameters(document: &Value, operation: &Value) -> Vec<Field> {
    let list = operation.get("parameters").and_then(Value::as_array);
    let of = |parameter: &Value| Field {
        name: text(parameter, "name").to_owned(),
        kind: parameter.get("schema").map(|schema| kind(document, schema)).unwrap_or_default(),
        required: parameter.get("required").and_then(Value::as_bool).unwrap_or_default(),
        text: text(parameter, "description").to_owned(),
    };
    list.map(|list| list.iter().map(of).collect()).unwrap_or_default()
}

fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = follow(document, schema);
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let of = |(name, property): (&String, &Value)| Field {
        name: name.clone(),
        kind: kind(document, property),
        required: required.iter().any(|known| known.as_str() == Some(name)),
        text: text(property, "description").to_owned(),
    };
    object(schema, "/properties").map(of).collect()
}

fn answers(document: &Value, operation: &Value) -> Vec<Answer> {
    let of = |(status, answer): (&String, &Value)| {
        let answer = follow(document, answer);
        let schema = answer.pointer("/content/application~1json/schema");
        Answer {
            status: status.clone(),
            text: text(answer, "description").to_owned(),
            sample: schema.map(|schema| sample::of(document, schema)).unwrap_or_default(),
            fields: schema.map(|schema| told(document, schema)).unwrap_or_default(),
        }
    };
    object(operation, "/responses").map(of).collect()
}

fn told(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = follow(document, schema);
    let item = schema.pointer("/properties/items/items").or_else(|| schema.get("items"));
    let mut fields = fields(document, item.unwrap_or(schema));
    fields.retain(|field| !field.text.is_empty());
    fields
}

/// "string", "array of string", "one of a, b", "KeyView or null".
fn kind(document: &Value, schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    if let Some(reference) = text_of(schema, "$ref") {
        let target = follow(document, schema);
        let is_object = target.get("properties").is_some();
        return if is_object || target.get("$ref").is_some() || target == schema {
            reference.rsplit('/').next().unwrap_or(reference).to_owned()
        } else {
            kind(document, target)
        };
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(list) = schema.get(several).and_then(Value::as_array) {
            return list.iter().map(|one| kind(document, one)).collect::<Vec<_>>().join(" or ");
        }
    }
    match schema.get("type") {
        Some(Value::String(name)) if name == "array" => {
            let items = schema.get("items").map(|items| kind(document, items));
            format!("array of {}", items.unwrap_or_else(|| "anything".to_owned()))
        }
        Some(Value::String(name)) => match text_of(schema, "format") {
            Some(format) => format!("{name} ({format})"),
            None => name.clone(),
        },
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    }
}

/// What a `$ref` points to; the schema itself where there is none or it leads nowhere.
pub fn follow<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    text_of(schema, "$ref")
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
        .unwrap_or(schema)
}

pub fn object<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn text_of<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    text_of(value, name).unwrap_or_default()
}
