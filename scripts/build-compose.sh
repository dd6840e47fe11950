#!/usr/bin/env bash
# Builds Docker Compose for tests into DIR/bin, from its Go module: Debian has only its first version. What is there in this version is not
# built again. Usage: scripts/build-compose.sh DIR. Needs Go 1.26, or 1.21 that may fetch it.
set -euo pipefail

COMPOSE=v2.40.3

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1/bin" "$1/compose"
dir="$(cd "$1" && pwd)"
made="compose $COMPOSE"
[ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] && [ -x "$dir/bin/docker-compose" ] && exit 0
rm -f "$dir/made"
command -v go >/dev/null || { echo 'Go is needed to build Docker Compose, and there is none.' >&2; exit 1; }

# Objects of the compiler are many times the program, and of no use after.
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOCACHE="$dir/objects"
cd "$dir/compose"
rm -f go.mod go.sum
go mod init compose-for-tests 2>/dev/null
go mod edit -require "github.com/docker/compose/v2@$COMPOSE"
go build -trimpath -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$COMPOSE" \
  -o "$dir/bin/docker-compose" github.com/docker/compose/v2/cmd

rm -rf "$GOCACHE"
echo "$made" >"$dir/made"
echo "built in ${SECONDS}s"
