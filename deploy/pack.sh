#!/bin/sh
# pack.sh OUT: makes everything that is given away: NuGet packages with their symbols and the tool in OUT/nuget, mr as a folder of its own in OUT/mr and as an
# archive, and the Debian package. Needs the .NET SDK, tar, and dpkg-deb for the last.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
[ $# -eq 1 ] || { echo "Where to? deploy/pack.sh OUT" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$root"
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
case $(uname -sm) in
  "Linux x86_64") runtime=linux-x64 ;;
  "Linux aarch64") runtime=linux-arm64 ;;
  "Darwin arm64") runtime=osx-arm64 ;;
  *) runtime=osx-x64 ;;
esac
# Debuggers find the sources of a package by its repository. One that is built from a copy that knows of none that others can reach carries them with it.
case $(git config --get remote.origin.url) in
  http://* | https://* | ssh://* | *@*:*) sources=-p:ContinuousIntegrationBuild=true ;;
  *) sources=-p:EmbedAllSources=true ;;
esac
rm -rf "$out/nuget" "$out/mr"
for project in Sdk Storage Engine Protocol Coordination Local Testing Api Postgres Cli; do
  [ ! -f "src/MapReduce.$project/MapReduce.$project.csproj" ] || dotnet pack "src/MapReduce.$project" -c Release "$sources" -o "$out/nuget" -v quiet --nologo
done
[ ! -f templates/MapReduce.Templates.csproj ] || dotnet pack templates/MapReduce.Templates.csproj -c Release -o "$out/nuget" -v quiet --nologo
dotnet publish src/MapReduce.Cli -p:PublishProfile=self-contained -r $runtime -o "$out/mr" -v quiet --nologo
tar -C "$out" --transform "s:^mr:mr-$version:" -czf "$out/mr-$version-$runtime.tar.gz" mr
if command -v dpkg-deb >/dev/null; then sh "$here/debian/build.sh" "$out" "$out/mr"; else echo "There is no dpkg-deb here, so no Debian package is made." >&2; fi
ls -l "$out" "$out/nuget"
