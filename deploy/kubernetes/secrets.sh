#!/bin/sh
# secrets.sh NAMESPACE CONNECTION [NODES]: makes the token, the certificates and the way to the journal's database, as Secrets of a namespace.
# Needs mr and kubectl. The authority's key stays in ./certificates: keep it, certificates of further nodes are made with it.
#   deploy/kubernetes/secrets.sh mapreduce "Host=database;Database=mapreduce;Username=mapreduce;Password=..." 3
set -eu
[ $# -ge 2 ] || { echo "Which namespace, and which database? secrets.sh NAMESPACE CONNECTION [NODES]" >&2; exit 2; }
namespace=$1
hosts="--host mapreduce --host mapreduce.$namespace.svc --host localhost"
node=0
while [ "$node" -lt "${3:-3}" ]; do
  hosts="$hosts --host mapreduce-$node.mapreduce-nodes"
  node=$((node + 1))
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077
# shellcheck disable=SC2086
mr certificate create mapreduce $hosts
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$work/token"
printf 'mapreduce.journal { provider = postgresql, connection = "%s" }\n' "$2" > "$work/journal.conf"
apply() { kubectl create secret generic "$@" --namespace "$namespace" --dry-run=client --output yaml | kubectl apply --filename -; }
# A token that is there stays: running nodes know each other by it.
kubectl get secret mapreduce-token --namespace "$namespace" >/dev/null 2>&1 || apply mapreduce-token --from-file=token="$work/token"
apply mapreduce-certificates --from-file=authority.pem=certificates/authority.pem --from-file=certificate.pem=certificates/mapreduce.pem --from-file=key.pem=certificates/mapreduce.key
apply mapreduce-journal --from-file=journal.conf="$work/journal.conf"
