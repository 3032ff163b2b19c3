//! Drawings that stand for a photo that nobody has chosen: the same for the same handle, for ever and
//! everywhere.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The number of squares on a side; the drawing is mirrored, as faces are.
const SIDE: usize = 5;

/// Draws an SVG of 5 by 5 squares, in a colour of the handle.
pub(super) fn avatar(handle_key: &str) -> String {
    let hash = Sha256::digest(handle_key.as_bytes());
    let hue = hue(&hash);
    let mut squares = String::new();
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mirrored = column.min(SIDE - 1 - column);
            if hash[2 + row * 3 + mirrored] % 2 == 0 {
                let _ = write!(squares, "M{column} {row}h1v1h-1z");
            }
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 7 7\" width=\"320\" height=\"320\">\
         <path fill=\"hsl({hue} 45% 92%)\" d=\"M-1-1h7v7h-7z\"/>\
         <path fill=\"hsl({hue} 55% 45%)\" d=\"{squares}\"/></svg>"
    )
}

/// Draws an SVG that goes from one colour to another.
pub(super) fn banner(handle_key: &str) -> String {
    let hash = Sha256::digest(handle_key.as_bytes());
    let hue = hue(&hash);
    let other = (hue + 30 + u16::from(hash[2] % 60)) % 360;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1280 320\" width=\"1280\" height=\"320\">\
         <linearGradient id=\"g\"><stop stop-color=\"hsl({hue} 55% 75%)\"/>\
         <stop offset=\"1\" stop-color=\"hsl({other} 55% 60%)\"/></linearGradient>\
         <path fill=\"url(#g)\" d=\"M0 0h1280v320H0z\"/></svg>"
    )
}

fn hue(hash: &[u8]) -> u16 {
    u16::from_be_bytes([hash[0], hash[1]]) % 360
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_always_drawn_alike_and_others_otherwise() {
        assert_eq!(avatar("마당쇠"), avatar("마당쇠"));
        assert_ne!(avatar("마당쇠"), avatar("mina"));
        assert_ne!(banner("마당쇠"), banner("mina"));
    }
}
