#!/usr/bin/env python3
"""latency.py [WORK] [REPS]: how long small jobs take on a warm cluster of three nodes, from the arrival of the submission at the job master to the end, by the master's own clock: a second apart, when the
cluster has warmed up again after the job before (a slot keeps a started executor in reserve), and one at the other's heels. The goals are those of the first.

Needs the data that setup.sh makes, and the programs that ours.sh publishes.
"""
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

work = sys.argv[1] if len(sys.argv) > 1 else os.path.expanduser("~/.cache/mapreduce-bench")
reps = int(sys.argv[2]) if len(sys.argv) > 2 else 20
mr = f"{work}/ours/mr/mr"
job = f"{work}/ours/WordCount/WordCount.dll"
state = tempfile.mkdtemp(prefix="mapreduce-latency-")
goals = {"empty job": 100, "W6": 250}
empty = os.path.join(state, "empty")
open(empty, "w").close()


def milliseconds(source):
    output = os.path.join(state, "output")
    shutil.rmtree(output, ignore_errors=True)
    run = subprocess.run([mr, "submit", job, "--cluster", state, "--json", "--input", source, "--output", output], check=True, capture_output=True, text=True)
    details = json.loads(run.stdout)
    start, end = (datetime.datetime.fromisoformat(details[moment]) for moment in ("submitted", "ended"))
    return (end - start).total_seconds() * 1000


subprocess.run([mr, "cluster", "up", "--folder", state, "--nodes", "3", "--slots", "1"], check=True, capture_output=True)
medians = {}
try:
    for name, source in (("empty job", empty), ("W6", f"{work}/data/small")):
        milliseconds(source)
        for pause in (1, 0):
            times = []
            for _ in range(reps):
                time.sleep(pause)
                times.append(milliseconds(source))
            if pause:
                medians[name] = statistics.median(times)
            print(f"{name}, {'a second apart' if pause else 'at once'}: median {statistics.median(times):.0f} ms of {reps}, {min(times):.0f} to {max(times):.0f}")
finally:
    subprocess.run([mr, "cluster", "down", "--cluster", state], check=True, capture_output=True)
    shutil.rmtree(state)
passed = all(median <= goals[name] for name, median in medians.items())
print(f"latency: {', '.join(f'{name} {median:.0f} ms' for name, median in medians.items())} ({', '.join(f'{goal} ms' for goal in goals.values())}) {'pass' if passed else 'missed'}")
sys.exit(0 if passed else 1)
