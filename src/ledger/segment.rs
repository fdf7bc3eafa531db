//! Segment files of the journal: names, creation, reading.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::frame::{self, Next};

const SUFFIX: &str = "journal";
const CHUNK: u64 = 1 << 20;

/// A segment and how many of its bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub number: u64,
    pub bytes: u64,
}

/// A place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub segment: u64,
    pub offset: u64,
}

pub fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016}.{SUFFIX}"))
}

/// All segments of a folder, oldest first.
pub fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let number =
            name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.strip_suffix('.')?.parse().ok());
        if let Some(number) = number {
            found.push(Segment { number, bytes: entry.metadata()?.len() });
        }
    }
    found.sort_by_key(|segment: &Segment| segment.number);
    Ok(found)
}

/// Makes a new, empty segment; what it holds begins at the offset given back.
pub fn create(folder: &Path, number: u64) -> io::Result<(File, u64)> {
    let path = path(folder, number);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    if let Err(error) = file.write_all_at(frame::MAGIC, 0) {
        // An unusable segment must not stay behind: its number is needed again.
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    Ok((file, frame::MAGIC.len() as u64))
}

/// Reads the payloads from `offset` on, about a megabyte of them, and gives the offset to go on
/// from. Damage is skipped and reported; a torn tail ends the segment.
pub fn read(
    folder: &Path,
    segment: Segment,
    offset: u64,
    mut each: impl FnMut(u64, &[u8]),
) -> io::Result<u64> {
    let file = File::open(path(folder, segment.number))?;
    let mut offset = if offset == 0 { start(&file, segment)? } else { offset };
    let mut bytes = load(&file, offset, (offset + CHUNK).min(segment.bytes))?;
    if bytes.is_empty() {
        return Ok(segment.bytes);
    }
    let mut place = 0;
    while place < bytes.len() {
        match frame::at(&bytes, place) {
            Next::Frame { payload, next } => {
                each(offset + place as u64, payload);
                place = next;
            }
            Next::Cut if offset + (bytes.len() as u64) < segment.bytes => break,
            Next::Cut | Next::Broken => {
                let rest = load(&file, offset + place as u64, segment.bytes)?;
                let skipped = frame::after_damage(&rest, 0).unwrap_or(rest.len());
                tracing::warn!(
                    segment = segment.number,
                    at = offset + place as u64,
                    skipped,
                    "damage in the journal"
                );
                offset += (place + skipped) as u64;
                bytes = rest.get(skipped..).unwrap_or(&[]).to_vec();
                place = 0;
            }
        }
    }
    Ok(offset + place as u64)
}

fn start(file: &File, segment: Segment) -> io::Result<u64> {
    let magic = frame::MAGIC.len() as u64;
    if segment.bytes < magic {
        return Ok(segment.bytes);
    }
    if load(file, 0, magic)? != frame::MAGIC {
        tracing::warn!(segment = segment.number, "a segment of the journal has a damaged head");
    }
    Ok(magic)
}

fn load(file: &File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(to.saturating_sub(from)).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, from + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
