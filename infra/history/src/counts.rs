//! The counts that an analyst looks at first, out of the newest part of the log: events by the hour, active
//! people by the day, and cohorts of people who come again. Days and weeks are Seoul's, as in the schema
//! `analytics`, whose views count the same over the whole log.

use super::pages::Pages;
use chrono::{DateTime, Datelike, Duration, DurationRound, NaiveDate, Utc};
use domain::korea::{day_of, midnight};
use std::collections::BTreeMap;

const HOURS: i64 = 7 * 24;
const DAYS: i64 = 28;
const WEEKS: i64 = 9;

/// The counts up to now.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// The number of events stored in each of the last hours, by the hour's beginning, the oldest first.
    pub hours: Vec<(DateTime<Utc>, i64)>,
    /// The number of different people who did something on each of the last days, the oldest first.
    pub days: Vec<(NaiveDate, i64)>,
    /// The people who registered in each of the last weeks, the oldest first.
    pub cohorts: Vec<Cohort>,
}

/// The people who registered in the same week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// The week's Monday.
    pub week: NaiveDate,
    /// The number of people in the cohort.
    pub people: i64,
    /// The number of them who did something in that week and in each week since.
    pub active: Vec<i64>,
}

impl Pages {
    /// Counts events and people up to `now`. This reads the events of the last nine weeks.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn counts(&self, now: DateTime<Utc>) -> Result<Counts, sqlx::Error> {
        let today = day_of(now);
        let monday = today - Duration::days(today.weekday().num_days_from_monday().into());
        let hours = self.hours(now).await?;
        let days = self.days(today).await?;
        let cohorts = self.cohorts(monday).await?;
        Ok(Counts { hours, days, cohorts })
    }

    /// Counts the events of each hour. Between two times there are as many events as their positions are
    /// apart, so only the events where the hours meet are read.
    async fn hours(&self, now: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, i64)>, sqlx::Error> {
        let this = now.duration_trunc(Duration::hours(1)).unwrap_or(now);
        let head = self.head().await?;
        let begun: Vec<(DateTime<Utc>, i64)> = sqlx::query_as(include_str!("counts/hours.sql"))
            .bind(this - Duration::hours(HOURS - 1))
            .bind(this)
            .bind(head)
            .fetch_all(self.pool())
            .await?;
        let ends = begun.iter().skip(1).map(|(_, begin)| *begin).chain([head]);
        Ok(begun.iter().zip(ends).map(|((hour, begin), end)| (*hour, end - begin)).collect())
    }

    async fn days(&self, today: NaiveDate) -> Result<Vec<(NaiveDate, i64)>, sqlx::Error> {
        let first = today - Duration::days(DAYS - 1);
        let rows: Vec<(NaiveDate, i64)> = sqlx::query_as(include_str!("counts/days.sql"))
            .bind(self.before(midnight(first)).await?)
            .fetch_all(self.pool())
            .await?;
        let counted: BTreeMap<_, _> = rows.into_iter().collect();
        let days = first.iter_days().take_while(|day| *day <= today);
        Ok(days.map(|day| (day, counted.get(&day).copied().unwrap_or(0))).collect())
    }

    async fn cohorts(&self, monday: NaiveDate) -> Result<Vec<Cohort>, sqlx::Error> {
        let first = monday - Duration::weeks(WEEKS - 1);
        let rows: Vec<(NaiveDate, i64, NaiveDate, i64)> = sqlx::query_as(include_str!("counts/cohorts.sql"))
            .bind(self.before(midnight(first)).await?)
            .fetch_all(self.pool())
            .await?;
        let mut cohorts: Vec<Cohort> = vec![];
        for (week, people, then, active) in rows {
            if cohorts.last().is_none_or(|cohort| cohort.week != week) {
                let weeks = usize::try_from((monday - week).num_weeks()).unwrap_or(0) + 1;
                cohorts.push(Cohort { week, people, active: vec![0; weeks] });
            }
            let later = usize::try_from((then - week).num_weeks()).ok();
            let cell = cohorts.last_mut().zip(later).and_then(|(cohort, later)| cohort.active.get_mut(later));
            if let Some(cell) = cell {
                *cell = active;
            }
        }
        Ok(cohorts)
    }
}
