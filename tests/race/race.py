#!/usr/bin/env python3
"""race.py [--work DIR] [--reps N] [--timeout S] [--ours 'W1=COMMAND'] ... [--most [W1=]RATIO] ... [--name NAME] WORKLOAD[:peer,peer] ...

Runs the peers of each workload in turn, round after round, and prints for each the median wall and CPU seconds, the peak memory of its
process tree, the ratio to the first peer, and whether its output equals that peer's. `--ours` adds a contestant named 'ours', or 'NAME' if
it is given as 'W1/NAME=COMMAND'; in a command {D} is the data folder and {O} the output file (or folder: then its files are concatenated in name order).
W5's lines are compared after sorting.

`--most` is the greatest ratio that a contestant of ours may have: '1.35' for all of them, 'W1=1.3' for 'ours', 'W1/NAME=4' for another. The last line tells
the ratios of ours, and whether the race is passed: every command ended well, all outputs are the same, and no ratio is greater than it may be. If not, it
says what is wrong, and the exit code is 1."""
import argparse, collections, glob, hashlib, os, shutil, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, 'peers')

def contestants(work):
    duck = f'DUCK_DIR={work}/duck node {PEERS}/duck.mjs'
    plinq = f'dotnet {work}/bin/plinq/peer.dll'
    dask = f'python3 {PEERS}/dask_peer.py'
    words = lambda files: {
        'cpp': f'{work}/bin/wc_tuned {{O}} {files}', 'duckdb': f'{duck} wc {{O}} {files}', 'plinq': f'{plinq} wcagg {{O}} {files}',
        'mawk': f'{PEERS}/wc_mawk.sh {{O}} {files}', 'parallel': f'{PEERS}/wc_parallel.sh {{O}} {files}',
        'coreutils': f'{PEERS}/wc_coreutils.sh {{O}} {files}', 'dask': f'{dask} wccnt cluster {{O}} {files}'}
    logs, recs, docs, text = '{D}/w2.log', '{D}/w3.dat', '{D}/idx/*.txt', '{D}/w1.txt'
    return {
        'W1': words(text), 'W1b': words('{D}/w1b.txt'), 'W6': words('{D}/small/*.txt'),
        'W2': {'cpp': f'{work}/bin/tuned logs {{O}} {logs}', 'duckdb': f'{duck} logs {{O}} {logs}', 'plinq': f'{plinq} logs {{O}} {logs}',
               'mawk': f'{PEERS}/logs_awk.sh {{O}} {logs}', 'parallel': f'{PEERS}/logs_parallel.sh {{O}} {logs}', 'dask': f'{dask} logs cluster {{O}} {logs}'},
        'W3': {'cpp': f'{work}/bin/tuned sort {{O}} {recs}', 'duckdb': f'{duck} sort {{O}} {recs}', 'plinq': f'{plinq} sort {{O}} {recs}',
               'coreutils': f'{PEERS}/sort_coreutils.sh {{O}} {recs}'},
        'W4': {'cpp': f'{work}/bin/tuned index {{O}} {docs}', 'duckdb': f'{duck} index {{O}} {docs}', 'plinq': f'{plinq} index {{O}} {docs}',
               'coreutils': f'{PEERS}/index_coreutils.sh {{O}} {docs}', 'dask': f'{dask} index cluster {{O}} {docs}'},
        'W5': {'rg': f'{PEERS}/grep.sh rg {{O}} {text}', 'rg2': f'{PEERS}/grep.sh par {{O}} {text}', 'grep': f'{PEERS}/grep.sh grep {{O}} {text}',
               'duckdb': f'{duck} grep {{O}} {text}', 'plinq': f'{plinq} grep {{O}} {text}'},
    }

def tree_memory(session):
    total = 0
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            stat = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
            if int(stat[3]) != session: continue
            total += sum(int(l.split()[1]) for l in open(f'/proc/{pid}/status') if l.startswith(('RssAnon:', 'RssShmem:')))
        except (OSError, IndexError): pass
    return total // 1024

def digest(path, sort_lines):
    if not os.path.exists(path): return None
    files = sorted(f for f in glob.glob(path + '/**', recursive=True) if os.path.isfile(f) and not os.path.basename(f).startswith(('_', '.'))) if os.path.isdir(path) else [path]
    cat = subprocess.Popen(['cat', *files], stdout=subprocess.PIPE)
    source = cat.stdout
    if sort_lines: source = subprocess.Popen(['sort'], env=dict(os.environ, LC_ALL='C'), stdin=cat.stdout, stdout=subprocess.PIPE).stdout
    h = hashlib.md5()
    while block := source.read(1 << 22): h.update(block)
    return h.hexdigest()

def run(workload, name, command, work, timeout):
    out = f'{work}/out-{workload}-{name}'
    shutil.rmtree(out, ignore_errors=True)
    if os.path.exists(out): os.remove(out)
    command = command.replace('{D}', f'{work}/data').replace('{O}', out)
    log = open(f'{work}/{workload}-{name}.log', 'w')
    start = time.monotonic()
    p = subprocess.Popen(['sh', '-c', command], stdout=log, stderr=log, start_new_session=True)
    peak, step, timed_out = 0, 0.01, False
    while True:
        pid, status, usage = os.wait4(p.pid, os.WNOHANG)
        if pid: break
        peak = max(peak, tree_memory(p.pid)); time.sleep(step); step = min(0.1, step * 1.3)
        if time.monotonic() - start > timeout:
            os.killpg(p.pid, 9); timed_out = True; _, status, usage = os.wait4(p.pid, 0); break
    wall = time.monotonic() - start
    d = None if timed_out else digest(out, workload == 'W5')
    shutil.rmtree(out, ignore_errors=True)
    if os.path.exists(out): os.remove(out)
    return wall, usage.ru_utime + usage.ru_stime, peak, 'timeout' if timed_out else os.waitstatus_to_exitcode(status), d

def outcome(rows, expected):
    """What a contestant's runs made: the same as expected, nothing, or something else."""
    if any(r[4] is None for r in rows): return 'none'
    return 'same' if all(r[4] == expected for r in rows) else 'DIFFERENT'

def limit(most, workload, name):
    """The greatest ratio of a contestant of ours; none where it is not judged."""
    return most.get(f'{workload}/{name}', most.get('') if name != 'ours' else most.get(workload, most.get('')))

def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--work', default=os.environ.get('BENCH_WORK', os.path.expanduser('~/.cache/mapreduce-bench')))
    a.add_argument('--reps', type=int, default=3); a.add_argument('--timeout', type=float, default=300)
    a.add_argument('--ours', action='append', default=[]); a.add_argument('--most', action='append', default=[])
    a.add_argument('--name', default='race'); a.add_argument('workloads', nargs='+')
    o = a.parse_args()
    table, ours = contestants(o.work), collections.defaultdict(list)
    for extra in o.ours:
        spec, command = extra.split('=', 1); w, _, name = spec.partition('/'); table[w][name or 'ours'] = command
        ours[w].append(name or 'ours')
    most = {spec: float(ratio) for spec, _, ratio in (m.rpartition('=') for m in o.most)}
    ratios, faults = [], []
    for spec in o.workloads:
        w, _, chosen = spec.partition(':')
        names = chosen.split(',') if chosen else list(table[w])
        names += [n for n in ours[w] if n not in names]
        base = names[0]
        rows = collections.defaultdict(list)
        for _ in range(o.reps):
            for n in names: rows[n].append(run(w, n, table[w][n], o.work, o.timeout))
        wall = {n: statistics.median(r[0] for r in rows[n]) for n in names}
        print(f'{w}: median of {o.reps}, load {os.getloadavg()[0]:.1f}, ratio to {base}')
        for n in sorted(names, key=wall.get):
            rs, ratio = rows[n], wall[n] / wall[base]
            output, exits = outcome(rs, rows[base][0][4]), sorted({str(r[3]) for r in rs})
            print(f'  {n:10} wall {wall[n]:7.2f} [{min(r[0] for r in rs):.2f}-{max(r[0] for r in rs):.2f}]  cpu {statistics.median(r[1] for r in rs):7.2f}  peak {max(r[2] for r in rs):6d} MB  x{ratio:6.2f}  exit {exits}  output {output}')
            if exits != ['0']: faults.append(f'{w} {n} ended with {", ".join(exits)}')
            if output != 'same': faults.append(f'{w} {n} has {"no output" if output == "none" else "another output"}')
            if n == base or n not in ours[w]: continue
            ratios.append(f'{w} {n} x{ratio:.2f}')
            if (greatest := limit(most, w, n)) and ratio > greatest: faults.append(f'{w} {n} is slower than x{greatest:g}')
        sys.stdout.flush()
    goal = 'the same bytes' + ''.join(f', {spec + " " if spec else ""}at most x{ratio:g}' for spec, ratio in most.items())
    print(f'{o.name}: {", ".join(ratios + faults)} ({goal}) {"missed" if faults else "pass"}')
    return 1 if faults else 0

sys.exit(main())
