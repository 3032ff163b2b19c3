//! Random commands against a small model of Madang in memory: both must give the same answers, the same
//! counts, and the same lists in the same order.
//!
//! `MADANG_FAULT_ROUNDS` plays more cases, and `MADANG_FAULT_SEED` plays the same cases again. A case that
//! fails is made as short as it can be and printed.

mod commands;
mod reads;
mod state;

use crate::support::TestApp;
use crate::support::client::Person;
use commands::Command;
use projections::timelines::Limits;
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use service::settings::Settings;
use state::State;
use std::cell::Cell;

const CASES_IN_A_ROUND: u32 = 15;

/// The ids, handles and tags that stand for the people, posts and comments of one case.
struct Case<'a> {
    app: &'a TestApp,
    number: u32,
    people: Vec<Person>,
    posts: Vec<String>,
    comments: Vec<String>,
}

impl<'a> Case<'a> {
    async fn new(app: &'a TestApp, number: u32) -> Self {
        let people = app.enrol_many(&format!("m{number}x"), state::PEOPLE).await;
        Self { app, number, people, posts: vec![], comments: vec![] }
    }

    fn handle(&self, handle: usize) -> String {
        format!("m{}x{handle}", self.number)
    }

    fn tag(&self, tag: usize) -> String {
        format!("t{}x{tag}", self.number)
    }
}

fn environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

async fn agree(change: impl FnOnce(&mut Settings)) {
    let seed = environment("MADANG_FAULT_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    let rounds = u32::try_from(environment("MADANG_FAULT_ROUNDS").unwrap_or(1)).expect("few");
    println!("MADANG_FAULT_SEED={seed}");
    let app = TestApp::start_with(change).await;
    let cases = rounds * CASES_IN_A_ROUND;
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let seed = [seed.to_le_bytes(); 4].concat();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let (runtime, numbers) = (tokio::runtime::Handle::current(), Cell::new(0));
    let same = |commands: Vec<Command>| {
        let number = numbers.replace(numbers.get() + 1);
        runtime.block_on(case(&app, number, commands)).map_err(TestCaseError::fail)
    };
    tokio::task::block_in_place(|| {
        runner.run(&vec(commands::any(), 0..150), same).unwrap_or_else(|failure| panic!("{failure}"));
    });
}

/// Plays the commands to Madang and to the model, then reads all there is from both.
async fn case(app: &TestApp, number: u32, commands: Vec<Command>) -> Result<(), String> {
    let mut case = Case::new(app, number).await;
    let mut state = State::default();
    for (n, command) in commands.iter().enumerate() {
        let answer = case.send(command, &state).await;
        let expected = state.apply(command);
        let answered = (answer.status, answer.json["code"].as_str().unwrap_or_default());
        if answered != expected {
            return Err(format!("{n}: {command:?} was answered {answered:?}, not {expected:?}"));
        }
        let reader = n % state::PEOPLE;
        reads::first_page(&case, &state, reader).await.map_err(|error| format!("after {n}: {error}"))?;
    }
    reads::compare(&case, &state).await
}

#[tokio::test(flavor = "multi_thread")]
async fn random_commands_do_what_a_model_in_memory_does() {
    agree(|_| {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_commands_do_the_same_where_some_authors_are_merged_at_read() {
    agree(|settings| settings.merge_threshold = 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_commands_do_the_same_where_timelines_are_trimmed_refilled_and_delivered_late() {
    agree(|settings| {
        let (window, followers_at_once, trim_every) = (2, 0, 1);
        settings.timeline_limits = Limits { window, followers_at_once, chunk: 1, tasks: 1, trim_every };
    })
    .await;
}
