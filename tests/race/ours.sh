#!/bin/sh
# ours.sh [REPS] [WORKLOAD...]: publishes mr and the jobs of this checkout and races them against the peers that setup.sh installed. The greatest ratios are the goals of
# docs/performance.md beside the first peer of each workload.
set -e
B=$(cd "$(dirname "$0")" && pwd)
W=${BENCH_WORK:-$HOME/.cache/mapreduce-bench}
REPS=${1:-5}
[ $# -gt 0 ] && shift
"$B/publish.sh"
run() { echo "$W/ours/mr/mr run $W/ours/$1/$1.dll --slots 2 -q --output {O} --input {D}/$2"; }
exec python3 "$B/race.py" --work "$W" --reps "$REPS" \
  --ours "W1=$(run WordCount w1.txt) -- --sorted" \
  --ours "W1/strings=$(run StringWords w1.txt)" \
  --ours "W1b=$(run WordCount w1b.txt) -- --sorted" \
  --ours "W2=$(run WebLog w2.log)" \
  --ours "W3=$(run Sort w3.dat) -- --record 100" \
  --ours "W3/ours256=$(run Sort w3.dat) --memory 256MiB -- --record 100" \
  --ours "W4=$(run InvertedIndex idx) -- --stem --sorted" \
  --ours "W5=$(run Grep w1.txt) -- --lines --pattern '(^| )[qz][a-z][a-z]j[a-z]*[xk]q( |\$)'" \
  --ours "W6=$(run WordCount small) -- --sorted" \
  --most W1=1.3 --most W1/strings=4 --most W1b=1.3 --most W2=2 --most W3=1.6 --most W3/ours256=3 --most W4=1.5 --most W5=1 \
  ${@:-W1:cpp,duckdb,plinq W1b:cpp,duckdb W2:cpp,duckdb,plinq W3:cpp,duckdb,coreutils W4:cpp,duckdb,coreutils W5:rg,rg2,grep W6:cpp,duckdb}
