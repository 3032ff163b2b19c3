"""Answers three questions from an export: `madang events export --format parquet --out DIR`.

    python questions.py DIR

Prints JSON. Each question is asked once with Polars and once with DuckDB, and both must agree.
"""

import json
import sys
from pathlib import Path

import duckdb
import polars as pl

out = Path(sys.argv[1])


def table(name: str) -> str:
    return str(out / name / "**" / "*.parquet")


def rows(answer: duckdb.DuckDBPyRelation) -> list[dict]:
    return [dict(zip(answer.columns, row)) for row in answer.fetchall()]


def agreed(polars: list[dict], duck: list[dict]) -> list[dict]:
    assert polars == duck, f"Polars says {polars}, DuckDB {duck}"
    return polars


# How many posts were published on each day?
posts = pl.scan_parquet(table("post_published"))
per_day = (
    posts.group_by(pl.col("recorded_at").dt.convert_time_zone("Asia/Seoul").dt.strftime("%Y-%m-%d").alias("day"))
    .agg(pl.len().cast(pl.Int64).alias("posts"))
    .sort("day")
    .collect()
)
duckdb.sql("SET TimeZone = 'Asia/Seoul'")
per_day_too = duckdb.sql(f"""
    SELECT strftime(recorded_at, '%Y-%m-%d') AS day, count(*) AS posts
    FROM '{table("post_published")}' GROUP BY day ORDER BY day
""")

# Who has the most followers?
changes = pl.concat(
    pl.scan_parquet(table(name)).select("followee_id", pl.lit(by).alias("change"))
    for name, by in [("followed", 1), ("unfollowed", -1)]
    if (out / name).exists()
)
most_followed = (
    changes.group_by(pl.col("followee_id").alias("user_id"))
    .agg(pl.col("change").sum().cast(pl.Int64).alias("followers"))
    .sort(["followers", "user_id"], descending=[True, False])
    .head(5)
    .collect()
)
union = " UNION ALL ".join(
    f"SELECT followee_id, {by} AS change FROM '{table(name)}'"
    for name, by in [("followed", 1), ("unfollowed", -1)]
    if (out / name).exists()
)
most_followed_too = duckdb.sql(f"""
    SELECT followee_id AS user_id, sum(change)::bigint AS followers
    FROM ({union}) GROUP BY user_id ORDER BY followers DESC, user_id LIMIT 5
""")

# How long do posts that get a comment wait for their first one?
first = (
    pl.scan_parquet(table("comment_written"))
    .group_by("post_id")
    .agg(pl.col("recorded_at").min().alias("commented_at"))
)
waits = posts.join(first, left_on="aggregate_id", right_on="post_id").select(
    (pl.col("commented_at") - pl.col("recorded_at")).dt.total_microseconds().alias("wait")
)
median = waits.select(pl.col("wait").median()).collect().item() / 1e6
median_too = duckdb.sql(f"""
    SELECT median(epoch_us(commented_at) - epoch_us(recorded_at)) / 1e6
    FROM '{table("post_published")}' AS post
    JOIN (SELECT post_id, min(recorded_at) AS commented_at FROM '{table("comment_written")}' GROUP BY post_id) AS first
        ON first.post_id = post.aggregate_id
""").fetchall()[0][0]
assert abs(median - median_too) < 1e-3, f"Polars says {median}, DuckDB {median_too}"

print(
    json.dumps(
        {
            "posts_per_day": agreed(per_day.to_dicts(), rows(per_day_too)),
            "most_followed": agreed(most_followed.to_dicts(), rows(most_followed_too)),
            "median_wait_for_a_comment_seconds": median,
        },
        indent=2,
    )
)
