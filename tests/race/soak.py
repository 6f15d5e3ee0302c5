#!/usr/bin/env python3
"""soak.py [--work DIR] [--gib N]: counts the words of N GiB of text and sorts N GiB of records, with 256 MiB of memory a slot and two slots,
and compares with the same at 1 GiB. Prints throughput and peak resident memory, which has to stay below 1 GiB, and ends with the line of the check. Needs what ours.sh has published, and 3 N GiB of disk."""
import argparse, os, shutil, subprocess, time


def status(pid):
    try:
        with open(f'/proc/{pid}/status') as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith('VmHWM')), 0)
    except OSError:
        return 0


def run(command):
    start, peak = time.monotonic(), 0
    process = subprocess.Popen(command)
    while process.poll() is None:
        peak = max(peak, status(process.pid))
        time.sleep(0.1)
    assert process.returncode == 0, f'{command} ended with {process.returncode}'
    return time.monotonic() - start, peak / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default=os.environ.get('BENCH_WORK', os.path.expanduser('~/.cache/mapreduce-bench')))
    parser.add_argument('--gib', type=int, default=10)
    options = parser.parse_args()
    highest = 0
    ours = f'{options.work}/ours'
    for kind, job, more in (('text', 'WordCount', []), ('records', 'Sort', ['--', '--record', '100'])):
        rates = []
        for size in (1, options.gib):
            data, output = f'{options.work}/soak-{kind}', f'{options.work}/soak-out'
            subprocess.run([f'{ours}/mr/mr', 'generate', kind, '--size', f'{size}GiB', '--output', data, '--overwrite'], check=True)
            seconds, peak = run([f'{ours}/mr/mr', 'run', f'{ours}/{job}/{job}.dll', '--slots', '2', '--memory', '256MiB', '-q', '--input', data, '--output', output, '--overwrite', *more])
            if kind == 'records': subprocess.run([f'{ours}/mr/mr', 'validate', 'sort', output, '--input', data], check=True)
            highest = max(highest, peak)
            rates.append(os.path.getsize(data) / seconds)
            print(f'{job:10} {size:3} GiB  {seconds:6.1f} s  {rates[-1] / 1e6:4.0f} MB/s  peak {peak:5.0f} MiB  {rates[-1] / rates[0]:4.0%} of the speed at 1 GiB', flush=True)
            shutil.rmtree(output)
            os.remove(data)
    print(f'memory: {highest:.0f} MiB (1024 MiB) {"pass" if highest <= 1024 else "missed"}')
    raise SystemExit(0 if highest <= 1024 else 1)


main()
