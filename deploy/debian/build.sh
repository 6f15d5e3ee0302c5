#!/bin/sh
# build.sh OUT [FOLDER]: makes OUT/mapreduce_VERSION_ARCHITECTURE.deb, of a folder that deploy/pack.sh has published, or of one that it publishes itself.
# Needs dpkg-deb, gzip and the .NET SDK.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) runtime=linux-x64 ;;
  arm64) runtime=linux-arm64 ;;
  *) echo "There is no .NET for $architecture here. Build on amd64 or arm64." >&2; exit 1 ;;
esac
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/usr/lib" "$tree/usr/bin" "$tree/usr/share/man/man1" "$tree/usr/share/doc/mapreduce" "$tree/etc/mapreduce" "$tree/lib/systemd/system" "$tree/DEBIAN"
if [ $# -gt 1 ]; then cp -r "$2" "$tree/usr/lib/mapreduce"; else dotnet publish "$root/src/MapReduce.Cli" -p:PublishProfile=self-contained -r "$runtime" -o "$tree/usr/lib/mapreduce" -v quiet --nologo; fi
ln -s ../lib/mapreduce/mr "$tree/usr/bin/mr"
cp "$root"/hocon/*.conf "$tree/usr/share/doc/mapreduce/"
cp "$root/LICENSE" "$tree/usr/share/doc/mapreduce/copyright"
gzip -9nc "$root/CHANGELOG.md" > "$tree/usr/share/doc/mapreduce/changelog.gz"
sh "$here/manual.sh" "$root/README.md" "$version" | gzip -9n > "$tree/usr/share/man/man1/mr.1.gz"
cp "$here/node.conf" "$tree/etc/mapreduce/"
cp "$root"/deploy/systemd/*.service "$tree/lib/systemd/system/"
# The completion for bash, where this version of the program writes one.
if "$tree/usr/lib/mapreduce/mr" completion bash > "$work/completion" 2>/dev/null; then
  install -D -m 0644 "$work/completion" "$tree/usr/share/bash-completion/completions/mr"
fi
find "$tree" -type d -exec chmod 0755 {} +
find "$tree" -type f -exec chmod 0644 {} +
chmod 0755 "$tree/usr/lib/mapreduce/mr"
[ ! -e "$tree/usr/lib/mapreduce/createdump" ] || chmod 0755 "$tree/usr/lib/mapreduce/createdump"
install -m 0755 "$here/postinst" "$here/prerm" "$here/postrm" "$tree/DEBIAN/"
echo /etc/mapreduce/node.conf > "$tree/DEBIAN/conffiles"
cat > "$tree/DEBIAN/control" <<EOF
Package: mapreduce
Version: $version
Architecture: $architecture
Maintainer: The MapReduce for .NET authors
Section: science
Priority: optional
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: libc6, libgcc-s1, libstdc++6, libssl3 | libssl3t64, passwd
Recommends: ca-certificates
Description: MapReduce jobs written in C#, in one process or on a cluster
 The program mr, with the runtime that it needs: runs jobs, submits them to a
 cluster, and runs the nodes of clusters. Jobs are .NET class libraries; to
 build them the .NET SDK is needed, to run them it is not.
EOF
dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/mapreduce_${version}_$architecture.deb"
