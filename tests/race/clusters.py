"""Clusters of three nodes with one slot each that stand side by side, so that what a setting costs can be told from paired runs."""
import datetime
import json
import math
import os
import shutil
import statistics
import subprocess

# The 97.5 % quantiles of Student's t by degrees of freedom.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086]


def status(process):
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()


class Cluster:
    """A cluster in a folder of its own. Its jobs may use the given places."""

    def __init__(self, mr, folder, places, settings=()):
        self.mr, self.folder, self.environment = mr, folder, dict(os.environ)
        words = [mr, "cluster", "up", "--folder", folder, "--nodes", "3", "--slots", "1", "--json", "--set", f"executor.storage = {json.dumps(places)}"]
        for setting in settings:
            words += ["--set", setting]
        self.nodes = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["nodes"]

    def token(self):
        with open(f"{self.folder}/token") as file:
            return file.read().strip()

    def processor(self):
        """The processor time of the nodes, of their executors that have ended, and of those that live."""
        ticks, own = 0, {node["process"] for node in self.nodes}
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

    def run(self, job, output, *words):
        """The seconds of a job by the cluster's own clock, and those of processors. What was at the output is gone."""
        before = self.processor()
        shutil.rmtree(output, ignore_errors=True)
        run = subprocess.run([self.mr, "submit", job, "--cluster", self.folder, "--json", "--output", output, *words], check=True, capture_output=True, text=True, env=self.environment)
        details = json.loads(run.stdout)
        start, end = (datetime.datetime.fromisoformat(details[moment]) for moment in ("submitted", "ended"))
        return (end - start).total_seconds(), self.processor() - before

    def down(self):
        subprocess.run([self.mr, "cluster", "down", "--cluster", self.folder], capture_output=True)


def cost(ratios):
    """What the second of each pair costs, in percent: the mean of the ratios with its 95 % confidence interval, by Student's t over their logarithms."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.mean(logs)
    half = (T[len(logs) - 2] if len(logs) - 2 < len(T) else 1.96) * statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    return tuple(100 * math.expm1(min(value, 9)) for value in (mean, mean - half, mean + half))
