//! Attacks on accounts: guessed passwords, stolen links, and answers' times that tell something.

use super::{Yard, log_in, token_in};
use crate::support::TestApp;
use crate::support::client::{PASSWORD, Person};
use crate::support::client_from;
use futures::future::join_all;
use futures::{StreamExt, stream};
use serde_json::json;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_wrong_logins_from_many_addresses_get_a_handful_of_tries_and_keep_nobody_out() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let attackers: Vec<_> = (0..50)
        .map(|n| Person { http: client_from(Ipv4Addr::new(127, 0, 9, n + 1).into()), ..app.nobody() })
        .collect();
    let tried = stream::iter(0..10_000)
        .map(async |n| {
            let guess = json!({ "login": "mina", "password": format!("guess number {n}") });
            attackers[n % attackers.len()].post("/v1/sessions", guess).await
        })
        .buffer_unordered(64);
    let (mut looked_at, mut put_off) = (0, 0);
    let mut tried = std::pin::pin!(tried);
    while let Some(answer) = tried.next().await {
        match answer.status {
            401 => looked_at += 1,
            429 => put_off += 1,
            other => panic!("{other}: {}", answer.text),
        }
    }
    // The server looks at eight guesses at once, then at one after 1, 2, 4, … seconds.
    assert!(looked_at < 25, "{looked_at} guesses were looked at");
    assert_eq!(looked_at + put_off, 10_000);
    log_in(&app, "mina", PASSWORD).await.expect(201);
    mina.get("/v1/me/account").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_does_not_tell_which_address_is_whose() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let elsewhere = Person { http: client_from([127, 0, 6, 1].into()), ..yard.app.nobody() };
    let guess = async |login: &str| {
        let body = json!({ "login": login, "password": "not the password" });
        elsewhere.post("/v1/sessions", body).await.status
    };
    while guess("mina").await == 401 {}
    for address in ["mina@yard.example", "nobody@yard.example"] {
        assert_eq!(guess(address).await, 401, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_the_old_password_can_not_undo_a_reset_that_comes_in_between() {
    let yard = Yard::new().await;
    let (thief, nobody) = (yard.sign_up("mina").await, yard.app.nobody());
    for round in 0..6 {
        yard.run("delete from vault.attempts").await;
        let old = if round == 0 { PASSWORD.to_owned() } else { format!("reset password {}", round - 1) };
        let thief = nobody.with_token(&yard.log_in("mina", &old).await.expect(201));
        nobody.post("/v1/password-resets", json!({ "email": "mina@yard.example" })).await.expect(202);
        let link = loop {
            let letter = yard.mail.mail_to("mina@yard.example").await;
            if letter.text.contains("#token=") {
                break token_in(&letter.text);
            }
        };
        let change = json!({ "old_password": old, "new_password": "what the thief wants" });
        let reset = json!({ "token": link, "password": format!("reset password {round}") });
        let login = json!({ "login": "mina", "password": old });
        let (changed, logged_in, reset) = tokio::join!(
            thief.put("/v1/me/password", change),
            nobody.post("/v1/sessions", login),
            nobody.post("/v1/password-resets/confirmation", reset)
        );
        if reset.status == 410 {
            // The thief was first, and the link with the old password was over.
            assert_eq!(changed.status, 204);
            return;
        }
        reset.expect(204);
        yard.log_in("mina", "what the thief wants").await.expect(401);
        yard.log_in("mina", &format!("reset password {round}")).await.expect(201);
        if logged_in.status == 201 {
            let answer = nobody.with_token(&logged_in).get("/v1/me/account").await;
            assert_eq!(answer.status, 401, "a session outlives the password that opened it");
        }
    }
    drop(thief);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_and_a_change_of_the_password_at_once_wait_for_each_other_in_one_order() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    nobody.post("/v1/password-resets", json!({ "email": "mina@yard.example" })).await.expect(202);
    let link = token_in(&yard.mail.mail_to("mina@yard.example").await.text);
    // The transaction does what a change of the password does, a step at a time: the account, then the links
    // to it.
    let mut change = yard.app.pool.begin().await.expect("a transaction");
    let held = "select from vault.accounts where email_key = 'mina@yard.example' for update";
    sqlx::query(held).execute(&mut *change).await.expect("it is held");
    let reset = json!({ "token": link, "password": "what its owner wants" });
    let (reset, ()) = tokio::join!(nobody.post("/v1/password-resets/confirmation", reset), async {
        let waited_for =
            "select exists (select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid)))";
        while !sqlx::query_scalar::<_, bool>(waited_for).fetch_one(&mut *change).await.expect("it reads") {}
        sqlx::query("delete from vault.links").execute(&mut *change).await.expect("no deadlock");
        change.commit().await.expect("it is committed");
    });
    reset.expect_problem(410, "link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_can_not_try_one_password_on_everyone() {
    let app = TestApp::start().await;
    let mut tried = 0;
    let refused = loop {
        let answer = log_in(&app, &format!("person{tried}"), "password1234").await;
        match answer.status {
            401 => tried += 1,
            _ => break answer,
        }
    };
    refused.expect_problem(429, "too_many_attempts");
    assert!(tried <= 60, "{tried}");
}

/// The ratio of two medians within which nobody can tell one action from the other by its time.
const ALIKE: Range<f64> = 0.7..1.4;

/// The median times of two actions, measured in turns, so that a busy machine is as busy for both. A
/// difference between the actions appears each time; the load of other tests does not: so medians that are
/// not alike are taken again, twice.
async fn medians(
    rounds: usize,
    mut first: impl AsyncFnMut(usize),
    mut second: impl AsyncFnMut(usize),
) -> (f64, f64) {
    let mut measured = (0.0, 0.0);
    for attempt in 0..3 {
        let (mut firsts, mut seconds) = (vec![], vec![]);
        for round in attempt * rounds..(attempt + 1) * rounds {
            let begun = Instant::now();
            first(round).await;
            firsts.push(begun.elapsed());
            let begun = Instant::now();
            second(round).await;
            seconds.push(begun.elapsed());
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        };
        measured = (median(&mut firsts), median(&mut seconds));
        if ALIKE.contains(&(measured.0 / measured.1)) {
            break;
        }
    }
    measured
}

#[tokio::test(flavor = "multi_thread")]
async fn time_does_not_tell_an_unknown_account_from_a_wrong_password() {
    let app = TestApp::start().await;
    let reset = async || {
        sqlx::query("delete from vault.attempts").execute(&app.pool).await.expect("it runs");
    };
    app.register("mina").await;
    let (unknown, wrong) = medians(
        31,
        async |round| {
            reset().await;
            log_in(&app, &format!("nobody{round}"), "not the password").await.expect(401);
        },
        async |_| {
            reset().await;
            log_in(&app, "mina", "not the password").await.expect(401);
        },
    )
    .await;
    let ratio = unknown / wrong;
    assert!(ALIKE.contains(&ratio), "{ratio}: {unknown} s against {wrong} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_does_not_tell_whether_an_address_has_an_account() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let (known, unknown) = medians(
        15,
        async |_| {
            yard.run("delete from vault.attempts").await;
            nobody.post("/v1/password-resets", json!({ "email": "mina@yard.example" })).await.expect(202);
        },
        async |_| {
            yard.run("delete from vault.attempts").await;
            nobody.post("/v1/password-resets", json!({ "email": "none@yard.example" })).await.expect(202);
        },
    )
    .await;
    let ratio = known / unknown;
    assert!(ALIKE.contains(&ratio), "{ratio}: {known} s against {unknown} s");
    let sign_up = async |email: &str, round: usize| {
        yard.run("delete from vault.attempts").await;
        let form = json!({
            "email": email, "password": PASSWORD, "handle": format!("new{round}"), "display_name": "누구"
        });
        nobody.post("/v1/sign-ups", form).await.expect(202);
    };
    let (known, unknown) = medians(
        31,
        async |round| sign_up("mina@yard.example", round).await,
        async |round| sign_up("none@yard.example", round).await,
    )
    .await;
    let ratio = known / unknown;
    assert!(ALIKE.contains(&ratio), "{ratio}: {known} s against {unknown} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_logins_at_once_are_all_answered_and_others_with_them() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let people = (0..200).map(async |n| {
        let handle = format!("person{n}");
        let body = json!({ "handle": handle, "display_name": handle });
        operator.post("/v1/users", body).await.expect(201);
        handle
    });
    let people = join_all(people).await;
    let from =
        |n: usize| client_from(Ipv4Addr::new(127, 0, 8, u8::try_from(n % 200 + 1).expect("small")).into());
    let logins = people.iter().enumerate().map(async |(n, handle)| {
        let nobody = Person { http: from(n), ..app.nobody() };
        nobody.post("/v1/sessions", json!({ "login": handle, "password": PASSWORD })).await.status
    });
    let others = async {
        for _ in 0..100 {
            app.nobody().get("/v1/posts").await.expect(200);
        }
    };
    let (answers, ()) = tokio::join!(join_all(logins), others);
    assert_eq!(answers, vec![401; 200], "nobody has a password here, and all are told so");
}
