//! The CSRF token as it stands in pages. Each page carries it under a pad of its own, so that no two
//! pages share its bytes: what compresses together with it tells nothing about it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::secret;

/// Bytes of the pad; the tokens are shorter.
const PAD: usize = 64;

/// The token under a fresh pad, for one page.
pub fn masked(token: &str) -> String {
    let pad = secret::random::<PAD>();
    let hidden = token.bytes().zip(pad).map(|(byte, pad)| byte ^ pad);
    let both: Vec<u8> = pad.iter().copied().take(token.len()).chain(hidden).collect();
    URL_SAFE_NO_PAD.encode(both)
}

/// True when this is the token under some pad.
pub fn is(sent: &[u8], token: &str) -> bool {
    let Ok(both) = URL_SAFE_NO_PAD.decode(sent) else { return false };
    let (pad, hidden) = both.split_at(both.len() / 2);
    let shown: Vec<u8> = hidden.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect();
    !token.is_empty() && pad.len() == hidden.len() && secret::same(&shown, token.as_bytes())
}

#[cfg(test)]
mod tests;
