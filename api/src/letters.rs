//! Letters: what people are told by e-mail and SMS leaves from here.

use crate::app::App;
use crate::feature::{Feature, Gauge, Unable, Worker};
use crate::wiring::Wiring;
use std::time::Duration;
use vault::mail;

const SWEEP: Duration = Duration::from_secs(600);

/// This feature.
pub struct Letters;

impl Feature for Letters {
    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        if !wiring.is_live() {
            return Ok(vec![]);
        }
        let swept = wiring.pool.clone();
        let sweep =
            Wiring::every(wiring.shutdown.clone(), SWEEP, "the mail queue was not swept", async move || {
                mail::sweep(&swept).await
            });
        let mut workers: Vec<Worker> = vec![Box::pin(sweep)];
        if app.is_none() {
            return Ok(workers);
        }
        let (pool, outbox) = (wiring.own_pool(1, true), &wiring.vault.outbox);
        let senders = mail::senders(&wiring.settings, &pool, outbox, &wiring.shutdown)?;
        for sender in senders {
            workers.push(Box::pin(sender.run()));
        }
        Ok(workers)
    }

    fn gauge(&self, wiring: &Wiring, _app: Option<&App>) -> Option<Gauge> {
        let pool = wiring.pool.clone();
        Some(Box::pin(async move { mail::gauge(&pool).await }))
    }
}
