//! The delivery of one row until it is answered: stored, refused, or the server is given up.

use super::{
    super::{
        Failure,
        http::{POSITION, Problem, Server, explain},
    },
    files::Input,
    row::{Row, handle},
};
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use std::time::{Duration, Instant};

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// The time after which a server is given up: one that restarts is back by then.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);
const ASK_EVERY: Duration = Duration::from_millis(200);

/// The outcome of a row.
pub(super) enum RowOutcome {
    /// The server has the row, up to this position of its log.
    Stored { position: i64 },
    /// The server will never take the row, for this reason.
    Refused(String),
}

/// Sends the row, again and again while the server is busy or away. `after` is the position that the
/// server's answer must build on.
pub(super) async fn deliver(server: &Server, row: &Row<'_>, after: i64) -> Result<RowOutcome, Failure> {
    let begun = Instant::now();
    let mut pause = PAUSE_MIN;
    loop {
        let answer = row.request(server).header(POSITION, after).send().await;
        let (wait, said) = match answer {
            Ok(answer) if answer.status().is_success() => {
                return Ok(RowOutcome::Stored { position: position(&answer) });
            }
            Ok(answer) => {
                let retry_after = retry_after(&answer);
                let (status, problem) = Problem::of(answer).await;
                if status == StatusCode::UNAUTHORIZED || problem.code == "operators_only" {
                    return Err(format!("the server does not accept the operator's token: {problem}").into());
                }
                let temporary = status.is_server_error()
                    || status == StatusCode::TOO_MANY_REQUESTS
                    || status == StatusCode::REQUEST_TIMEOUT
                    || problem.code == "contention";
                if !temporary {
                    return Ok(RowOutcome::Refused(format!("{row}: {status} {problem}")));
                }
                (retry_after.unwrap_or(pause), format!("{status} {problem}"))
            }
            Err(error) if error.is_builder() => return Err(error.into()),
            Err(error) => (pause, explain(&error)),
        };
        if begun.elapsed() + wait > GIVE_UP_AFTER {
            return Err(format!("{row} could not be delivered; at last: {said}").into());
        }
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Checks that Madang answers at this address at all, before thousands of requests fail.
pub(super) async fn greet(server: &Server, url: &str) -> Result<(), Failure> {
    let answer = server.get("/v1/ping").send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("{url} is no Madang: /v1/ping answers {}", answer.status()).into()),
        Err(error) => Err(format!("{url} can't be reached: {}", explain(&error)).into()),
    }
}

/// True if the server has the user who was sent first: a state file may speak of another store.
pub(super) async fn has_first_user(server: &Server, input: &Input) -> Result<bool, Failure> {
    let Some(&first) = input.users.first() else { return Ok(true) };
    let answer = server.get(&format!("/v1/users/{}", handle(first))).send().await?;
    match answer.status() {
        StatusCode::NOT_FOUND => Ok(false),
        status if status.is_success() => Ok(true),
        status => Err(format!("the server can't tell what it has: {status}").into()),
    }
}

/// Waits until the user can be read: a followee is looked up by handle.
pub(super) async fn until_readable(server: &Server, user: u32, after: i64) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        let path = format!("/v1/users/{}", handle(user));
        let answer = server.get(&path).header(POSITION, after).send().await;
        let said = match answer {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => answer.status().to_string(),
            Err(error) => explain(&error),
        };
        if begun.elapsed() > GIVE_UP_AFTER {
            return Err(format!("the users can't be read back: {path} answers {said}").into());
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

fn position(answer: &Response) -> i64 {
    let value = answer.headers().get(POSITION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX * 6))
}
