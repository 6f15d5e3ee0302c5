#!/bin/sh
# cluster.sh [REPS] [WORKLOAD...]: races a cluster of three nodes with one slot each against `mr run` with three slots, on the same data. It may
# take 1.35 times as long. Needs the data that setup.sh makes, and the programs that ours.sh publishes.
set -e
B=$(cd "$(dirname "$0")" && pwd)
W=${BENCH_WORK:-$HOME/.cache/mapreduce-bench}
REPS=${1:-5}
[ $# -gt 0 ] && shift
STATE=$(mktemp -d)
# Beside programs, as beside all that jobs may not write, executors in waiting do not reach an output that is new: nobody installs mr among data.
cp -r "$W/ours/mr" "$STATE/mr"
"$STATE/mr/mr" cluster up --folder "$STATE/cluster" --nodes 3 --slots 1 --set "executor.storage = [\"$W\"]"
trap '"$STATE/mr/mr" cluster down --cluster "$STATE/cluster"; rm -rf "$STATE"' EXIT
alone() { echo "$W/ours/mr/mr run $W/ours/$1/$1.dll --slots 3 -q --output {O} --input {D}/$2"; }
nodes() { echo "$W/ours/mr/mr submit $W/ours/$1/$1.dll --cluster $STATE/cluster -q --output {O} --input {D}/$2"; }
python3 "$B/race.py" --work "$W" --reps "$REPS" --name cluster-race --most 1.35 \
  --ours "W1/local=$(alone WordCount w1.txt) -- --sorted" --ours "W1/cluster=$(nodes WordCount w1.txt) -- --sorted" \
  --ours "W1b/local=$(alone WordCount w1b.txt) -- --sorted" --ours "W1b/cluster=$(nodes WordCount w1b.txt) -- --sorted" \
  --ours "W2/local=$(alone WebLog w2.log)" --ours "W2/cluster=$(nodes WebLog w2.log)" \
  --ours "W3/local=$(alone Sort w3.dat) -- --record 100" --ours "W3/cluster=$(nodes Sort w3.dat) -- --record 100" \
  --ours "W4/local=$(alone InvertedIndex idx) -- --stem --sorted" --ours "W4/cluster=$(nodes InvertedIndex idx) -- --stem --sorted" \
  --ours "W5/local=$(alone Grep w1.txt) -- --lines --pattern '(^| )[qz][a-z][a-z]j[a-z]*[xk]q( |\$)'" \
  --ours "W5/cluster=$(nodes Grep w1.txt) -- --lines --pattern '(^| )[qz][a-z][a-z]j[a-z]*[xk]q( |\$)'" \
  ${@:-W1:local W1b:local W2:local W3:local W4:local W5:local}
