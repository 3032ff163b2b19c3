//! The figures: each a ratio within one run, or an amount with a bound, beside its target.

use std::fmt;

/// The target that a figure should reach.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// No target: the figure is shown for what it tells.
    Told,
}

/// A figure with its target, and the values that it is made of.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    /// Madang's rate or amount, with its unit.
    pub ours: String,
    /// The rate or amount that ours is compared with, with its unit; empty where the figure stands alone.
    pub against: String,
    pub figure: f64,
    /// The figure's unit; `×` is a ratio.
    pub unit: &'static str,
    pub target: Target,
}

#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<Row>,
}

impl Row {
    pub fn holds(&self) -> bool {
        match self.target {
            Target::AtLeast(least) => self.figure >= least,
            Target::AtMost(most) => self.figure <= most,
            Target::Told => true,
        }
    }
}

impl Report {
    /// Adds a ratio of two rates.
    pub fn ratio(&mut self, what: &str, target: Target, ours: f64, name: &str, against: f64) {
        self.add(Row {
            what: what.to_owned(),
            ours: format!("{}/s", thousands(ours)),
            against: format!("{name} {}/s", thousands(against)),
            figure: ours / against,
            unit: "×",
            target,
        });
    }

    /// Adds an amount that stands alone.
    pub fn amount(&mut self, what: &str, target: Target, figure: f64, unit: &'static str) {
        let ours = format!("{}{unit}", decimal(figure));
        self.add(Row { what: what.to_owned(), ours, against: String::new(), figure, unit, target });
    }

    pub fn add(&mut self, row: Row) {
        eprintln!("{row}");
        self.rows.push(row);
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {}", decimal(*least)),
            Self::AtMost(most) => write!(f, "≤ {}", decimal(*most)),
            Self::Told => Ok(()),
        }
    }
}

/// A row is shown as a line of a Markdown table.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.target {
            Target::Told => "",
            Target::AtLeast(_) | Target::AtMost(_) if self.holds() => "yes",
            Target::AtLeast(_) | Target::AtMost(_) => "**no**",
        };
        let figure = decimal(self.figure);
        let (unit, target) = (self.unit, self.target);
        write!(
            f,
            "| {} | {} | {} | {figure}{unit} | {target} | {verdict} |",
            self.what, self.ours, self.against
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | Madang | against | figure | wanted | met |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

/// The number with two decimals below ten, and none from a hundred up.
pub fn decimal(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.2}"),
        middle if middle < 100.0 => format!("{value:.1}"),
        _ => thousands(value),
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
