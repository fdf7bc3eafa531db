//! What a backup folder holds, so that a restore can tell a whole one from a torn one.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::{Code, OrCode, Result};

/// The list itself.
pub const FILE: &str = "backup.json";

#[derive(Serialize, Deserialize)]
pub struct Manifest {
    /// Of the binary that made it.
    pub version: String,
    /// RFC 3339.
    pub made_at: String,
    /// `sqlite` or `postgres`.
    pub store: String,
    pub files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub path: PathBuf,
    pub sha256: String,
}

impl Manifest {
    /// Lists every file of the folder and writes itself beside them, as the last thing a backup does.
    pub fn write(mut self, folder: &Path) -> Result<usize> {
        for path in files(folder)? {
            let sha256 = sum(&folder.join(&path))?;
            self.files.push(Entry { path, sha256 });
        }
        let text = serde_json::to_string_pretty(&self).or_code(Code::Internal)?;
        fs::write(folder.join(FILE), text).or_code(Code::Internal)?;
        Ok(self.files.len())
    }

    /// Reads the list and compares every file with it.
    ///
    /// # Errors
    /// When the folder is no backup, or a file is missing or changed.
    pub fn read(folder: &Path) -> Result<Self> {
        let text = fs::read_to_string(folder.join(FILE)).map_err(|cause| {
            let sentence = format!("{} is not a backup: it has no {FILE}.", folder.display());
            Code::NotFound.saying(sentence).caused_by(cause)
        })?;
        let manifest: Self = serde_json::from_str(&text).map_err(|cause| {
            Code::Conflict.saying(format!("The backup is damaged: {FILE} cannot be read.")).caused_by(cause)
        })?;
        for entry in &manifest.files {
            let fits = sum(&folder.join(&entry.path)).is_ok_and(|sum| sum == entry.sha256);
            if !fits {
                let path = entry.path.display();
                return Err(
                    Code::Conflict.saying(format!("The backup is damaged: {path} is missing or changed."))
                );
            }
        }
        Ok(manifest)
    }

    /// # Errors
    /// When one of these files is not on the list.
    pub fn holds(&self, files: &[&str]) -> Result<()> {
        match files.iter().find(|file| self.files.iter().all(|entry| entry.path != Path::new(file))) {
            Some(file) => Err(Code::Conflict.saying(format!("The backup is not whole: it has no {file}."))),
            None => Ok(()),
        }
    }
}

/// Every file below the folder, by its path in it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut left) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inside) = left.pop() {
        for entry in fs::read_dir(folder.join(&inside)).or_code(Code::Internal)? {
            let entry = entry.or_code(Code::Internal)?;
            let path = inside.join(entry.file_name());
            let kind = entry.file_type().or_code(Code::Internal)?;
            if kind.is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn sum(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).or_code(Code::Internal)?;
    let (mut hash, mut part) = (Sha256::new(), vec![0_u8; 1 << 16]);
    loop {
        match file.read(&mut part).or_code(Code::Internal)? {
            0 => break,
            read => hash.update(part.get(..read).unwrap_or_default()),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
