#!/usr/bin/env python3
"""Makes prices.csv beside it: the facts of the models our presets' vendors have.

    src/vendors/prices.py PATH/model-prices.json

The input is a list of rows with id, vendor, kind, context_window, max_output, price (integer
nano-USD for 1,000,000 tokens), tiers and batch in the same unit, and capabilities. An empty cell
means: not known. `tiers` holds what a prompt of more than so many tokens costs, written
above/input/output/cached_read/cache_write/cache_write_1h, with a space between two of them."""

import csv
import json
import pathlib
import sys

VENDORS = {"openai", "anthropic", "mistral", "groq", "deepseek", "together", "openrouter", "gemini"}
KINDS = {"chat", "embedding"}
FLAGS = {"vision": "v", "tools": "t", "reasoning": "r", "json_schema": "j"}
PRICES = ["input", "output", "cached_read", "cache_write_5m", "cache_write_1h"]
COLUMNS = ["vendor", "model", "kind", "context_window", "max_output", "input", "output", "cached_read", "cache_write",
           "cache_write_1h", "tiers", "batch_input", "batch_output", "can"]


def text(cell):
    return "" if cell is None else str(cell)


def tier(row):
    return "/".join(text(row.get(name)) for name in ["above", *PRICES])


def line(row):
    price, batch = dict(row["price"]), row.get("batch", {})
    can = "".join(flag for word, flag in FLAGS.items() if word in row.get("capabilities", []))
    if row["kind"] == "embedding" and price.get("output") is None:
        price["output"] = 0
    cells = [row["vendor"], row["id"], row["kind"], row["context_window"], row["max_output"],
             *(price.get(name) for name in PRICES), " ".join(map(tier, row.get("tiers", []))),
             batch.get("input"), batch.get("output"), can]
    return [text(cell) for cell in cells]


def main():
    source = json.loads(pathlib.Path(sys.argv[1]).read_text())
    rows = [r for r in source["models"] if r["vendor"] in VENDORS and r["kind"] in KINDS and r["unit"] == "1M_tokens"]
    target = pathlib.Path(__file__).resolve().with_name("prices.csv")
    with target.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(sorted(map(line, rows), key=lambda cells: cells[:2]))
    print(f"{len(rows)} models, {target.stat().st_size} bytes")


main()
