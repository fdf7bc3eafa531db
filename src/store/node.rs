//! Which of the nodes that may share a database this one is.

use std::fs;
use std::path::Path;

use uuid::Uuid;

const FILE: &str = "node";

/// A node's name, kept in its data folder: of the processes with this name one runs at a time, the one
/// that holds the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node(pub Uuid);

impl Node {
    /// Reads the name of the folder that this process holds, or gives it one. Where that cannot be kept
    /// the next process is taken for another node, no more.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let known = fs::read_to_string(&path).ok().and_then(|text| Uuid::try_parse(text.trim()).ok());
        Self(known.unwrap_or_else(|| {
            let fresh = Uuid::now_v7();
            if let Err(fault) = fs::write(&path, format!("{fresh}\n")) {
                tracing::warn!(%fault, "the name of this node was not kept");
            }
            fresh
        }))
    }
}
