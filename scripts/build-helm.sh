#!/usr/bin/env bash
# Builds helm for tests into DIR/bin, from its Go module: Debian has no package of it. What is there in these versions is not built again.
# Usage: scripts/build-helm.sh DIR. Needs Go 1.26, or 1.21 that may fetch it. The modules of Kubernetes are those of scripts/build-kubernetes.sh.
set -euo pipefail

HELM=v3.21.4
STAGING=v0.36.3

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1/bin" "$1/helm"
dir="$(cd "$1" && pwd)"
made="helm $HELM, kubernetes $STAGING"
[ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] && [ -x "$dir/bin/helm" ] && exit 0
rm -f "$dir/made"
command -v go >/dev/null || { echo 'Go is needed to build helm, and there is none.' >&2; exit 1; }

# Objects of the compiler are many times the program, and of no use after.
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOCACHE="$dir/objects"
cd "$dir/helm"
rm -f go.mod go.sum
go mod init helm-for-tests 2>/dev/null
go mod edit -require "helm.sh/helm/v3@$HELM"
for part in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go component-base kubectl; do
  go mod edit -require "k8s.io/$part@$STAGING"
done
go build -trimpath -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$HELM" -o "$dir/bin/helm" helm.sh/helm/v3/cmd/helm

rm -rf "$GOCACHE"
echo "$made" >"$dir/made"
echo "built in ${SECONDS}s"
