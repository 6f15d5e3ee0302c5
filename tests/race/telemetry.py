#!/usr/bin/env python3
"""telemetry.py [--mr PROGRAM] [--work FOLDER] [--rounds 15] [--size 1GiB]: what metrics, traces and logs cost of the throughput of W1.

Two clusters of three nodes stand side by side. One exports nothing. The other sends traces, metrics and logs to a collector on this machine, which this
script is, and is scraped every five seconds of its work: while the other one works nobody asks it anything. Each round runs the word count on both, in the
order off on on off on off off on, and compares the times by the clusters' own clocks, and the processor time of the nodes and their executors, which a busy machine disturbs less. The outcome is the mean of the rounds'
ratios with its 95 % confidence interval, by Student's t over their logarithms.

Rounds add up over calls: --keep FILE keeps the ratios of earlier ones, so that it can be run in pieces.
"""
import argparse
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

from clusters import Cluster, cost

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
collector = f"http://127.0.0.1:{server.server_port}"
telemetry = [f'telemetry.otlp-endpoint = "{collector}"', 'telemetry.otlp-protocol = "http/protobuf"', "log.format = json"]
over = threading.Event()
# The cluster with telemetry has a job.
working = threading.Event()
ORDER = ("off", "on", "on", "off", "on", "off", "off", "on")


def scrape():
    token = clusters["on"].token()
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
        for node in clusters["on"].nodes:
            urllib.request.urlopen(urllib.request.Request(node["http"] + "metrics", headers={"Authorization": f"Bearer {token}"})).read()


def seconds(name):
    """The time that the cluster takes for a job, and its processor time."""
    if name == "on":
        working.set()
    try:
        return clusters[name].run(job, f"{state}/output", "--input", text)
    finally:
        working.clear()


ratios = []
if options.keep and os.path.exists(options.keep):
    with open(options.keep) as file:
        ratios = json.load(file)
clusters = {}
try:
    for name, settings in (("off", []), ("on", telemetry)):
        clusters[name] = Cluster(mr, f"{state}/{name}", [options.work, state], settings)
    clusters["on"].environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    threading.Thread(target=scrape, daemon=True).start()
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
    for cluster in clusters.values():
        cluster.down()
    shutil.rmtree(state)

if not all(received.get(path) for path in ("/v1/traces", "/v1/metrics", "/v1/logs")):
    raise SystemExit(f"The collector was not sent everything: {received}")
(mean, _, upper), _ = outcomes = [cost(ratio) for ratio in zip(*ratios)]
for what, (middle, least, most) in zip(("time", "processor time"), outcomes):
    print(f"{len(ratios)} rounds: telemetry costs {middle:+.1f} % of the {what} (95 %: {least:+.1f} % to {most:+.1f} %)")
print(f"sent: {received}")
print(f"telemetry: {mean:+.1f} % of the time, {upper:+.1f} % at most with 95 % certainty (+3 %) {'pass' if upper < 3 else 'missed'}")
raise SystemExit(0 if upper < 3 else 1)
