#!/usr/bin/env bash
# Builds a Kubernetes of our own for tests into DIR/bin: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kubectl.
# Usage: scripts/build-kubernetes.sh DIR. What is there in these versions is not built again. Needs Go 1.26, or 1.21 that may fetch it.
# `go install` cannot: Kubernetes' go.mod points at folders beside it, so that a module of our own says where its parts are.
set -euo pipefail

KUBERNETES=v1.36.3
STAGING=v0.36.3
ETCD=v3.6.13

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1/bin"
dir="$(cd "$1" && pwd)"
# Objects of the compiler are many times the programs, and of no use after.
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOCACHE="$dir/objects"

programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)
made="kubernetes $KUBERNETES, etcd $ETCD, ${programs[*]}"
built() {
  [ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] || return 1
  for program in "${programs[@]}"; do [ -x "$dir/bin/$program" ] || return 1; done
}
built && exit 0
rm -f "$dir/made"
command -v go >/dev/null || { echo 'Go is needed to build Kubernetes, and there is none.' >&2; exit 1; }

# Makes an empty module and enters it.
new_module() {
  mkdir -p "$dir/$1"
  cd "$dir/$1"
  rm -f go.mod go.sum
  go mod init "$1-for-tests" 2>/dev/null
}

build() {
  echo "building $1 (${SECONDS}s)"
  go build -trimpath -ldflags "-s -w${3:+ $3}" -o "$dir/bin/$1" "$2"
}

new_module kubernetes
# With -json, an error too is only in the answer.
answer="$(go mod download -json "k8s.io/kubernetes@$KUBERNETES")" || { echo "$answer" >&2; exit 1; }
source="$(sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p' <<<"$answer")"
for part in $(sed -n 's/^\t\(k8s\.io\/[a-z0-9-]*\) => \.\/staging\/.*$/\1/p' "$source"); do
  go mod edit -replace "$part=$part@$STAGING"
done
go mod edit -require "k8s.io/kubernetes@$KUBERNETES"
package=k8s.io/component-base/version
version="-X $package.gitVersion=$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=36"
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
  build "$program" "k8s.io/kubernetes/cmd/$program" "$version"
done

new_module etcd
go mod edit -require "go.etcd.io/etcd/server/v3@$ETCD"
build etcd go.etcd.io/etcd/server/v3

rm -rf "$GOCACHE"
echo "$made" >"$dir/made"
echo "built in ${SECONDS}s"
