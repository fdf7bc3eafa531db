use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

fn packed(coding: &str, plain: &[u8]) -> Vec<u8> {
    let level = Compression::default();
    match coding {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "zlib" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        _ => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
    }
}

/// All of it, and the largest piece that came at once.
fn plain(coding: &str, pieces: &[&[u8]]) -> io::Result<(Vec<u8>, usize)> {
    let label = if coding == "gzip" { "gzip" } else { "deflate" };
    let mut inflate = Inflate::of(&Coding::read(label)).unwrap();
    let (mut all, mut largest) = (Vec::new(), 0);
    let mut keep = |plain: Bytes| {
        largest = plain.len().max(largest);
        all.extend_from_slice(&plain);
    };
    for piece in pieces {
        inflate.put(Bytes::copy_from_slice(piece));
        while let Some(plain) = inflate.next()? {
            keep(plain);
        }
    }
    if let Some(plain) = inflate.end()? {
        keep(plain);
    }
    Ok((all, largest))
}

#[test]
fn b58_what_was_packed_comes_out_however_it_was_cut() {
    let text: Vec<u8> = (0..40_000_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    for coding in ["gzip", "zlib", "raw"] {
        let packed = packed(coding, &text);
        for cut in [1, 7, 1_000, packed.len()] {
            let pieces: Vec<&[u8]> = packed.chunks(cut).collect();
            assert_eq!(plain(coding, &pieces).unwrap().0, text, "{coding} in pieces of {cut}");
        }
    }
}

#[test]
fn b58_a_small_piece_never_becomes_a_large_one() {
    let text = vec![b'a'; 50 << 20];
    let packed = packed("gzip", &text);
    assert!(packed.len() < 100 << 10);
    let (all, largest) = plain("gzip", &[&packed]).unwrap();
    assert!(all.len() == text.len() && largest <= 128 << 10, "{largest} bytes at once");
}

#[test]
fn b58_what_is_cut_or_is_not_what_it_says_is_an_error() {
    let whole = packed("gzip", b"hello");
    for wrong in
        [&whole[..whole.len() - 1], b"{}", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff"]
    {
        assert!(plain("gzip", &[wrong]).is_err(), "{wrong:?}");
    }
    assert_eq!(plain("gzip", &[b""]).unwrap().0, b"");
}

#[test]
fn b58_a_coding_is_read_by_its_name_whatever_its_case() {
    let known = [
        ("", Coding::Plain),
        ("Identity", Coding::Plain),
        (" GZIP", Coding::Gzip),
        ("deflate", Coding::Deflate),
    ];
    for (name, coding) in known {
        assert_eq!(Coding::read(name), coding, "{name}");
    }
    assert_eq!(Coding::read("gzip, br"), Coding::Other("gzip,br".to_owned()));
}
