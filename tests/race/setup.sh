#!/bin/sh
# setup.sh [WORK]: installs the peers, builds the baselines and writes the seeded data (about 4.5 GiB) into WORK.
set -e
B=$(cd "$(dirname "$0")" && pwd)
W=${1:-${BENCH_WORK:-$HOME/.cache/mapreduce-bench}}
mkdir -p "$W/bin" "$W/duck" "$W/data"
apt-get update -qq
apt-get install -y -qq gawk mawk parallel ripgrep python3-dask python3-distributed >/dev/null
(cd "$W/duck" && [ -d node_modules/@duckdb/node-api ] || npm install --silent @duckdb/node-api)
g++ -O3 -march=native -std=c++17 -pthread -o "$W/bin/wc_tuned" "$B/wc_tuned.cpp"
g++ -O3 -march=native -std=c++17 -pthread -o "$W/bin/tuned" "$B/tuned.cpp"
mkdir -p "$W/dotnet" && cp -r "$B/peers/dotnet/." "$W/dotnet/"
dotnet build -c Release -o "$W/bin/plinq" "$W/dotnet/peer.csproj" -v q --nologo >/dev/null
[ -f "$W/data/w3.dat" ] || sh "$B/gen.sh" "$W/data"
echo "ready: $W"
