#!/bin/sh
# encryption.sh [REPS]: what it costs to encrypt data on disks: sort of 1 GiB on two clusters of three nodes with one slot each, in turns, one of which encrypts. The bytes are the same, and it may take
# 1.1 times as long. Needs the data that setup.sh makes, and the programs that ours.sh publishes.
set -e
B=$(cd "$(dirname "$0")" && pwd)
W=${BENCH_WORK:-$HOME/.cache/mapreduce-bench}
REPS=${1:-15}
MR=$W/ours/mr/mr
STATE=$(mktemp -d)
trap 'for name in plain encrypted; do "$MR" cluster down --cluster "$STATE/$name" || true; done; rm -rf "$STATE"' EXIT
up() { "$MR" cluster up --folder "$STATE/$1" --nodes 3 --slots 1 --set "executor.storage = [\"$W\"]" --set "storage.encryption = $2"; }
up plain off
up encrypted on
job() { echo "$MR submit $W/ours/Sort/Sort.dll --cluster $STATE/$1 -q --output {O} --input {D}/w3.dat -- --record 100"; }
python3 "$B/race.py" --work "$W" --reps "$REPS" --name encryption --most W3/encrypted=1.1 --ours "W3/plain=$(job plain)" --ours "W3/encrypted=$(job encrypted)" W3:plain
