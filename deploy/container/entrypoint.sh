#!/bin/sh
# The first process of a container: writes the node's settings from the environment, and becomes the node.
#
#   MAPREDUCE_NAME    the node's name; by default the container's host name
#   MAPREDUCE_HOST    the name that other nodes reach it at; by default its name
#   MAPREDUCE_SEEDS   the nodes that may found the cluster, as host:port with spaces between them
#   MAPREDUCE_NAMES   further names under which the API is called, with spaces between them
#   MAPREDUCE_ROLES   master, worker, or both; by default both
#   MAPREDUCE_CONFIG  files with further settings, with spaces between them
#
# Secrets are files: /run/secrets/token, and for hosts beyond loopback /run/secrets/authority.pem, certificate.pem and key.pem; MAPREDUCE_SECRETS
# names another folder. In it journal.conf, if it is there, says how to reach the journal's database, and users.json who may call beside the owner of
# the token, as it is when the container starts.
# With arguments it runs mr with those instead.
set -eu
[ $# -eq 0 ] || exec mr "$@"
name=${MAPREDUCE_NAME:-$(hostname)}
host=${MAPREDUCE_HOST:-$name}
secrets=${MAPREDUCE_SECRETS:-/run/secrets}
list() { for word in $1; do printf '"%s", ' "$word"; done; }
settings=$(mktemp -d)
# What is mounted may be readable for others than its owner, who is another user; the node insists.
umask 077
cp "$secrets/token" "$settings/token"
{
  cat <<EOF
mapreduce {
  node { name = "$name", host = "$host", folder = "${MAPREDUCE_FOLDER:-/var/lib/mapreduce}", roles = [$(list "${MAPREDUCE_ROLES:-master worker}" | sed 's/, $//')] }
  cluster.seeds = [$(list "${MAPREDUCE_SEEDS:-}" | sed 's/, $//')]
  http { token-file = "$settings/token", names = [$(list "${MAPREDUCE_NAMES:-}" | sed 's/, $//')] }
  log.format = json
}
EOF
  if [ -e "$secrets/certificate.pem" ]; then
    for file in authority.pem certificate.pem key.pem; do cp "$secrets/$file" "$settings/$file"; done
    echo "mapreduce.tls { authority = \"$settings/authority.pem\", certificate = \"$settings/certificate.pem\", key = \"$settings/key.pem\" }"
  fi
  if [ -e "$secrets/users.json" ]; then
    cp "$secrets/users.json" "$settings/users.json"
    echo "mapreduce.http.users-file = \"$settings/users.json\""
  fi
} > "$settings/node.conf"
set -- --config "$settings/node.conf"
[ ! -e "$secrets/journal.conf" ] || set -- "$@" --config "$secrets/journal.conf"
for file in ${MAPREDUCE_CONFIG:-}; do set -- "$@" --config "$file"; done
# The settings for a network come with the package, or with the program.
for lan in "$(dirname "$0")/lan.conf" /usr/share/doc/mapreduce/lan.conf; do
  [ ! -e "$lan" ] || exec mr node start --config "$lan" "$@"
done
echo "The image has no lan.conf." >&2
exit 6
