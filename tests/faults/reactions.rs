//! A process that dies between the effects of an event and the checkpoint: no effect happens twice, and none
//! is lost.

use super::proxy::{Proxy, Through, Toward, Wire};
use super::until;
use crate::reactions::{Answering, begin, caught_up, effects, run, write};
use crate::support::log::Log;
use react::Begins;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

/// The bytes of the statement that moves a checkpoint, the first time that a session sends it.
const MOVES: &[u8] = b"update public.reactions set position";
/// The bytes in the payload of the job, which goes after that statement in the same transaction.
const ENQUEUES: &[u8] = b"post_id";
/// The statement that ends the transaction.
const COMMITS: &[u8] = b"COMMIT";

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_between_an_effect_and_the_checkpoint_leaves_no_second_effect_and_no_lost_one() {
    let moments = [
        (MOVES, Through::Nothing),
        (MOVES, Through::All),
        (ENQUEUES, Through::Half),
        (ENQUEUES, Through::All),
        (COMMITS, Through::Nothing),
        (COMMITS, Through::All),
    ];
    for (bytes, through) in moments {
        let log = Log::new().await;
        let options: PgConnectOptions = log.url.parse().expect("a URL");
        let database = Proxy::to(options.get_port()).await;
        let port = format!(":{}/", options.get_port());
        assert!(log.url.contains(&port), "{}", log.url);
        // The reaction connects by TCP: the tests' own way is a socket in a folder.
        let address = log.url.split('?').next().expect("an address");
        let by_proxy = address.replace(&port, &format!(":{}/", database.port));
        let reaction = Answering::from(Begins::AtHead);
        begin(&log, &reaction).await;
        // Commands go past the proxy: the answer is in the log before the checkpoint moves.
        let sprung = database.trap(Toward::Store, bytes, through);
        let (_token, dying) = run(&reaction, &by_proxy, &log.executor, Uuid::new_v4());
        let question = write(&log, "질문").await;
        sprung.await;
        dying.abort();
        database.cut();
        database.set(Wire::Passes);
        let another = log.another_executor().await;
        let (_token, _running) = run(&reaction, &log.url, &another, Uuid::new_v4());
        until("it is answered", async || (effects(&log).await.0 > 0).then_some(())).await;
        caught_up(&log).await;
        assert_eq!(effects(&log).await, (1, vec![question.to_string()]), "{through:?}");
    }
}
