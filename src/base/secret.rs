//! Values that must never be printed, logged or serialized.

use zeroize::Zeroizing;

/// A secret text. It has no `Debug`, `Display` or `Serialize`, compares in constant time and is
/// wiped when dropped. `expose` is the one way to read it, so a search for that word finds every use.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, or nothing when fewer than twenty would stay hidden.
    pub fn last4(&self) -> String {
        let count = self.0.chars().count();
        if count < 24 { String::new() } else { self.0.chars().skip(count - 4).collect() }
    }
}

/// Equality whose time does not depend on where two equally long values differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// `N` bytes from the system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).expect("the system's random source answers");
    bytes
}
