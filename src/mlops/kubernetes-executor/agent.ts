/**
 * Scripts that run inside a pod: three shell scripts, for a shell that the agent brings. They need of the agent's
 * image: `sh`, `tar`, a statically linked busybox, and `curl` where the server's address begins with https.
 */

/** Names of the volumes' folders inside a pod. */
export const PLACES = { workspace: '/workspace', agent: '/steelyard', door: '/steelyard-door' } as const;

/** Without curl: busybox's wget sends no binary file, so that a POST is written by hand; and neither checks a certificate. */
export const TRANSFER = `
has_curl() { command -v curl >/dev/null; }
fetch() { if has_curl; then curl -fsS -o "$2" "$1"; else wget -q -O "$2" "$1"; fi; }
send() {
  if has_curl; then curl -fsS -X POST -H 'content-type: application/octet-stream' -T "$2" -o /dev/null "$1"; return; fi
  rest=\${1#http://} place=\${rest%%/*} path=/\${rest#*/}
  host=\${place%:*} port=80
  case "$place" in *:*[0-9]) port=\${place##*:} ;; esac
  rm -f ${PLACES.agent}/answered
  status=$({
    printf 'POST %s HTTP/1.0\\r\\nHost: %s\\r\\nContent-Type: application/octet-stream\\r\\nContent-Length: %s\\r\\n\\r\\n' \\
      "$path" "$place" "$(wc -c <"$2")"
    cat "$2"
    # A server may take a connection of which one half is closed for one that was given up.
    while [ ! -e ${PLACES.agent}/answered ]; do sleep 0.1; done
  } | nc "$host" "$port" | { IFS= read -r line; : >${PLACES.agent}/answered; printf %s "$line"; })
  case "$status" in HTTP/1.?' 2'*) return 0 ;; esac
  echo "The server did not take it: $status" >&2
  return 1
}
persist() { tries=0; until "$@"; do
  tries=$((tries + 1)); [ "$tries" -lt 120 ] || return 1
  [ "$tries" -lt 10 ] && sleep 1 || sleep 5
done; }
need_curl() { case "$1" in https:*) has_curl || {
  echo 'The agent image has no curl: certificates are not checked without it.' >&2; exit 1; } ;;
esac; }
`;

/** Fetches the workspace, and puts the shell where every image can run it. */
export const BEGIN_SCRIPT = `set -e
${TRANSFER}
for shell in /bin/busybox.static /bin/busybox; do [ -x "$shell" ] && break; done
cp "$shell" ${PLACES.agent}/busybox
need_curl "$(cat ${PLACES.door}/in)"
persist fetch "$(cat ${PLACES.door}/in)" ${PLACES.agent}/in.tar
tar -C ${PLACES.workspace} -xf ${PLACES.agent}/in.tar
rm ${PLACES.agent}/in.tar
# The command may run as anybody.
chmod -R a+rwX ${PLACES.workspace}
`;

/**
 * Waits until the command has ended, then sends its outputs (this script's arguments) and its result to the server.
 * Kubernetes asks a sidecar to end after the command's container: in that case too the script sends them, within the
 * pod's grace period.
 */
export const CARRY_SCRIPT = `${TRANSFER}
over=
trap 'over=1' TERM
while [ ! -e ${PLACES.agent}/ended ] && [ -z "$over" ]; do sleep 0.2; done
cd ${PLACES.workspace}
# Of several nodes, the outputs are those of node 0.
node=\${JOB_COMPLETION_INDEX:-0} query=
[ "$node" = 0 ] || { query="&node=$node"; set --; }
for path do
  shift
  [ -e "./$path" ] && set -- "$@" "./$path"
done
if [ $# -gt 0 ]; then
  # tar reports a dangling link and archives the rest.
  tar -chf ${PLACES.agent}/out.tar "$@"
  persist send "$(cat ${PLACES.door}/out)" ${PLACES.agent}/out.tar
fi
[ -e ${PLACES.agent}/ended ] && persist send "$(cat ${PLACES.door}/end)$query" ${PLACES.agent}/ended
touch ${PLACES.agent}/sent
while [ -z "$over" ]; do sleep 0.2; done
`;

/**
 * Runs the command, asks it to end when the pod is asked to, kills it after its grace period, and measures its usage.
 * Arguments:
 * grace period in seconds, seconds for the outputs after that, and the command. Exits with the command's exit code.
 */
export const RUN_SCRIPT = `B=${PLACES.agent}/busybox
grace=$1 transfer=$2 child= asked= interrupted=
shift 2
stop() {
  [ -z "$asked" ] || return 0
  asked=1 interrupted=1
  [ -n "$child" ] || return 0
  kill -TERM "$child" 2>/dev/null
  ( "$B" sleep "$grace"; kill -KILL "-$child" "$child" 2>/dev/null ) &
}
trap stop TERM
cd ${PLACES.workspace}
start=$("$B" date +%s)
"$B" setsid "$@" </dev/null &
child=$!
while :; do
  interrupted=
  wait "$child"
  code=$?
  [ -z "$interrupted" ] && break
done
end=$("$B" date +%s)
kill -KILL "-$child" 2>/dev/null
child=
first() { for file do [ -r "$file" ] && { "$B" cat "$file"; return; }; done; }
C=/sys/fs/cgroup
cpu=$(first $C/cpuacct/cpuacct.usage $C/cpu,cpuacct/cpuacct.usage)
[ -n "$cpu" ] || { cpu=$("$B" sed -n 's/^usage_usec //p' $C/cpu.stat 2>/dev/null); [ -n "$cpu" ] && cpu=$((cpu * 1000)); }
peak=$(first $C/memory/memory.max_usage_in_bytes $C/memory.peak)
kills=$("$B" sed -n 's/^oom_kill //p' $C/memory/memory.oom_control $C/memory.events 2>/dev/null)
printf '{"exitCode":%s,"start":%s,"end":%s,"cpuNanoseconds":%s,"peakMemoryBytes":%s,"oomKills":%s}' \\
  "$code" "$start" "$end" "\${cpu:-null}" "\${peak:-null}" "\${kills:-null}" >${PLACES.agent}/ending
"$B" cat ${PLACES.agent}/ending >/dev/termination-log
"$B" mv ${PLACES.agent}/ending ${PLACES.agent}/ended
waited=0
while [ ! -e ${PLACES.agent}/sent ]; do
  "$B" sleep 0.2
  [ -n "$asked" ] && waited=$((waited + 1))
  [ "$waited" -lt $((transfer * 5)) ] || break
done
exit "$code"
`;
