//! Letters: the e-mails and SMS that people are sent leave from here.

use crate::app::App;
use crate::feature::{DeclaredJob, Feature, Gauge, Unable, Worker};
use crate::personal::Personal;
use crate::wiring::Wiring;
use std::time::Duration;
use vault::mail::{self, ByEmail, BySms, SendLetter, Sender, Via};

const SWEEP: Duration = Duration::from_secs(600);

/// The feature of letters.
pub struct Letters;

impl Feature for Letters {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![sending::<ByEmail>(), sending::<BySms>()]
    }

    fn workers(&self, wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        if !wiring.is_live() {
            return Ok(vec![]);
        }
        let (pool, queue) = (wiring.pool.clone(), wiring.queue.clone());
        Ok(vec![Box::pin(Wiring::every(
            wiring.shutdown.clone(),
            SWEEP,
            "the mail queue was not swept",
            async move || {
                mail::adopt(&pool, &queue).await?;
                mail::sweep(&pool).await
            },
        ))])
    }

    fn gauge(&self, wiring: &Wiring, _app: Option<&App>) -> Option<Gauge> {
        let pool = wiring.pool.clone();
        Some(Box::pin(async move { mail::gauge(&pool).await }))
    }
}

/// The jobs of a channel, which run where requests are answered and the channel has a way out.
fn sending<V: Via>() -> DeclaredJob {
    DeclaredJob::of::<SendLetter<V>>(|wiring, app| match app {
        Some(_) => Ok(Sender::of(&wiring.settings, wiring.own_pool(1, true), V::CHANNEL)?),
        None => Ok(None),
    })
}
