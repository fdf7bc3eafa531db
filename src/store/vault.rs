//! The key file of a data folder and what is made with it: sealed vendor secrets, key digests,
//! the signing key of playground tokens. It stays outside the database, so a copy of the database
//! alone opens nothing.

use std::fs;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::base::secret::random;
use crate::base::{Code, OrCode, Result, Secret};

const FILE: &str = "secrets.key";
const VERSION: &str = "v1";

/// Where a sealed value belongs. A value moved to another row, column or destination does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'a str,
    pub row: uuid::Uuid,
    pub column: &'a str,
    /// Scheme, host, port and path prefix to which the secret may be sent.
    pub destination: &'a str,
}

impl Place<'_> {
    fn bound(&self) -> Vec<u8> {
        [self.table, &self.row.to_string(), self.column, self.destination].join("\n").into_bytes()
    }
}

/// The three server keys.
pub struct Vault {
    master: Zeroizing<[u8; 32]>,
    pepper: Zeroizing<[u8; 32]>,
    signing: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// Reads the key file of the folder, or makes it (0600) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, or is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        if !path.exists() {
            create(&path)?;
        }
        let text = Zeroizing::new(fs::read_to_string(&path).or_code(Code::Internal)?);
        let mut keys = text.split_whitespace().skip(1).map(|line| {
            let bytes = Zeroizing::new(BASE64.decode(line).or_code(Code::Internal)?);
            <[u8; 32]>::try_from(bytes.as_slice()).or_code(Code::Internal).map(Zeroizing::new)
        });
        let mut next =
            || keys.next().unwrap_or_else(|| Err(Code::Internal.with(format!("{FILE} is damaged"))));
        Ok(Self { master: next()?, pepper: next()?, signing: next()? })
    }

    /// What a key is looked up by: HMAC under the pepper of the SHA-256 of the key.
    pub fn key_digest(&self, sha256: &[u8; 32]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.pepper.as_slice())
            .expect("HMAC takes a key of any length");
        mac.update(sha256);
        mac.finalize().into_bytes().into()
    }

    /// The key under which playground tokens are signed (HS256).
    pub fn signing_key(&self) -> &[u8] {
        self.signing.as_slice()
    }

    /// Seals a secret to its place under a data key of its own.
    ///
    /// # Errors
    /// Only when the cipher fails.
    pub fn seal(&self, place: Place<'_>, secret: &Secret) -> Result<String> {
        let data_key = Zeroizing::new(random::<32>());
        let wrapped = encrypt(&self.master, data_key.as_slice(), place)?;
        let sealed = encrypt(&data_key, secret.expose().as_bytes(), place)?;
        Ok([VERSION, &BASE64.encode(wrapped), &BASE64.encode(sealed)].join("."))
    }

    /// Opens what was sealed to this very place.
    ///
    /// # Errors
    /// `vendor_credential` when it was sealed elsewhere, under another key file, or was changed.
    pub fn unseal(&self, place: Place<'_>, sealed: &str) -> Result<Secret> {
        let broken = || Code::VendorCredential.with("a sealed secret does not open at its place");
        let mut parts = sealed.split('.');
        let (Some(VERSION), Some(wrapped), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(broken());
        };
        let wrapped = BASE64.decode(wrapped).map_err(|_| broken())?;
        let body = BASE64.decode(body).map_err(|_| broken())?;
        let data_key = Zeroizing::new(decrypt(&self.master, &wrapped, place).ok_or_else(broken)?);
        let data_key = <[u8; 32]>::try_from(data_key.as_slice()).map(Zeroizing::new).map_err(|_| broken())?;
        let text = decrypt(&data_key, &body, place).ok_or_else(broken)?;
        String::from_utf8(text).map(Secret::new).map_err(|_| broken())
    }
}

fn create(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let lines = [(); 3].map(|()| BASE64.encode(random::<32>()));
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).or_code(Code::Internal)?;
    let text = Zeroizing::new(format!("portico-keys-{VERSION}\n{}\n", lines.join("\n")));
    file.write_all(text.as_bytes()).or_code(Code::Internal)?;
    file.sync_all().or_code(Code::Internal)
}

fn encrypt(key: &[u8; 32], text: &[u8], place: Place<'_>) -> Result<Vec<u8>> {
    let nonce = random::<24>();
    let payload = Payload { msg: text, aad: &place.bound() };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Code::Internal.with("sealing failed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &[u8; 32], sealed: &[u8], place: Place<'_>) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(24)?;
    let nonce = XNonce::from(<[u8; 24]>::try_from(nonce).ok()?);
    let payload = Payload { msg: sealed, aad: &place.bound() };
    XChaCha20Poly1305::new(key.into()).decrypt(&nonce, payload).ok()
}

#[cfg(test)]
mod tests;
