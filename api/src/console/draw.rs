//! Figures as SVG. Their colours are named here and, for dark rooms, in `console.css`: a style may override
//! an attribute.

use history::Cohort;
use plotters::prelude::{
    ChartBuilder, Color, IntoDrawingArea, IntoFont, IntoSegmentedCoord, RGBColor, Rectangle, SVGBackend,
    SegmentValue, Text, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The size of a figure in pixels, where it is shown as large as it is.
const WIDTH: u32 = 720;
const HEIGHT: u32 = 240;
const ROW: u32 = 34;

const GREEN: RGBColor = RGBColor(0x1f, 0x6b, 0x4a);
const ORANGE: RGBColor = RGBColor(0xb3, 0x5c, 0x00);
const INK: RGBColor = RGBColor(0x1d, 0x24, 0x21);
/// The deepest shade of a cell: dark enough to be seen, light enough to be read upon.
const DEEPEST: f64 = 0.5;

/// A figure, or the reason why there is none.
pub(super) type Drawn = Result<String, Box<dyn std::error::Error + Send + Sync>>;

/// A figure of bars.
pub(super) struct Bars<'a> {
    /// The bars' names and numbers; there must be some.
    pub(super) each: &'a [(String, i64)],
    /// The number of names that are shown, about.
    pub(super) ticks: usize,
    /// True if a bar ten times as high stands for far more than ten times as many; then each bar shows its
    /// number.
    pub(super) is_log: bool,
    /// The first of the bars that are of another colour.
    pub(super) from: Option<usize>,
}

impl Bars<'_> {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    fn height(&self, number: i64) -> i64 {
        match self.is_log && number > 0 {
            // A bar of one is seen, too.
            true => 300 + ((number as f64).log10() * 1_000.0) as i64,
            false => number,
        }
    }
}

fn font(size: i32, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK).pos(Pos::new(horizontal, vertical))
}

/// Draws bars.
pub(super) fn bars(bars: &Bars<'_>) -> Drawn {
    let last = bars.each.len().saturating_sub(1);
    let heights: Vec<i64> = bars.each.iter().map(|(_, number)| bars.height(*number)).collect();
    let highest = heights.iter().copied().max().unwrap_or(0);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .x_label_area_size(26)
            .y_label_area_size(if bars.is_log { 8 } else { 56 })
            // Room for numbers over the bars.
            .build_cartesian_2d((0..last).into_segmented(), 0..highest + highest / 8 + 1)?;
        let name = |at: &SegmentValue<usize>| match at {
            SegmentValue::CenterOf(at) => bars.each.get(*at).map_or(String::new(), |(name, _)| name.clone()),
            SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
        };
        let mut mesh = chart.configure_mesh();
        mesh.disable_x_mesh().x_labels(bars.ticks).x_label_formatter(&name);
        mesh.label_style(font(12, HPos::Center, VPos::Top))
            .axis_style(INK.mix(0.4))
            .light_line_style(INK.mix(0.0));
        mesh.bold_line_style(INK.mix(0.12));
        if bars.is_log {
            mesh.disable_y_mesh().y_labels(0).disable_y_axis();
        } else {
            mesh.y_labels(5);
        }
        mesh.draw()?;
        chart.draw_series(heights.iter().enumerate().map(|(at, &height)| {
            let right = if at == last { SegmentValue::Last } else { SegmentValue::Exact(at + 1) };
            let colour = if bars.from.is_some_and(|from| at >= from) { ORANGE } else { GREEN };
            let mut bar = Rectangle::new([(SegmentValue::Exact(at), 0), (right, height)], colour.filled());
            let gap = if bars.each.len() > 60 { 0 } else { 3 };
            bar.set_margin(0, 0, gap, gap);
            bar
        }))?;
        if bars.is_log {
            let above = font(12, HPos::Center, VPos::Bottom);
            chart.draw_series(bars.each.iter().zip(&heights).enumerate().map(
                |(at, ((_, number), height))| {
                    Text::new(number.to_string(), (SegmentValue::CenterOf(at), *height), above.clone())
                },
            ))?;
        }
        area.present()?;
    }
    Ok(svg)
}

/// Draws the cohorts of people who came again, a row for each week's newcomers and a column for each week
/// since.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_wrap)]
pub(super) fn cohorts(cohorts: &[Cohort]) -> Drawn {
    const LEFT: i32 = 150;
    const TOP: i32 = 26;
    let columns = cohorts.iter().map(|cohort| cohort.active.len()).max().unwrap_or(1).max(1);
    let (row, width) = (ROW as i32, (WIDTH as i32 - LEFT) / columns as i32);
    let height = TOP as u32 + ROW * cohorts.len() as u32;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        let centre = font(13, HPos::Center, VPos::Center);
        for column in 0..columns as i32 {
            let at = (LEFT + column * width + width / 2, TOP / 2);
            area.draw(&Text::new(format!("+{column}"), at, centre.clone()))?;
        }
        for (line, cohort) in (0..).zip(cohorts) {
            let top = TOP + line * row;
            let name = format!("{} ({})", cohort.week, cohort.people);
            area.draw(&Text::new(name, (LEFT - 10, top + row / 2), font(13, HPos::Right, VPos::Center)))?;
            for (column, &active) in (0..).zip(&cohort.active) {
                let share = active as f64 / cohort.people.max(1) as f64;
                let left = LEFT + column * width;
                let cell = [(left + 1, top + 1), (left + width - 1, top + row - 1)];
                area.draw(&Rectangle::new(cell, GREEN.mix(share * DEEPEST).filled()))?;
                let at = (left + width / 2, top + row / 2);
                area.draw(&Text::new(percent(active, cohort.people), at, centre.clone()))?;
            }
        }
        area.present()?;
    }
    Ok(svg)
}

/// A share in whole percent.
pub(super) fn percent(part: i64, whole: i64) -> String {
    format!("{}%", part * 100 / whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn each_number_is_a_bar_and_those_from_a_mark_on_are_of_another_colour() {
        let each = [("0".to_owned(), 3), ("1".to_owned(), 1_000), ("2–3".to_owned(), 1)];
        let svg = bars(&Bars { each: &each, ticks: 3, is_log: true, from: Some(2) }).expect("drawn");
        assert_eq!(
            (svg.matches("fill=\"#1F6B4A\"").count(), svg.matches("fill=\"#B35C00\"").count()),
            (2, 1)
        );
        for text in ["1000", "2–3"] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        assert!(!svg.contains("style="), "pages let no styles in: {svg}");
    }

    #[test]
    fn a_cohort_has_a_cell_for_each_week_as_deep_as_its_share() {
        let week = NaiveDate::from_ymd_opt(2026, 11, 16).expect("a day");
        let svg = cohorts(&[Cohort { week, people: 4, active: vec![4, 1] }]).expect("drawn");
        assert!(svg.contains("2026-11-16 (4)") && svg.contains("100%") && svg.contains("25%"), "{svg}");
        assert!(svg.contains("opacity=\"0.5\"") && svg.contains("opacity=\"0.125\""), "{svg}");
    }
}
