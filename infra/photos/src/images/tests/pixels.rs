//! The pixels of variants are those of the file, and nothing else of the file is in the variants.

use super::*;
use corpus::CORNERS;

#[test]
fn every_kind_shows_its_colours_and_its_first_frame() {
    for (kind, file) in corpus::sound_files() {
        let processed = processed(&file);
        let seen = Seen::of(&processed, VariantName::Width1280);
        assert_eq!((seen.width, seen.height), (96, 64), "{kind}");
        for (seen, expected) in seen.quarters().into_iter().zip(CORNERS) {
            assert_like(seen, &expected, 12);
        }
    }
}

#[test]
fn a_picture_is_turned_as_its_exif_says() {
    // The quarter of the stored pixels that is seen in each corner, in the order of the corners.
    let expected = [
        (1, [0, 1, 2, 3]),
        (2, [1, 0, 3, 2]),
        (3, [3, 2, 1, 0]),
        (4, [2, 3, 0, 1]),
        (5, [0, 2, 1, 3]),
        (6, [2, 0, 3, 1]),
        (7, [3, 1, 2, 0]),
        (8, [1, 3, 0, 2]),
    ];
    let rgb = corpus::corners(96, 64);
    for (orientation, quarters) in expected {
        let exif = corpus::exif(orientation, "");
        let parts = JpegParts { exif: Some(exif.clone()), ..JpegParts::default() };
        let png_parts = PngParts { exif: Some(&exif), ..PngParts::of(png::ColorType::Rgb) };
        let files = [
            corpus::jpeg(&rgb, 96, 64, &parts),
            corpus::png(&rgb, 96, 64, &png_parts),
            corpus::webp_with_exif(&rgb, 96, 64, &exif),
        ];
        for file in files {
            let processed = processed(&file);
            let size = if orientation < 5 { (96, 64) } else { (64, 96) };
            assert_eq!((processed.width, processed.height), size, "orientation {orientation}");
            for name in VariantName::ALL {
                let seen = Seen::of(&processed, name);
                for (seen, quarter) in seen.quarters().into_iter().zip(quarters) {
                    assert_like(seen, &CORNERS[quarter], 12);
                }
            }
        }
    }
}

#[test]
fn an_orientation_that_cannot_be_read_turns_nothing() {
    let rgb = corpus::corners(96, 64);
    for exif in [
        corpus::exif(0, ""),
        corpus::exif(9, ""),
        corpus::exif(6, "")[..19].to_vec(),
        b"MM\0\x2A\xFF\xFF\xFF\xFF".to_vec(),
    ] {
        let parts = JpegParts { exif: Some(exif), ..JpegParts::default() };
        let processed = processed(&corpus::jpeg(&rgb, 96, 64, &parts));
        assert_eq!((processed.width, processed.height), (96, 64));
    }
}

#[test]
fn where_and_with_what_a_photo_was_taken_is_in_no_result() {
    const PLACE: &str = "37.5665N 126.9780E Seoul";
    let rgb = corpus::corners(96, 64);
    let exif = corpus::exif(1, PLACE);
    let profile = corpus::display_p3();
    let parts = JpegParts { exif: Some(exif.clone()), profile: Some(profile.clone()), progressive: false };
    let png_parts = PngParts {
        exif: Some(&exif),
        profile: Some(&profile),
        text: Some(PLACE),
        ..PngParts::of(png::ColorType::Rgb)
    };
    let files = [
        corpus::jpeg(&rgb, 96, 64, &parts),
        corpus::png(&rgb, 96, 64, &png_parts),
        corpus::webp_with_exif(&rgb, 96, 64, &exif),
    ];
    for file in files {
        for variant in processed(&file).variants {
            let has = |needle: &[u8]| variant.webp.windows(needle.len()).any(|window| window == needle);
            for needle in [PLACE.as_bytes(), b"Seoul", b"EXIF", b"Exif", b"XMP ", b"ICCP", b"VP8X"] {
                assert!(!has(needle), "{:?} in {:?}", String::from_utf8_lossy(needle), variant.name);
            }
        }
    }
}

#[test]
fn a_photo_in_wide_colours_is_brought_into_srgb() {
    let stored = [180, 100, 60];
    let rgb = stored.repeat(64 * 64);
    let parts = JpegParts { profile: Some(corpus::display_p3()), ..JpegParts::default() };
    let processed = processed(&corpus::jpeg(&rgb, 64, 64, &parts));
    // The expected colour follows from the matrices of both spaces: it is redder than sRGB's colour of the
    // stored numbers.
    assert_like(Seen::of(&processed, VariantName::Width320).at(32, 32), &[192, 97, 51], 5);
}

#[test]
fn a_profile_that_cannot_be_used_is_passed_over() {
    let rgb = corpus::corners(96, 64);
    let profile = corpus::display_p3();
    for profile in [b"no profile".to_vec(), profile[..200].to_vec(), vec![0; 70_000]] {
        let parts = JpegParts { profile: Some(profile), ..JpegParts::default() };
        let processed = processed(&corpus::jpeg(&rgb, 96, 64, &parts));
        assert_like(Seen::of(&processed, VariantName::Width320).at(10, 10), &CORNERS[0], 12);
    }
    let gray = vec![90; 64 * 64];
    let parts = PngParts { profile: Some(&profile), ..PngParts::of(png::ColorType::Grayscale) };
    let processed = processed(&corpus::png(&gray, 64, 64, &parts));
    assert_like(Seen::of(&processed, VariantName::Width320).at(10, 10), &[90, 90, 90], 4);
}

#[test]
fn gray_stays_gray_and_transparent_stays_transparent() {
    let gray = processed(&corpus::jpeg_gray(&vec![77; 40 * 40], 40, 40));
    assert_like(Seen::of(&gray, VariantName::Square320).at(20, 20), &[77, 77, 77], 4);

    let half: Vec<u8> =
        (0..40 * 40).flat_map(|n| if n % 40 < 20 { [200, 20, 20, 255] } else { [20, 20, 200, 0] }).collect();
    let gray_half: Vec<u8> = (0..40 * 40).flat_map(|n| [120, if n % 40 < 20 { 255 } else { 0 }]).collect();
    let files = [
        corpus::png(&half, 40, 40, &PngParts::of(png::ColorType::Rgba)),
        corpus::webp_alpha(&half, 40, 40),
        corpus::png(&gray_half, 40, 40, &PngParts::of(png::ColorType::GrayscaleAlpha)),
    ];
    for file in files {
        let processed = processed(&file);
        let seen = Seen::of(&processed, VariantName::Width640);
        assert!(seen.has_alpha);
        assert!(seen.at(5, 20)[3] > 250 && seen.at(35, 20)[3] < 5);
    }
}

#[test]
fn a_frame_smaller_than_the_canvas_lies_where_it_belongs() {
    let processed = processed(&corpus::gif(96, 64, 16));
    assert_eq!((processed.width, processed.height), (128, 96));
    let seen = Seen::of(&processed, VariantName::Width1280);
    assert_eq!(seen.at(4, 4)[3], 0);
    assert_like(seen.at(16 + 20, 16 + 20), &CORNERS[0], 12);
    assert_like(seen.at(16 + 80, 16 + 50), &CORNERS[3], 12);
}

#[test]
fn what_stands_in_for_a_picture_has_its_colour() {
    let rgb = [20, 90, 200].repeat(100 * 50);
    let blue = processed(&corpus::png(&rgb, 100, 50, &PngParts::of(png::ColorType::Rgb)));
    assert_eq!(blue.dominant_color, "#145ac8");
    assert_eq!(blue.blurhash.len(), 28);

    let mostly_red: Vec<u8> =
        (0..100 * 50).flat_map(|n| if n % 100 < 70 { [250, 10, 10] } else { [9, 9, 9] }).collect();
    let red = processed(&corpus::png(&mostly_red, 100, 50, &PngParts::of(png::ColorType::Rgb)));
    assert_eq!(red.dominant_color[..3], *"#fa");

    let nothing = processed(&corpus::png(&[0; 40], 10, 1, &PngParts::of(png::ColorType::Rgba)));
    assert_eq!(nothing.dominant_color, "#ffffff");
}
