#!/usr/bin/env python3
"""paired.py [--work DIR] [--rounds 15] --name NAME --off SETTING --on SETTING --most PERCENT [--most-empty MS] WORKLOAD...: what a setting costs.

Two clusters of three nodes with one slot each stand side by side, which differ in that setting. Each round runs the workload once on both, whose order changes from round to round, and compares the times by the
clusters' own clocks. The outcome is the mean of the rounds' ratios, which may be at most so many percent, with its 95 % confidence interval; and the same for the processor time of nodes and executors. The bytes
are the same. Of the workload 'empty', a job over an empty file a second after the job before, it is the difference of the medians.

Needs the data that setup.sh makes, and the programs that publish.sh publishes.
"""
import argparse
import glob
import hashlib
import os
import shutil
import statistics
import tempfile
import time

from clusters import Cluster, cost

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--work", default=os.environ.get("BENCH_WORK", os.path.expanduser("~/.cache/mapreduce-bench")))
parser.add_argument("--rounds", type=int, default=15)
parser.add_argument("--name", required=True)
parser.add_argument("--off", required=True, help="the setting of the cluster without")
parser.add_argument("--on", required=True, help="the setting of the cluster with")
parser.add_argument("--most", type=float, required=True, help="the most percent that it may cost")
parser.add_argument("--most-empty", type=float, help="the most milliseconds of an empty job")
parser.add_argument("workloads", nargs="+")
options = parser.parse_args()
ours, data = f"{options.work}/ours", f"{options.work}/data"
state = tempfile.mkdtemp(prefix="mapreduce-paired-")
files = f"{state}/files"
os.mkdir(files)
empty = f"{files}/empty"
open(empty, "w").close()
JOBS = {
    "W1": ("WordCount", "w1.txt", "--sorted"),
    "W1b": ("WordCount", "w1b.txt", "--sorted"),
    "W2": ("WebLog", "w2.log"),
    "W3": ("Sort", "w3.dat", "--record", "100"),
    "W4": ("InvertedIndex", "idx", "--stem", "--sorted"),
    "W5": ("Grep", "w1.txt", "--lines", "--pattern", "(^| )[qz][a-z][a-z]j[a-z]*[xk]q( |$)"),
    "empty": ("WordCount", empty),
}


def digest(folder):
    """Of the rows, in the order of the parts' names. Those of W5 are in the order of the input in both clusters."""
    whole = hashlib.md5()
    for path in sorted(path for path in glob.glob(folder + "/**", recursive=True) if os.path.isfile(path) and not os.path.basename(path).startswith(("_", "."))):
        with open(path, "rb") as file:
            while block := file.read(1 << 22):
                whole.update(block)
    return whole.hexdigest()


def run(cluster, workload):
    job, source, *words = JOBS[workload]
    if workload == "empty":
        time.sleep(1)
    output = f"{files}/output"
    times = cluster.run(f"{ours}/{job}/{job}.dll", output, "--input", os.path.join(data, source), *(["--", *words] if words else []))
    made = digest(output)
    if expected.setdefault(workload, made) != made:
        raise SystemExit(f"{options.name}: {workload} has other bytes (the same bytes) missed")
    return times


expected, clusters, outcomes, passed = {}, [], [], True
try:
    for name, setting in (("off", options.off), ("on", options.on)):
        clusters.append(Cluster(f"{ours}/mr/mr", f"{state}/{name}", [options.work, files], [setting]))
    for workload in options.workloads:
        for cluster in clusters:
            run(cluster, workload)
        rounds = []
        for number in range(options.rounds):
            first = number % 2
            pair = [None, None]
            for index in (first, 1 - first):
                pair[index] = run(clusters[index], workload)
            rounds.append(pair)
        walls, processors = ([(off[kind], on[kind]) for off, on in rounds] for kind in (0, 1))
        off, on = (statistics.median(times) for times in zip(*walls))
        if workload == "empty":
            more = 1000 * (on - off)
            outcomes.append(f"empty {more:+.0f} ms")
            passed &= options.most_empty is None or more <= options.most_empty
            print(f"empty: {1000 * off:.0f} and {1000 * on:.0f} ms, medians of {options.rounds}", flush=True)
            continue
        (mean, least, most), (processor, *_) = (cost([on / off for off, on in kind]) for kind in (walls, processors))
        outcomes.append(f"{workload} {mean:+.1f} %")
        passed &= mean <= options.most
        print(f"{workload}: {off:.2f} and {on:.2f} s, medians of {options.rounds}; {mean:+.1f} % (95 %: {least:+.1f} to {most:+.1f}), processor time {processor:+.1f} %", flush=True)
finally:
    for cluster in clusters:
        cluster.down()
    shutil.rmtree(state)
goal = f"the same bytes, at most {options.most:+g} %" + (f", an empty job {options.most_empty:+g} ms" if options.most_empty is not None else "")
print(f"{options.name}: {', '.join(outcomes)} ({goal}) {'pass' if passed else 'missed'}")
raise SystemExit(0 if passed else 1)
