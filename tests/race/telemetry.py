#!/usr/bin/env python3
"""telemetry.py [--mr PROGRAM] [--work FOLDER] [--rounds 15] [--size 1GiB]: what metrics, traces and logs cost of the throughput of W1.

Two clusters of three nodes stand side by side. One exports nothing. The other sends traces, metrics and logs to a collector on this machine, which this
script is, and is scraped every five seconds of its work: while the other one works nobody asks it anything. Each round runs the word count on both, in the
order off on on off on off off on, and compares the times by the clusters' own clocks, and the processor time of the nodes and their executors, which a busy machine disturbs less. The outcome is the mean of the rounds'
ratios with its 95 % confidence interval, by Student's t over their logarithms.

Rounds add up over calls: --keep FILE keeps the ratios of earlier ones, so that it can be run in pieces.
"""
import argparse
import datetime
import http.server
import json
import math
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

# The 97.5 % quantiles of Student's t by degrees of freedom.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086]

here = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--mr", help="the program; default: what ours.sh has published")
parser.add_argument("--job", help="the assembly of WordCount; default: what ours.sh has published")
parser.add_argument("--work", default=os.environ.get("BENCH_WORK", os.path.expanduser("~/.cache/mapreduce-bench")))
parser.add_argument("--rounds", type=int, default=15)
parser.add_argument("--size", default="1GiB", help="of the text, where setup.sh has made none")
parser.add_argument("--keep", help="a file for the ratios of all rounds so far")
options = parser.parse_args()
mr = options.mr or f"{options.work}/ours/mr/mr"
job = options.job or f"{options.work}/ours/WordCount/WordCount.dll"
text = f"{options.work}/data/w1.txt"
if not os.path.exists(text):
    os.makedirs(os.path.dirname(text), exist_ok=True)
    subprocess.run([mr, "generate", "text", "--size", options.size, "--output", text], check=True)

received = {}


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        received[self.path] = received.get(self.path, 0) + int(self.headers["Content-Length"])
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
state = tempfile.mkdtemp(prefix="mapreduce-telemetry-")
folders = {"off": f"{state}/off", "on": f"{state}/on"}
collector = f"http://127.0.0.1:{server.server_port}"
telemetry = [f'telemetry.otlp-endpoint = "{collector}"', 'telemetry.otlp-protocol = "http/protobuf"', "log.format = json"]
over = threading.Event()
# The cluster with telemetry has a job.
working = threading.Event()
ORDER = ("off", "on", "on", "off", "on", "off", "off", "on")


def up(name, settings):
    words = [mr, "cluster", "up", "--folder", folders[name], "--nodes", "3", "--slots", "1", "--json", "--set", f'executor.storage = ["{options.work}", "{state}"]']
    for setting in settings:
        words += ["--set", setting]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def scrape(nodes):
    with open(f"{folders['on']}/token") as file:
        token = file.read().strip()
    due = 5.0
    while not over.is_set():
        if not working.wait(1):
            continue
        begun = time.monotonic()
        over.wait(min(due, 0.1))
        due -= time.monotonic() - begun
        if due > 0 or not working.is_set():
            continue
        due = 5.0
        for node in nodes:
            urllib.request.urlopen(urllib.request.Request(node + "metrics", headers={"Authorization": f"Bearer {token}"})).read()


def status(process):
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()


def processor(name):
    """The processor time of a cluster's nodes, of their executors that have ended, and of those that live."""
    ticks, own = 0, set(processes[name])
    for process in (int(entry) for entry in os.listdir("/proc") if entry.isdigit()):
        try:
            fields = status(process)
        except OSError:
            continue
        if process in own:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) in own:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def seconds(name):
    """The time that the cluster takes for a job, and its processor time."""
    before = processor(name)
    output = f"{state}/output"
    shutil.rmtree(output, ignore_errors=True)
    environment = dict(os.environ)
    if name == "on":
        working.set()
        environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    run = subprocess.run([mr, "submit", job, "--cluster", folders[name], "--json", "--input", text, "--output", output], check=True, capture_output=True, text=True, env=environment)
    working.clear()
    details = json.loads(run.stdout)
    start, end = (datetime.datetime.fromisoformat(details[moment]) for moment in ("submitted", "ended"))
    return (end - start).total_seconds(), processor(name) - before


ratios = []
if options.keep and os.path.exists(options.keep):
    with open(options.keep) as file:
        ratios = json.load(file)
try:
    clusters = {"off": up("off", []), "on": up("on", telemetry)}
    processes = {name: [node["process"] for node in cluster["nodes"]] for name, cluster in clusters.items()}
    nodes = [node["http"] for node in clusters["on"]["nodes"]]
    threading.Thread(target=scrape, args=(nodes,), daemon=True).start()
    for name in ("off", "on"):
        seconds(name)
    for _ in range(options.rounds):
        times, work = {"off": 0.0, "on": 0.0}, {"off": 0.0, "on": 0.0}
        for name in ORDER:
            wall, processor_time = seconds(name)
            times[name] += wall
            work[name] += processor_time
        ratios.append([times["on"] / times["off"], work["on"] / work["off"]])
        print(f"off {times['off'] / 4:.2f} s, on {times['on'] / 4:.2f} s: {ratios[-1][0]:.3f}; processor time {work['off'] / 4:.2f} and {work['on'] / 4:.2f} s: {ratios[-1][1]:.3f}", flush=True)
        if options.keep:
            with open(options.keep, "w") as file:
                json.dump(ratios, file)
finally:
    over.set()
    for folder in folders.values():
        subprocess.run([mr, "cluster", "down", "--cluster", folder], capture_output=True)
    shutil.rmtree(state)

if not all(received.get(path) for path in ("/v1/traces", "/v1/metrics", "/v1/logs")):
    raise SystemExit(f"The collector was not sent everything: {received}")
cost, upper = 0, math.inf
for what, index in (("time", 0), ("processor time", 1)):
    logs = [math.log(ratio[index]) for ratio in ratios]
    mean = statistics.mean(logs)
    half = (T[len(logs) - 2] if len(logs) - 2 < len(T) else 1.96) * statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    print(f"{len(ratios)} rounds: telemetry costs {100 * math.expm1(mean):+.1f} % of the {what} (95 %: {100 * math.expm1(mean - half):+.1f} % to {100 * math.expm1(min(mean + half, 9)):+.1f} %)")
    if index == 0:
        cost, upper = 100 * math.expm1(mean), 100 * math.expm1(min(mean + half, 9))
print(f"sent: {received}")
print(f"telemetry: {cost:+.1f} % of the time, {upper:+.1f} % at most with 95 % certainty (+3 %) {'pass' if upper < 3 else 'missed'}")
raise SystemExit(0 if upper < 3 else 1)
