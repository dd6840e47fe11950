#!/usr/bin/env bash
# Builds the controller of Kueue for tests into DIR/bin, with its objects for a cluster in DIR/objects: a registry has images only.
# Usage: scripts/build-kueue.sh DIR. What is there in this version is not built again. Needs Go 1.26, or 1.21 that may fetch it.
set -euo pipefail

KUEUE=v0.17.0

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1/bin" "$1/kueue"
dir="$(cd "$1" && pwd)"
made="kueue $KUEUE"
[ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] && [ -x "$dir/bin/kueue" ] && exit 0
rm -rf "$dir/made" "$dir/objects"
command -v go >/dev/null || { echo 'Go is needed to build Kueue, and there is none.' >&2; exit 1; }

# Files of the compiler are many times the program, and of no use after.
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOCACHE="$dir/compiled"
cd "$dir/kueue"
rm -f go.mod go.sum
go mod init kueue-for-tests 2>/dev/null
go mod edit -require "sigs.k8s.io/kueue@$KUEUE"
go build -trimpath -ldflags "-s -w -X sigs.k8s.io/kueue/pkg/version.GitVersion=$KUEUE" -o "$dir/bin/kueue" sigs.k8s.io/kueue/cmd/kueue

# With -json, an error too is only in the answer.
answer="$(go mod download -json "sigs.k8s.io/kueue@$KUEUE")" || { echo "$answer" >&2; exit 1; }
source="$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$answer")"
mkdir -p "$dir/objects"
cp "$source"/config/components/crd/bases/*.yaml "$dir/objects/"
cp "$source/config/components/webhook/manifests.yaml" "$dir/objects/webhooks"
chmod -R u+w "$dir/objects"

rm -rf "$GOCACHE"
echo "$made" >"$dir/made"
echo "built in ${SECONDS}s"
