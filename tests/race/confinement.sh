#!/bin/sh
# confinement.sh [ROUNDS]: what it costs to confine executors, beside nodes that do not: of W1 to W5 and of an empty job as is the default, and of an empty job where each job gets executors of its own.
# Needs the data that setup.sh makes, and the programs that publish.sh publishes.
B=$(cd "$(dirname "$0")" && pwd)
ROUNDS=${1:-15}
code=0
against() { "$B/paired.py" --rounds "$ROUNDS" --name "confinement, $1" --off "executor.isolation = none" --on "executor.isolation = $1" --most 3 --most-empty "$2" $3 || code=1; }
against standard 10 "W1 W2 W3 W4 W5 empty"
against strict 100 empty
exit $code
