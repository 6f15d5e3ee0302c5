#!/usr/bin/env bash
# newcomer.sh: the five commands of the tutorial, as it has them, in a fresh clone: two to the first result of a cluster, three more to a job of one's own on a cluster. Once with
# no NuGet packages on the machine, and once with those that the first time has left. Takes what is committed. Ends with the line of the check.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
down() { [ ! -e "${MAPREDUCE_CLUSTER:-$work/none}/cluster.json" ] || ./mr cluster down > /dev/null || true; }
trap 'down; rm -rf "$work"' EXIT
# The blocks of the two headings that name the commands.
mapfile -t commands < <(awk '/^## Change it/ { exit } /^```sh/ { block = 1; next } /^```/ { block = 0 } block' "$root/docs/tutorial.md")
[ ${#commands[@]} -eq 5 ] || { echo "The tutorial has ${#commands[@]} commands up to the reader's own job." >&2; exit 1; }
export NUGET_PACKAGES=$work/packages NUGET_HTTP_CACHE_PATH=$work/cache MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

declare -A first own
for packages in none there; do
  mkdir "$work/$packages"
  cd "$work/$packages"
  export MAPREDUCE_CLUSTER=$work/$packages/cluster
  begun=$(date +%s%N)
  for number in "${!commands[@]}"; do
    command=${commands[$number]/REPOSITORY/$root}
    before=$(date +%s%N)
    eval "$command" >&2
    printf '%8.1f s  packages %-5s  %s\n' "$(( ($(date +%s%N) - before) / 100000000 ))e-1" "$packages" "$command" >&2
    [ "$number" -ne 1 ] || first[$packages]=$(( ($(date +%s%N) - begun) / 1000000000 ))
  done
  own[$packages]=$(( ($(date +%s%N) - begun) / 1000000000 ))
  for output in words views; do [ -s "out/$output/part-00000" ] || { echo "The commands have made no out/$output." >&2; exit 1; }; done
  down
done
echo "newcomer: ${first[none]} s to the first result and ${own[none]} s to a job of one's own without packages, ${first[there]} s and ${own[there]} s with them (five commands that work) pass"
