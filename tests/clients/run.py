"""Drives a running Portico with the official OpenAI SDKs, in Python and in Node.

PORTICO_BIN and MOCK_BIN name the programs. Both listen on free ports of 127.0.0.1; the data is in
a temporary folder. The last line counts."""

import json
import os
import pathlib
import subprocess
import sys
import traceback

import cases
from world import World

HERE = pathlib.Path(__file__).resolve().parent


def python_cases(world):
    passed = failed = 0
    for name, case in cases.all_cases(world):
        try:
            case()
            passed += 1
        except Exception:
            failed += 1
            print(f"python: {name}: {traceback.format_exc()}")
    return passed, failed


def node_cases(world):
    environment = {**os.environ, "WORLD": json.dumps(world)}
    command = ["node", str(HERE / "cases.mjs")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    *lines, last = (done.stdout.strip() or "{}").splitlines()
    print("\n".join(lines) + done.stderr, end="")
    counts = json.loads(last) if done.returncode == 0 else {}
    return counts.get("passed", 0), counts.get("failed", 1)


def main():
    with World() as world:
        facts = world.facts()
        counts = [python_cases(facts), node_cases(facts)]
        if any(failed for _, failed in counts):
            print("--- the end of Portico's log\n" + world.log_end())
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
