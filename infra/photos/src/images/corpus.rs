//! Files to upload, made here so that their content is known: sound ones of each kind, ones whose headers
//! claim a large size, and ones that are no pictures.

use jpeg_encoder::{ColorType, Encoder as JpegEncoder};
use moxcms::ColorProfile;
use std::borrow::Cow;

/// The colours of [`corners`]: top left, top right, bottom left, bottom right.
pub const CORNERS: [[u8; 3]; 4] = [[220, 30, 30], [30, 200, 40], [30, 40, 210], [240, 240, 230]];

/// RGB pixels with another colour in each quarter.
pub fn corners(width: u32, height: u32) -> Vec<u8> {
    pixels(width, height, |x, y| CORNERS[usize::from(2 * y >= height) * 2 + usize::from(2 * x >= width)])
}

/// RGB pixels of which no two near each other are alike, as in a photo: shades and grain.
pub fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    pixels(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 28) as f32;
        let (x, y) = (x as f32, y as f32);
        let waves = |period: f32| (x / period).sin() * (y / (period * 1.3)).cos();
        let shade = 110.0 + 55.0 * waves(400.0) + 35.0 * waves(57.0) + 20.0 * waves(11.0) + grain;
        [shade, shade * 0.8 + 25.0 * waves(150.0), shade * 0.6 + 40.0 * waves(90.0)]
            .map(|channel| channel as u8)
    })
}

fn pixels(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let mut all = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            all.extend(pixel(x, y));
        }
    }
    all
}

/// The parts of a JPEG besides its pixels.
#[derive(Clone, Debug, Default)]
pub struct JpegParts {
    /// True for a JPEG in several scans.
    pub progressive: bool,
    /// The Exif segment's TIFF.
    pub exif: Option<Vec<u8>>,
    /// An ICC profile.
    pub profile: Option<Vec<u8>>,
}

/// A JPEG of RGB pixels.
pub fn jpeg(rgb: &[u8], width: u32, height: u32, parts: &JpegParts) -> Vec<u8> {
    jpeg_of(rgb, width, height, ColorType::Rgb, parts)
}

/// A grey JPEG.
pub fn jpeg_gray(gray: &[u8], width: u32, height: u32) -> Vec<u8> {
    jpeg_of(gray, width, height, ColorType::Luma, &JpegParts::default())
}

/// A JPEG for print, of RGB pixels; with `ycck`, stored as YCCK.
pub fn jpeg_cmyk(rgb: &[u8], width: u32, height: u32, ycck: bool) -> Vec<u8> {
    let (pixels, _) = rgb.as_chunks();
    let cmyk: Vec<u8> = pixels
        .iter()
        .flat_map(|&[red, green, blue]: &[u8; 3]| {
            let light = red.max(green).max(blue).max(1);
            let ink = |channel: u8| 255 - (u32::from(channel) * 255 / u32::from(light)) as u8;
            [ink(red), ink(green), ink(blue), 255 - light]
        })
        .collect();
    let color = if ycck { ColorType::CmykAsYcck } else { ColorType::Cmyk };
    jpeg_of(&cmyk, width, height, color, &JpegParts::default())
}

fn jpeg_of(pixels: &[u8], width: u32, height: u32, color: ColorType, parts: &JpegParts) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file, 92);
    encoder.set_progressive(parts.progressive);
    if let Some(exif) = &parts.exif {
        encoder.add_exif_metadata(exif).expect("it fits a segment");
    }
    if let Some(profile) = &parts.profile {
        encoder.add_icc_profile(profile).expect("it fits its segments");
    }
    encoder.encode(pixels, side(width), side(height), color).expect("a JPEG can be so large");
    file
}

/// A JPEG whose header claims another size than its pixels have.
pub fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut file = jpeg(&corners(16, 16), 16, 16, &JpegParts::default());
    let frame = file.windows(2).position(|marker| marker == [0xFF, 0xC0]).expect("a JPEG has a frame");
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

/// A progressive JPEG whose last scan is repeated `times` times: each scan goes over the whole picture.
pub fn jpeg_of_many_scans(times: usize) -> Vec<u8> {
    let parts = JpegParts { progressive: true, ..JpegParts::default() };
    let mut file = jpeg(&corners(96, 64), 96, 64, &parts);
    let end = file.split_off(file.len() - 2);
    let scan = file.windows(2).rposition(|marker| marker == [0xFF, 0xDA]).expect("a JPEG has a scan");
    file.extend(file[scan..].repeat(times));
    file.extend(end);
    file
}

/// The TIFF of an Exif segment with an orientation, and with a place if `place` is not empty.
pub fn exif(orientation: u16, place: &str) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend([0, 2]);
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    tiff.extend(orientation.to_be_bytes());
    tiff.extend([0, 0]);
    // The pointer to the directory of the GPS, which comes right after this one.
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend([0, 0, 0, 0]);
    // The directory of the GPS with one entry, GPSProcessingMethod, a text.
    tiff.extend([0, 1, 0, 0x1B, 0, 7]);
    tiff.extend((place.len() as u32).to_be_bytes());
    tiff.extend([0, 0, 0, 56, 0, 0, 0, 0]);
    tiff.extend(place.as_bytes());
    tiff
}

/// The profile of telephones' photos.
pub fn display_p3() -> Vec<u8> {
    ColorProfile::new_display_p3().encode().expect("it can be written")
}

/// A kind of PNG, with its pixels as the PNG stores them.
#[derive(Clone, Debug)]
pub struct PngParts<'a> {
    /// The channels of a pixel.
    pub color: png::ColorType,
    /// The bits of each channel.
    pub depth: png::BitDepth,
    /// The palette's colours, as RGB.
    pub palette: Option<&'a [u8]>,
    /// The palette's alphas.
    pub alphas: Option<&'a [u8]>,
    /// An ICC profile.
    pub profile: Option<&'a [u8]>,
    /// The TIFF of an eXIf chunk.
    pub exif: Option<&'a [u8]>,
    /// A text, stored deflated.
    pub text: Option<&'a str>,
}

impl PngParts<'_> {
    /// The parts of a PNG of pixels of 8 bits a channel, and nothing else.
    pub const fn of(color: png::ColorType) -> Self {
        let depth = png::BitDepth::Eight;
        Self { color, depth, palette: None, alphas: None, profile: None, exif: None, text: None }
    }
}

/// A PNG.
pub fn png(stored: &[u8], width: u32, height: u32, parts: &PngParts<'_>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut info = png::Info::with_size(width, height);
    info.color_type = parts.color;
    info.bit_depth = parts.depth;
    info.palette = parts.palette.map(Cow::Borrowed);
    info.trns = parts.alphas.map(Cow::Borrowed);
    info.icc_profile = parts.profile.map(Cow::Borrowed);
    info.exif_metadata = parts.exif.map(Cow::Borrowed);
    let mut encoder = png::Encoder::with_info(&mut file, info).expect("the parts fit");
    if let Some(text) = parts.text {
        encoder.add_ztxt_chunk("Comment".to_owned(), text.to_owned()).expect("it is Latin-1");
    }
    let mut writer = encoder.write_header().expect("memory takes all");
    writer.write_image_data(stored).expect("as many bytes as pixels");
    writer.finish().expect("memory takes all");
    file
}

/// A PNG of a few bytes that claims a size.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut header = Vec::from(*b"IHDR");
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    png_chunk(&mut file, &header);
    png_chunk(&mut file, b"IDAT\x78\x9C\x03\x00\x00\x00\x00\x01");
    png_chunk(&mut file, b"IEND");
    file
}

fn png_chunk(file: &mut Vec<u8>, kind_and_content: &[u8]) {
    file.extend((kind_and_content.len() as u32 - 4).to_be_bytes());
    file.extend(kind_and_content);
    let crc = kind_and_content.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    file.extend((!crc).to_be_bytes());
}

/// A GIF of two frames, the quarters of [`corners`], then black, on a canvas that is larger by `margin` on
/// every side.
pub fn gif(width: u16, height: u16, margin: u16) -> Vec<u8> {
    let palette = [CORNERS[0], CORNERS[1], CORNERS[2], CORNERS[3], [0; 3]].concat();
    let mut file = Vec::new();
    let canvas = (width + 2 * margin, height + 2 * margin);
    let mut encoder = gif::Encoder::new(&mut file, canvas.0, canvas.1, &palette).expect("few colours");
    let quarters = (0..height)
        .flat_map(|y| (0..width).map(move |x| u8::from(2 * y >= height) * 2 + u8::from(2 * x >= width)));
    let black = vec![4; usize::from(width) * usize::from(height)];
    for indices in [quarters.collect(), black] {
        let mut frame = gif::Frame::from_indexed_pixels(width, height, indices, None);
        (frame.left, frame.top) = (margin, margin);
        encoder.write_frame(&frame).expect("memory takes all");
    }
    drop(encoder);
    file
}

/// A GIF that claims a size for its canvas, and one for its first frame.
pub fn gif_claiming(canvas: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(canvas.0.to_le_bytes());
    file.extend(canvas.1.to_le_bytes());
    file.extend([0x80, 0, 0]);
    file.extend([10, 20, 30, 200, 210, 220]);
    file.extend(b"\x2C\0\0\0\0");
    file.extend(frame.0.to_le_bytes());
    file.extend(frame.1.to_le_bytes());
    file.extend([0, 2, 2, 0x4C, 0x01, 0, 0x3B]);
    file
}

/// A lossy or lossless WebP of RGB pixels.
pub fn webp(rgb: &[u8], width: u32, height: u32, lossless: bool) -> Vec<u8> {
    let encoder = webp::Encoder::from_rgb(rgb, width, height);
    encoder.encode_simple(lossless, 90.0).expect("a WebP can be so large").to_vec()
}

/// A lossy WebP of RGBA pixels.
pub fn webp_alpha(rgba: &[u8], width: u32, height: u32) -> Vec<u8> {
    webp::Encoder::from_rgba(rgba, width, height).encode(90.0).to_vec()
}

/// An animated WebP: the quarters of [`corners`], then black.
pub fn webp_animated(width: u32, height: u32) -> Vec<u8> {
    let frames = [corners(width, height), vec![0; (width * height * 3) as usize]];
    let frames = frames.map(|rgb| {
        let still = webp(&rgb, width, height, false);
        let mut content = vec![0; 6];
        content.extend(u24(width - 1));
        content.extend(u24(height - 1));
        content.extend([100, 0, 0, 0]);
        // The picture's chunk, without the header of the file.
        content.extend(&still[12..]);
        content
    });
    let [first, second] = &frames;
    riff(&[(b"VP8X", &vp8x(0x02, width, height)), (b"ANIM", &[0; 6]), (b"ANMF", first), (b"ANMF", second)])
}

/// A WebP with Exif data.
pub fn webp_with_exif(rgb: &[u8], width: u32, height: u32, exif: &[u8]) -> Vec<u8> {
    let still = webp(rgb, width, height, false);
    riff(&[(b"VP8X", &vp8x(0x08, width, height)), (b"VP8 ", &still[20..]), (b"EXIF", exif)])
}

/// A WebP whose canvas claims a size, around a lossy bitstream that claims another.
pub fn webp_claiming(canvas: (u32, u32), bitstream: (u16, u16)) -> Vec<u8> {
    let content = bitstream_claiming(bitstream);
    riff(&[(b"VP8X", &vp8x(0, canvas.0, canvas.1)), (b"VP8 ", &content)])
}

/// An animated WebP with a frame of 1 by 1 pixels, and in it, with alpha, a bitstream that claims a size.
pub fn webp_frame_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut frame = vec![0; 16];
    frame.extend(b"ALPH\x02\0\0\0\0\xFF");
    let content = bitstream_claiming((width, height));
    frame.extend(b"VP8 ");
    frame.extend((content.len() as u32).to_le_bytes());
    frame.extend(content);
    riff(&[(b"VP8X", &vp8x(0x12, 1, 1)), (b"ANIM", &[0; 6]), (b"ANMF", &frame)])
}

fn bitstream_claiming((width, height): (u16, u16)) -> Vec<u8> {
    let mut content = webp(&corners(16, 16), 16, 16, false).split_off(20);
    content[6..8].copy_from_slice(&width.to_le_bytes());
    content[8..10].copy_from_slice(&height.to_le_bytes());
    content
}

fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let mut content = vec![flags, 0, 0, 0];
    content.extend(u24(width - 1));
    content.extend(u24(height - 1));
    content
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut content = b"WEBP".to_vec();
    for (kind, chunk) in chunks {
        content.extend(*kind);
        content.extend((chunk.len() as u32).to_le_bytes());
        content.extend(*chunk);
        content.resize(content.len().next_multiple_of(2), 0);
    }
    let mut file = b"RIFF".to_vec();
    file.extend((content.len() as u32).to_le_bytes());
    file.extend(content);
    file
}

fn u24(number: u32) -> [u8; 3] {
    let [low, middle, high, _] = number.to_le_bytes();
    [low, middle, high]
}

fn side(pixels: u32) -> u16 {
    u16::try_from(pixels).expect("a JPEG's sides have 16 bits")
}

/// An animated WebP whose first frame holds a frame that holds a frame, and so on.
pub fn webp_of_frames_within_frames(levels: u32) -> Vec<u8> {
    const FRAME: u32 = 24;
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let length = u32::try_from(content.len()).expect("a small chunk").to_le_bytes();
        [kind.as_slice(), &length, content].concat()
    };
    let mut chunks = [chunk(b"VP8X", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), chunk(b"ANIM", &[0; 6])].concat();
    for level in (0..levels).rev() {
        chunks.extend(b"ANMF");
        chunks.extend((16 + level * FRAME).to_le_bytes());
        chunks.extend([0; 16]);
    }
    let length = u32::try_from(4 + chunks.len()).expect("below 4 GiB").to_le_bytes();
    [b"RIFF".as_slice(), &length, b"WEBP", &chunks].concat()
}

/// A sound file of each kind, 96 by 64 pixels, with the same four colours in its quarters.
pub fn sound_files() -> Vec<(&'static str, Vec<u8>)> {
    let (width, height) = (96, 64);
    let rgb = corners(width, height);
    let with_alpha: Vec<u8> = rgb.chunks_exact(3).flat_map(|pixel| [pixel, &[255]].concat()).collect();
    let wide: Vec<u8> = rgb.iter().flat_map(|&channel| [channel, 0x5A]).collect();
    let indices: Vec<u8> = (0..width * height)
        .map(|n| u8::from(2 * (n / width) >= height) * 2 + u8::from(2 * (n % width) >= width))
        .collect();
    let palette = CORNERS.concat();
    let progressive = JpegParts { progressive: true, ..JpegParts::default() };
    let (png_rgb, png_rgba) = (PngParts::of(png::ColorType::Rgb), PngParts::of(png::ColorType::Rgba));
    let png_16 = PngParts { depth: png::BitDepth::Sixteen, ..png_rgb };
    let png_indexed = PngParts { palette: Some(&palette), ..PngParts::of(png::ColorType::Indexed) };
    vec![
        ("jpeg", jpeg(&rgb, width, height, &JpegParts::default())),
        ("progressive jpeg", jpeg(&rgb, width, height, &progressive)),
        ("cmyk jpeg", jpeg_cmyk(&rgb, width, height, false)),
        ("ycck jpeg", jpeg_cmyk(&rgb, width, height, true)),
        ("png", png(&rgb, width, height, &PngParts::of(png::ColorType::Rgb))),
        ("png with alpha", png(&with_alpha, width, height, &png_rgba)),
        ("16-bit png", png(&wide, width, height, &png_16)),
        ("palette png", png(&indices, width, height, &png_indexed)),
        ("lossy webp", webp(&rgb, width, height, false)),
        ("lossless webp", webp(&rgb, width, height, true)),
        ("animated webp", webp_animated(width, height)),
        ("webp with alpha", webp_alpha(&with_alpha, width, height)),
        ("animated gif", gif(96, 64, 0)),
    ]
}

/// The beginnings of files of HEIC, AVIF, SVG and so on, each with the words by which a refusal names it.
pub fn strangers() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("an empty file", Vec::new()),
        ("a HEIC picture", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("an AVIF picture", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1".to_vec()),
        ("a video", b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec()),
        ("an SVG drawing", b"<?xml version=\"1.0\"?>\n<SVG xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("text", "사진이 아니라 글입니다.".as_bytes().to_vec()),
        ("a PDF document", b"%PDF-1.7\n".to_vec()),
        ("of an unknown kind", vec![0x7F, b'E', b'L', b'F', 0, 0, 0]),
    ]
}
