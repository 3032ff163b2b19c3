//! The hours of a board.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const DAY: u16 = 24 * 60;

/// The hours of each day when a board is open, in the board's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hours {
    /// The minute after midnight at which the board opens.
    pub opens: u16,
    /// The minute after midnight, perhaps of the next day, at which the board closes.
    pub closes: u16,
    /// The time zone's name, as the IANA writes it.
    #[schemars(extend("x-class" = "public"))]
    pub time_zone: String,
}

impl Hours {
    /// Returns true if the hours can be: two different times of day, in a known time zone.
    #[must_use]
    pub fn make_sense(&self) -> bool {
        self.opens < DAY && self.closes < DAY && self.opens != self.closes && self.zone().is_some()
    }

    /// Returns true if the board is open at the moment. A board whose time zone is not known any more is
    /// always open.
    #[must_use]
    pub fn include(&self, moment: DateTime<Utc>) -> bool {
        let Some(zone) = self.zone() else { return true };
        let time = moment.with_timezone(&zone);
        let minute = u16::try_from(time.hour() * 60 + time.minute()).unwrap_or(0);
        if self.opens < self.closes {
            (self.opens..self.closes).contains(&minute)
        } else {
            minute >= self.opens || minute < self.closes
        }
    }

    /// Returns the moment when the board opens next after the given moment. A board whose time zone is not
    /// known any more is open already.
    #[must_use]
    pub fn next_opening(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        let Some(zone) = self.zone() else { return moment };
        let today = moment.with_timezone(&zone).date_naive();
        // The day before counts, too: an opening that its clocks skip may fall on today.
        let days =
            (0..4).filter_map(|n| today.checked_sub_days(Days::new(1))?.checked_add_days(Days::new(n)));
        let openings = days.filter_map(|day| self.opening(zone, day));
        openings.filter(|&opening| opening > moment).min().unwrap_or(moment)
    }

    /// Returns the moment when the board opens on that day; on a day whose clocks skip that time, an hour
    /// later.
    fn opening(&self, zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.opens) * 60, 0)?;
        let local = day.and_time(time);
        let shown = zone.from_local_datetime(&local).earliest();
        let shown = shown.or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
        shown.map(|opening| opening.with_timezone(&Utc))
    }

    fn zone(&self) -> Option<Tz> {
        self.time_zone.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn the_night_lasts_over_midnight_in_its_own_time_zone() {
        let night = Hours { opens: 22 * 60, closes: 4 * 60, time_zone: "Asia/Seoul".into() };
        assert!(night.make_sense());
        for (time, open) in [
            ("2026-11-21T12:59:59Z", false),
            ("2026-11-21T13:00:00Z", true),
            ("2026-11-21T15:00:00Z", true),
            ("2026-11-21T18:59:59Z", true),
            ("2026-11-21T19:00:00Z", false),
        ] {
            assert_eq!(night.include(at(time)), open, "{time}");
        }
    }

    #[test]
    fn a_day_begins_and_ends_on_the_same_day() {
        let day = Hours { opens: 9 * 60, closes: 18 * 60, time_zone: "UTC".into() };
        for (time, open) in [("08:59", false), ("09:00", true), ("17:59", true), ("18:00", false)] {
            assert_eq!(day.include(at(&format!("2026-11-21T{time}:00Z"))), open, "{time}");
        }
    }

    #[test]
    fn the_next_opening_is_in_the_board_s_own_time_zone() {
        let night = Hours { opens: 22 * 60, closes: 4 * 60, time_zone: "Asia/Seoul".into() };
        for (time, next) in [
            ("2026-11-21T12:59:59Z", "2026-11-21T13:00:00Z"),
            ("2026-11-21T13:00:00Z", "2026-11-22T13:00:00Z"),
            ("2026-11-21T19:00:00Z", "2026-11-22T13:00:00Z"),
        ] {
            assert_eq!(night.next_opening(at(time)), at(next), "{time}");
        }
        // The clocks of New York skip the hour from two to three on this night.
        let early = Hours { opens: 150, closes: 300, time_zone: "America/New_York".into() };
        assert_eq!(early.next_opening(at("2026-03-08T05:00:00Z")), at("2026-03-08T07:30:00Z"));
    }

    #[test]
    fn hours_that_can_not_be_are_noticed() {
        let hours = |opens, closes, zone: &str| Hours { opens, closes, time_zone: zone.into() };
        assert!(!hours(60, 60, "UTC").make_sense());
        assert!(!hours(1_440, 60, "UTC").make_sense());
        assert!(!hours(60, 120, "Mars/Olympus").make_sense());
        assert!(hours(60, 120, "").include(DateTime::UNIX_EPOCH), "masked");
    }
}
