//! Any file gets an answer, and a file that claims much memory is refused before it gets the memory.

use super::*;
use proptest::prelude::*;

#[test]
fn what_is_no_picture_is_named() {
    for (seen, file) in corpus::strangers() {
        let refusal = refused(&file);
        assert_eq!(refusal.code(), "unsupported_format");
        assert!(refusal.to_string().contains(seen), "{refusal}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_shown_or_refused() {
    for (kind, file) in corpus::sound_files() {
        let cuts = (0..file.len()).filter(|cut| *cut < 64 || cut % (file.len() / 64).max(1) == 0);
        for cut in cuts {
            match process(&file[..cut], &Limits::default()) {
                Ok(processed) => assert_eq!(processed.variants.len(), 4),
                Err(Unusable::Damaged | Unusable::UnsupportedFormat { .. }) => {}
                Err(refusal) => panic!("{kind} cut at {cut}: {refusal}"),
            }
        }
    }
}

#[test]
fn a_size_beyond_the_limits_is_refused_by_its_header() {
    let files = [
        corpus::png_claiming(60_000, 60_000),
        corpus::png_claiming(u32::MAX >> 1, 1),
        corpus::jpeg_claiming(65_500, 65_500),
        corpus::jpeg_claiming(16_385, 1),
        corpus::gif_claiming((65_535, 65_535), (1, 1)),
        corpus::gif_claiming((1, 1), (65_535, 65_535)),
        corpus::webp_claiming((1 << 24, 255), (16, 16)),
        corpus::webp_claiming((16_383, 16_383), (16_383, 16_383)),
    ];
    for file in files {
        assert_eq!(refused(&file).code(), "too_many_pixels");
    }
}

#[test]
fn whatever_calls_itself_50_megapixels_is_within_the_limits() {
    let limits = Limits::default();
    let sensors =
        [(8160, 6120), (8160, 6144), (8192, 6144), (8256, 6192), (8640, 5760), (8688, 5792), (8000, 6250)];
    for (width, height) in sensors {
        // The bytes that decoders hold for a pixel of a JPEG, a WebP and a PNG.
        for bytes_per_pixel in [10, 8, 6] {
            for (width, height) in [(width, height), (height, width)] {
                let checked = limits.check_pixels(width, height, bytes_per_pixel);
                assert_eq!(checked, Ok(()), "{width} x {height}, {bytes_per_pixel}");
            }
        }
    }
}

#[test]
fn a_webp_that_hides_a_larger_one_is_refused_by_its_header() {
    assert_eq!(refused(&corpus::webp_claiming((1, 1), (16_383, 16_383))), Unusable::Damaged);
    // This size is more than the format allows.
    assert_eq!(refused(&corpus::webp_claiming((1 << 24, 1 << 24), (16, 16))), Unusable::Damaged);
    assert_eq!(refused(&corpus::webp_frame_claiming(16_383, 16_383)), Unusable::Damaged);
    // A frame without a size: image-webp's issue 182, a panic in the decoder.
    assert_eq!(refused(&corpus::webp_frame_claiming(0, 0)), Unusable::Damaged);
}

#[test]
fn a_jpeg_of_endless_scans_is_given_up() {
    assert!(process(&corpus::jpeg_of_many_scans(8), &Limits::default()).is_ok());
    assert_eq!(refused(&corpus::jpeg_of_many_scans(100)), Unusable::Damaged);
}

#[test]
fn a_file_or_picture_just_within_the_limits_is_taken_and_one_beyond_is_not() {
    let file = corpus::png(&[7; 20 * 10], 20, 10, &PngParts::of(png::ColorType::Grayscale));
    let enough = Limits { size_bytes: file.len(), pixels: 200, side_pixels: 20, decoding_bytes: 1200 };
    assert!(process(&file, &enough).is_ok());
    let code = |limits| process(&file, &limits).expect_err("it is beyond").code();
    assert_eq!(code(Limits { size_bytes: file.len() - 1, ..enough }), "too_large");
    assert_eq!(code(Limits { pixels: 199, ..enough }), "too_many_pixels");
    assert_eq!(code(Limits { side_pixels: 19, ..enough }), "too_many_pixels");
    assert_eq!(code(Limits { decoding_bytes: 1199, ..enough }), "too_complex");
}

#[test]
fn what_swells_beside_the_pixels_is_never_inflated() {
    let swollen = " ".repeat(64 << 20);
    let text = PngParts { text: Some(&swollen), ..PngParts::of(png::ColorType::Grayscale) };
    assert!(process(&corpus::png(&[9; 100], 10, 10, &text), &Limits::default()).is_ok());
    let profile = PngParts { profile: Some(swollen.as_bytes()), ..PngParts::of(png::ColorType::Grayscale) };
    assert!(process(&corpus::png(&[9; 100], 10, 10, &profile), &Limits::default()).is_ok());
}

#[test]
fn codes_are_forever() {
    let seen = super::super::Seen::Text;
    let too_many = Unusable::TooManyPixels { width: 1, height: 1, max_pixels: 1, max_side: 1 };
    let all = [
        Unusable::UnsupportedFormat { seen },
        Unusable::TooLarge { size_bytes: 1, max_bytes: 1 },
        too_many,
        Unusable::TooComplex,
        Unusable::Damaged,
    ];
    let codes = all.map(|refusal| refusal.code());
    assert_eq!(codes, ["unsupported_format", "too_large", "too_many_pixels", "too_complex", "damaged"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(process(&bytes, &Limits::default()).is_err());
    }

    #[test]
    fn a_damaged_file_is_answered(
        nth in any::<prop::sample::Index>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (_, mut file) = nth.get(&corpus::sound_files()).clone();
        for (at, byte) in damages {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(processed) = process(&file, &Limits::default()) {
            prop_assert_eq!(processed.variants.len(), 4);
        }
    }
}

#[test]
fn frames_within_frames_use_up_no_stack() {
    let nested = corpus::webp_of_frames_within_frames(800_000);
    assert!(nested.len() < Limits::default().size_bytes, "it would be taken");
    assert!(matches!(process(&nested, &Limits::default()), Err(Unusable::Damaged)));
}
