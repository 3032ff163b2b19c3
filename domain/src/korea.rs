//! Korea's calendar: a day of the community begins when people in Korea would say so.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};

/// The time zone of Korea, which has no summer time.
pub const KOREA: FixedOffset = FixedOffset::east_opt(9 * 3_600).expect("less than a day");

/// Returns the moment's day in Korea.
pub fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&KOREA).date_naive()
}

/// Returns the moment when a day begins in Korea.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_local_timezone(KOREA).single().expect("no summer time").to_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn a_day_begins_at_midnight_in_korea() {
        let day = "2026-03-01".parse().expect("a day");
        assert_eq!(midnight(day), "2026-02-28T15:00:00Z".parse::<DateTime<Utc>>().expect("a time"));
        assert_eq!(day_of(midnight(day)), day);
        assert_eq!(day_of(midnight(day) - Duration::microseconds(1)).to_string(), "2026-02-28");
    }
}
