"""Says where three exports of the same log differ: python compare.py PARQUET CSV NDJSON."""

import csv
import json
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

parquet, csvs, lines = map(Path, sys.argv[1:4])
differences = []
total = 0


def instant(value):
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


for folder in sorted(path for path in parquet.iterdir() if path.is_dir()):
    name = folder.name
    frame = pl.read_parquet(folder / "*.parquet").sort("position")
    duck = duckdb.sql(f"SELECT count(*), min(position), max(position) FROM '{folder}/*.parquet'").fetchall()[0]
    if duck != (frame.height, frame["position"].min(), frame["position"].max()):
        differences.append(f"{name}: DuckDB reads {duck}")
    total += frame.height
    if name == "unknown_events":
        continue
    as_lines = {
        event["position"]: event
        for path in sorted((lines / name).glob("*.ndjson"))
        for event in map(json.loads, path.read_text().splitlines())
    }
    with open(next((csvs / name).glob("*.csv")), newline="") as file:
        as_csv = {int(row["position"]): row for row in csv.DictReader(file)}
    own = frame.columns[8:]
    for row in frame.to_dicts():
        line, text = as_lines[row["position"]], as_csv[row["position"]]
        for column in ["event_id", "aggregate_id", "sequence", "actor", "by_operator", "event_version"]:
            if row[column] != line[column]:
                differences.append(f"{name} {row['position']}: {column}")
        if row["recorded_at"] != instant(line["recorded_at"]):
            differences.append(f"{name} {row['position']}: recorded_at")
        # Each value of a payload is in a column, and the other way round.
        for field, value in line["payload"].items():
            if field == "type":
                continue
            if isinstance(value, dict):
                for inner, expected in value.items():
                    column = inner if inner.startswith(f"{field}_") else f"{field}_{inner}"
                    if row[column] != expected or text[column] != str(expected):
                        differences.append(f"{name} {row['position']}: {column}")
            elif field in own:
                shown = row[field].isoformat() if isinstance(row[field], datetime) else row[field]
                if shown != value:
                    differences.append(f"{name} {row['position']}: {field}: {shown} is not {value}")
                flat = "" if value is None else value
                flat = json.dumps(flat) if isinstance(flat, (list, bool, int)) else flat
                if isinstance(value, list):
                    same = json.loads(text[field]) == value
                else:
                    same = text[field] == flat
                if not same:
                    differences.append(f"{name} {row['position']}: {field} in CSV")
print(json.dumps({"rows": total, "differences": differences[:20]}))
