//! The chart: one bar a row, drawn relative to the row's target.

use crate::report::{Report, Row, Target, decimal};
use std::fmt::Write;

const WIDTH: f64 = 1_060.0;
/// The room for labels, enough for the longest.
const LABELS: f64 = 520.0;
const LINE: f64 = 26.0;
/// The ratio of figure to target that fills the room; a longer bar is cut off there, and the number says how
/// much.
const FULL: f64 = 2.0;

/// An SVG that reads in light and dark pages alike.
pub fn svg(report: &Report) -> String {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| share(row).is_some()).collect();
    #[allow(clippy::cast_precision_loss)]
    let height = LINE * (rows.len() as f64 + 2.0);
    let room = WIDTH - LABELS - 140.0;
    let wanted = LABELS + room / FULL;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <title>Madang's benchmarks, relative to what is wanted</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{wanted}\" y=\"18\" text-anchor=\"middle\" fill=\"#555555\">wanted</text>\n\
         <line x1=\"{wanted}\" y1=\"{LINE}\" x2=\"{wanted}\" y2=\"{height}\" stroke=\"#999999\" stroke-dasharray=\"3 3\"/>\n"
    );
    let mut y = LINE;
    for row in rows {
        let share = share(row).unwrap_or_default();
        let length = (room * share / FULL).min(room);
        let fill = if row.holds() { "#2f7d5b" } else { "#b4552d" };
        let (text, bar) = (y + 17.0, y + 5.0);
        let (label, end) = (LABELS - 10.0, LABELS + length + 8.0);
        let what = row.what.replace('&', "&amp;").replace('<', "&lt;");
        let figure = decimal(row.figure);
        let _ = writeln!(
            svg,
            "<text x=\"{label}\" y=\"{text}\" text-anchor=\"end\" fill=\"#222222\">{what}</text>\n\
             <rect x=\"{LABELS}\" y=\"{bar}\" width=\"{length:.1}\" height=\"16\" rx=\"2\" fill=\"{fill}\"/>\n\
             <text x=\"{end:.1}\" y=\"{text}\" fill=\"#222222\">{figure}{}</text>",
            row.unit
        );
        y += LINE;
    }
    svg.push_str("</svg>\n");
    svg
}

/// The figure's ratio to its target, 1 being just the target: half of an upper bound is as good as twice a
/// lower.
fn share(row: &Row) -> Option<f64> {
    match row.target {
        Target::AtLeast(least) => Some(row.figure / least),
        Target::AtMost(most) => Some(most / row.figure.max(f64::MIN_POSITIVE)),
        Target::Told => None,
    }
}
