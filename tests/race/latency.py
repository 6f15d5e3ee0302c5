#!/usr/bin/env python3
"""latency.py [WORK] [REPS]: how long small jobs take on a warm cluster of three nodes, a second apart, when the cluster has warmed up again after the job before (a slot keeps a started executor in reserve),
and one at the other's heels. A client that has sent the package before submits each job over HTTP and watches it; its time is from the moment at which the submission leaves it until it hears that the job has ended.
The goals are those of this time, a second apart. The time by the master's own clock, from the arrival of the submission to the end, is told beside it.

Needs the data that setup.sh makes, and the programs that ours.sh publishes.
"""
import datetime
import http.client
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zipfile

work = sys.argv[1] if len(sys.argv) > 1 else os.path.expanduser("~/.cache/mapreduce-bench")
reps = int(sys.argv[2]) if len(sys.argv) > 2 else 20
mr = f"{work}/ours/mr/mr"
job = f"{work}/ours/WordCount"
state = tempfile.mkdtemp(prefix="mapreduce-latency-")
goals = {"empty job": 80, "W6": 150}
cluster = os.path.join(state, "cluster")
files = os.path.join(state, "files")
os.mkdir(files)
empty = os.path.join(files, "empty")
open(empty, "w").close()
# Executors in waiting reach what is there, in the home of a user but for what begins with a dot.
output = os.path.join(files, "output")
storage = f'executor.storage = ["{work}", "{files}"]'


class Client:
    """Speaks to one node, over one connection."""

    def __init__(self, address, token):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(address).netloc)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, body=None, kind="application/json"):
        self.connection.request(method, path, body, self.headers | {"Content-Type": kind})
        response = self.connection.getresponse()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {response.read().decode()}")
        return response

    def upload(self, folder):
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, _, files in os.walk(folder):
                for file in files:
                    archive.write(os.path.join(path, file), os.path.relpath(os.path.join(path, file), folder))
        return json.load(self.ask("POST", "/v1/packages", package.getvalue(), "application/zip"))["digest"]

    def run(self, package, source):
        """Milliseconds of a job: for the client, and by the master's clock."""
        shutil.rmtree(output, ignore_errors=True)
        submission = json.dumps({"package": package, "assembly": "WordCount.dll", "inputs": [source], "output": output})
        begun = time.perf_counter()
        name = json.load(self.ask("POST", "/v1/jobs", submission))["id"]
        events = self.ask("GET", f"/v1/jobs/{name}/events")
        for line in events:
            if line.strip() == b"event: end":
                break
        seen = time.perf_counter() - begun
        events.read()
        details = json.load(self.ask("GET", f"/v1/jobs/{name}"))
        if details["phase"] != "succeeded":
            raise SystemExit(f"The job ended as {details['phase']}: {details.get('failure')}")
        start, end = (datetime.datetime.fromisoformat(details[moment]) for moment in ("submitted", "ended"))
        return seen * 1000, (end - start).total_seconds() * 1000


def told(times):
    return f"{statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})"


up = subprocess.run([mr, "cluster", "up", "--folder", cluster, "--nodes", "3", "--slots", "1", "--set", storage, "--json"], check=True, capture_output=True, text=True)
medians = {}
try:
    with open(f"{cluster}/token") as file:
        client = Client(json.loads(up.stdout)["nodes"][0]["http"], file.read().strip())
    package = client.upload(job)
    for name, source in (("empty job", empty), ("W6", f"{work}/data/small")):
        client.run(package, source)
        for pause in (1, 0):
            times = []
            for _ in range(reps):
                time.sleep(pause)
                times.append(client.run(package, source))
            seen, own = zip(*times)
            if pause:
                medians[name] = statistics.median(seen)
            print(f"{name}, {'a second apart' if pause else 'at once'}: {told(seen)} from the submission until the client hears of the end, {told(own)} by the master's clock; medians of {reps}")
finally:
    subprocess.run([mr, "cluster", "down", "--cluster", cluster], check=True, capture_output=True)
    shutil.rmtree(state)
passed = all(median <= goals[name] for name, median in medians.items())
print(f"latency: {', '.join(f'{name} {median:.0f} ms' for name, median in medians.items())} ({', '.join(f'{goal} ms' for goal in goals.values())}) {'pass' if passed else 'missed'}")
sys.exit(0 if passed else 1)
