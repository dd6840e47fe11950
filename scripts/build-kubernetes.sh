#!/usr/bin/env bash
# Builds a Kubernetes of our own for tests into DIR/bin: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kwok.
# Usage: scripts/build-kubernetes.sh DIR. What is there in this version is not built again. Needs Go; the Go modules are kept
# where Go keeps them. Kubernetes cannot be installed by `go install`: its go.mod points at folders beside it.
set -euo pipefail

KUBERNETES=v1.36.3
STAGING=v0.36.3
ETCD=v3.6.13
KWOK=v0.7.0

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1/bin"
dir="$(cd "$1" && pwd)"
# Objects of the compiler are many times the programs and of no use after: they go with the build, unless somebody keeps his own.
export CGO_ENABLED=0 GOFLAGS=-mod=mod

programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kwok)
made="kubernetes $KUBERNETES, etcd $ETCD, kwok $KWOK"
built() {
  [ "$(cat "$dir/made" 2>/dev/null)" = "$made" ] || return 1
  for program in "${programs[@]}"; do [ -x "$dir/bin/$program" ] || return 1; done
}
built && exit 0
rm -f "$dir/made"

# A module of our own that says where the parts of Kubernetes are: each has a version of its own on the proxy.
write_kubernetes_module() {
  mkdir -p "$dir/kubernetes"
  cd "$dir/kubernetes"
  rm -f go.mod go.sum
  go mod init kubernetes-for-tests 2>/dev/null
  local source part
  source="$(go mod download -json "k8s.io/kubernetes@$KUBERNETES" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')"
  sed -n 's/^\t\(k8s\.io\/[a-z0-9-]*\) => \.\/staging\/.*$/\1/p' "$source" | while read -r part; do
    go mod edit -replace "$part=$part@$STAGING"
  done
  # What Kubernetes itself was built of, not what is newest.
  go mod edit -require "k8s.io/kubernetes@$KUBERNETES"
}

build() {
  echo "building $1 (${SECONDS}s)"
  go build -trimpath -ldflags "-s -w${3:+ $3}" -o "$dir/bin/$1" "$2"
}

write_kubernetes_module
version="-X k8s.io/component-base/version.gitVersion=$KUBERNETES -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet; do
  build "$program" "k8s.io/kubernetes/cmd/$program" "$version"
done

mkdir -p "$dir/etcd"
cd "$dir/etcd"
rm -f go.mod go.sum
go mod init etcd-for-tests 2>/dev/null
go mod edit -require "go.etcd.io/etcd/server/v3@$ETCD"
build etcd go.etcd.io/etcd/server/v3

echo "building kwok (${SECONDS}s)"
GOBIN="$dir/bin" go install "sigs.k8s.io/kwok/cmd/kwok@$KWOK"

echo "$made" >"$dir/made"
echo "built in ${SECONDS}s"
