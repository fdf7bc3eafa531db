//! The index of exchanges and the bytes of each.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use portico::base::ids::CallId;
use portico::wire::{self, Format, RelayState, Shown, WireFault};
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    pub name: String,
    pub api: String,
    #[serde(default)]
    pub stream: bool,
    pub status: u16,
    /// What it shows, in the words of the index.
    #[serde(default)]
    pub features: Vec<String>,
    files: Files,
    #[serde(skip)]
    root: PathBuf,
}

#[derive(Deserialize)]
struct Index {
    exchanges: Vec<Exchange>,
}

#[derive(Clone, Debug, Deserialize)]
struct Files {
    request: Option<String>,
    response: Option<String>,
}

impl Exchange {
    pub fn request(&self) -> Option<Bytes> {
        self.files.request.as_ref().map(|file| self.bytes(file))
    }

    pub fn response(&self) -> Bytes {
        self.files.response.as_ref().map(|file| self.bytes(file)).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.response().trim_ascii())
            .unwrap_or_else(|cause| panic!("{}: {cause}", self.name))
    }

    /// Its files on this machine.
    pub fn paths(&self) -> Vec<PathBuf> {
        let files = [&self.files.request, &self.files.response];
        files.into_iter().flatten().map(|file| self.root.join(file)).collect()
    }

    fn bytes(&self, file: &str) -> Bytes {
        let path = self.root.join(file);
        std::fs::read(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display())).into()
    }
}

/// All exchanges of chat, messages and embeddings that there are on this machine.
pub fn all() -> Vec<Exchange> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vendors = shared(home).join("wire/recorded");
    let mut list = recorded(&home.join("tests/fixtures"), "index.json");
    list.extend(recorded(&vendors, "index-1.json"));
    list.extend(recorded(&vendors, "index-4.json"));
    list.retain(|row| ["chat", "messages", "embeddings"].contains(&row.api.as_str()));
    list
}

/// The exchanges of one index; none where it is absent.
pub fn recorded(root: &Path, index: &str) -> Vec<Exchange> {
    let Ok(text) = std::fs::read(root.join(index)) else { return Vec::new() };
    let index: Index = serde_json::from_slice(&text).expect("the index has exchanges");
    index.exchanges.into_iter().map(|row| Exchange { root: root.to_owned(), ..row }).collect()
}

/// The folder of documents and recordings beside the repository.
pub fn shared(home: &Path) -> PathBuf {
    std::env::var_os("PORTICO_SHARED").map_or_else(|| home.join("../shared"), PathBuf::from)
}

/// Those in OpenAI's format.
pub fn openai() -> Vec<Exchange> {
    let mut list = all();
    list.retain(|row| row.api != "messages");
    list
}

pub fn anthropic() -> Vec<Exchange> {
    let mut list = all();
    list.retain(|row| row.api == "messages");
    list
}

pub fn shown(model: &str) -> Shown<'_> {
    Shown {
        model,
        id: CallId(Default::default()),
        created: 1_700_000_000,
        include_usage: true,
        legacy_functions: false,
        base64_embeddings: false,
    }
}

/// What came of a stream.
pub struct Relayed {
    pub out: Bytes,
    pub end: Result<(), WireFault>,
    pub state: RelayState,
}

/// Sends the chunks through a relay and closes it.
pub fn relay<'c>(format: Format, shown: &Shown<'_>, chunks: impl IntoIterator<Item = &'c [u8]>) -> Relayed {
    let mut relay = wire::relay(format, shown);
    let mut out = BytesMut::new();
    let mut end = Ok(());
    for chunk in chunks {
        end = relay.push(&Bytes::copy_from_slice(chunk), &mut out);
        if end.is_err() {
            break;
        }
    }
    let end = end.and_then(|()| relay.end(&mut out));
    Relayed { out: out.freeze(), end, state: *relay.state() }
}

/// The events of a stream, each with its blank line.
pub fn events(stream: &[u8]) -> Vec<&[u8]> {
    let mut list = Vec::new();
    let mut from = 0;
    for at in 0..stream.len() {
        let rest = &stream[from..=at];
        if rest.ends_with(b"\n\n") || rest.ends_with(b"\r\n\r\n") {
            list.push(rest);
            from = at + 1;
        }
    }
    if from < stream.len() {
        list.push(&stream[from..]);
    }
    list
}

/// The JSON of each event that has any.
pub fn data(stream: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(stream);
    let lines = text.lines().filter_map(|line| line.strip_prefix("data:"));
    lines.filter_map(|line| serde_json::from_str(line.trim()).ok()).collect()
}
