//! The disk under Postgres and NATS fills up: writers are told to come back, and when there is room again
//! service goes on by itself, even where Postgres did not survive it.

use super::check::nothing_is_lost;
use super::load::{Load, unique};
use super::site::{Up, folder};
use super::{random, rounds, until};
use rand::Rng;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_commands_and_loses_none_and_room_brings_service_back() {
    let mut random = random("disk full");
    let folder = folder("disk");
    let disk = Disk::mount(&folder);
    let up = Up::start_in(folder).await;
    let operator = up.stores().operator(&up.url).await;
    let url = up.stores().database_url;
    let load = Load::start(&operator, &[&up.url], &mut random).await;
    for _ in 0..rounds() {
        // The two cases differ: without room for another table's page an insert is refused; without room for
        // another piece of the write-ahead log Postgres itself falls, and can't rise before there is some.
        for falls in [false, true] {
            load.more(random.random_range(1..100)).await;
            disk.fill();
            if falls {
                until("Postgres falls", async || {
                    let mut connection = PgConnection::connect(&url).await.ok();
                    match &mut connection {
                        Some(open) => drop(sqlx::query("select pg_switch_wal()").execute(open).await),
                        None => return Some(()),
                    }
                    None
                })
                .await;
            }
            until("commands are refused", async || {
                let body = json!({ "handle": unique("d"), "display_name": "디스크" });
                let answer = operator.post("/v1/users", body).await;
                (answer.status != 201).then(|| {
                    let told = answer.expect_problem(503, "store_unavailable");
                    assert!(told.headers.contains_key("retry-after"));
                })
            })
            .await;
            operator.get("/healthz").await.expect(200);
            disk.make_room();
            nothing_is_lost(&up.stores(), &load).await;
        }
    }
}

/// A small file system in memory.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=320m", "madang-test"]).arg(folder).status();
        assert!(
            mounted.expect("mount runs").success(),
            "a small tmpfs must be mounted for this: run the tests as root"
        );
        Self(folder.to_owned())
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.filler()).expect("a file");
        for size in [1 << 20, 4 << 10] {
            let piece = vec![1_u8; size];
            let full = loop {
                if let Err(error) = filler.write_all(&piece) {
                    break error.kind();
                }
            };
            assert_eq!(full, ErrorKind::StorageFull);
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).expect("the filler");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The unmount is lazy: Postgres may still be on its way out.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
