//! The variants that are made, and their sizes.

use super::*;

fn sizes(width: u32, height: u32) -> [(u32, u32); 4] {
    let gray = vec![128; (width * height) as usize];
    let file = corpus::png(&gray, width, height, &PngParts::of(png::ColorType::Grayscale));
    let processed = processed(&file);
    assert_eq!((processed.width, processed.height), (width, height));
    assert!(processed.variants.iter().map(|variant| variant.name).eq(VariantName::ALL));
    VariantName::ALL.map(|name| {
        let seen = Seen::of(&processed, name);
        (seen.width, seen.height)
    })
}

#[test]
fn every_name_exists_and_none_is_enlarged() {
    assert_eq!(sizes(2000, 1000), [(320, 320), (320, 160), (640, 320), (1280, 640)]);
    assert_eq!(sizes(900, 1800), [(320, 320), (320, 640), (640, 1280), (900, 1800)]);
    assert_eq!(sizes(500, 100), [(100, 100), (320, 64), (500, 100), (500, 100)]);
    assert_eq!(sizes(7, 5), [(5, 5), (7, 5), (7, 5), (7, 5)]);
    assert_eq!(sizes(1, 1), [(1, 1); 4]);
}

#[test]
fn the_longest_pictures_still_become_pictures() {
    assert_eq!(sizes(16_384, 1), [(1, 1), (320, 1), (640, 1), (1280, 1)]);
    // A WebP is at most 16,383 pixels high.
    assert_eq!(sizes(4, 16_384), [(4, 4), (4, 16_383), (4, 16_383), (4, 16_383)]);
}

#[test]
fn the_square_is_the_middle_and_as_sharp_as_the_picture_allows() {
    // Three squares side by side, of which the middle one is seen.
    let row = [[200, 0, 0].repeat(500), [0, 200, 0].repeat(500), [0, 0, 200].repeat(500)].concat();
    let processed = processed(&corpus::png(&row.repeat(500), 1500, 500, &PngParts::of(png::ColorType::Rgb)));
    let seen = Seen::of(&processed, VariantName::Square320);
    assert_eq!((seen.width, seen.height), (320, 320));
    for (x, y) in [(5, 5), (314, 5), (5, 314), (314, 314), (160, 160)] {
        assert_like(seen.at(x, y), &[0, 200, 0], 12);
    }
}

#[test]
fn variants_of_one_size_are_one_file() {
    let processed = processed(&corpus::jpeg(&corpus::photo(300, 300), 300, 300, &JpegParts::default()));
    let [_, small, medium, large] = &processed.variants[..] else { panic!("four variants") };
    assert_eq!(small.webp, large.webp);
    assert!(
        std::sync::Arc::ptr_eq(&small.webp, &large.webp) && std::sync::Arc::ptr_eq(&medium.webp, &large.webp)
    );
}
