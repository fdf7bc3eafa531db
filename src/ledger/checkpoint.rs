//! How far the journal was posted, in a small file. It is believed only within the same run of the
//! machine: after a power cut the database may have lost its last commits, so everything that is
//! still in the journal is offered again (posting looks first and writes each call once).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::segment::Place;

const NAME: &str = "checkpoint";
const START: Place = Place { segment: 0, offset: 0 };

pub fn save(folder: &Path, place: Place) -> io::Result<()> {
    let Some(boot) = boot_id() else { return Ok(()) };
    let new = folder.join("checkpoint.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    writeln!(file, "1 {boot} {} {}", place.segment, place.offset)?;
    std::fs::rename(new, folder.join(NAME))
}

pub fn load(folder: &Path) -> Place {
    let text = std::fs::read_to_string(folder.join(NAME)).unwrap_or_default();
    read(&text, boot_id().as_deref()).unwrap_or(START)
}

fn read(text: &str, boot: Option<&str>) -> Option<Place> {
    let mut words = text.strip_suffix('\n')?.split(' ');
    let same = words.next()? == "1" && words.next() == Some(boot?);
    let place = Place { segment: words.next()?.parse().ok()?, offset: words.next()?.parse().ok()? };
    (same && words.next().is_none()).then_some(place)
}

/// A name of this run of the machine; none where the system does not tell.
fn boot_id() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
