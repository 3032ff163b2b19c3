"""Takes an erasure list into an older export and compares it with a new one.

    python erase.py OLD ERASURES NEW LAST
"""

import json
import sys
from pathlib import Path

import polars as pl

old, erasures, new, last = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
masked = {event["position"]: event for event in map(json.loads, erasures.read_text().splitlines())}
differences = []
held_before = False

for folder in sorted(path for path in old.iterdir() if path.is_dir()):
    frame = pl.read_parquet(folder / "*.parquet")
    held_before |= "비밀스러운" in str(frame.to_dicts())
    # The list's events replace those with the same position, as projections/README.md asks.
    mine = [masked[position] for position in frame["position"] if position in masked]
    if mine:
        flat = [{**event, **event["payload"], "recorded_at": None} for event in mine]
        replacement = pl.DataFrame(
            [{column: row.get(column) for column in frame.columns} for row in flat], schema=frame.schema
        ).with_columns(
            recorded_at=pl.Series([event["recorded_at"] for event in mine]).str.to_datetime(
                time_unit="us", time_zone="UTC"
            )
        )
        untouched = frame.join(replacement.select("position"), on="position", how="anti")
        frame = pl.concat([untouched, replacement])
    fresh = pl.read_parquet(new / folder.name / "*.parquet").filter(pl.col("position") <= last)
    if not frame.sort("position").equals(fresh.sort("position")):
        differences.append(folder.name)
print(json.dumps({"held_before": held_before, "differences": differences}))
