#!/bin/sh
# image.sh ARCHIVE: makes the image of a node as an archive that docker load, podman load and skopeo read, without a container engine.
# The base is that of the .NET SDK, from its registry; with MAPREDUCE_BASE=debootstrap it is a small Debian made here, from the mirror that apt uses, and
# with MAPREDUCE_BASE=FOLDER a root that is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$(dirname "$1")"
archive=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
set -- publish "$root/src/MapReduce.Cli" -p:PublishProfile=container -t:PublishContainer -p:ContainerArchiveOutputPath="$archive" -v quiet --nologo
[ -n "${MAPREDUCE_BASE:-}" ] || exec dotnet "$@"

work=$(mktemp -d)
trap 'exec 9>&- ; rm -rf "$work"' EXIT
if [ "$MAPREDUCE_BASE" = debootstrap ]; then sh "$here/../root.sh" "$work/root" ca-certificates,libssl3,libstdc++6,libgcc-s1; else cp -a "$MAPREDUCE_BASE" "$work/root"; fi
mkdir -p "$work/root/var/lib/mapreduce"
chown 10001:10001 "$work/root/var/lib/mapreduce"
tar -C "$work/root" --exclude ./proc/* --exclude ./sys/* -czf "$work/base.tar.gz" .
mkfifo "$work/life" "$work/port"
python3 "$here/registry.py" "$work/base.tar.gz" < "$work/life" > "$work/port" &
exec 9> "$work/life"
read -r port < "$work/port"
export DOTNET_CONTAINER_INSECURE_REGISTRIES="localhost:$port"
dotnet "$@" -p:ContainerBaseImage="localhost:$port/base:1"
