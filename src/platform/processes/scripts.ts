/**
 * Shell scripts that outlive their starter, for the shell that every machine has. Each runs as
 * `sh -c SCRIPT NAME ARGUMENT…`, in the folder of the execution:
 *
 * | file | content |
 * | --- | --- |
 * | `until` | deadline in Unix milliseconds; rewritten when it is extended |
 * | `deadline` | the same in milliseconds since boot, where the kernel counts them: its clock may be set in the meantime |
 * | `started` | process id of the leader, its start time from the kernel, and the start in milliseconds since boot and in Unix milliseconds |
 * | `leader` | the first three of them, written by the leader |
 * | `exit` | exit status and milliseconds since boot; exists once the command has ended |
 * | `killed-for` | reason of a kill without a stop request; exists once the command was killed so |
 * | `stopped` | source of the stop request, `starter` or `watchdog`; exists once there is a request |
 * | `killed` | milliseconds since boot; exists once the watchdog has killed the leader together with the rest, so that there is no `exit` |
 */

/** Sets `born` to the start time of the leader, as `readBirth` returns it; without a child process where /proc exists. */
const BORN = `
born() {
  born=
  if [ -r "/proc/$leader/stat" ]; then
    read -r stat < "/proc/$leader/stat"
    set -- \${stat##*) }
    born=\${20}
  else
    born=$(ps -o lstart= -p "$leader" | tr ' ' _)
  fi
}`;

/** Sets `up` to the milliseconds since boot; empty where the kernel does not report them. */
const UP = `
up() {
  up=
  [ -r /proc/uptime ] || return 0
  read -r up _ < /proc/uptime
  # The shell reads a number with a leading zero as octal.
  case $up in 0.*) up=1.00;; esac
  up=\${up%.*}\${up#*.}0
}`;

/**
 * Copies the first bytes without delay; `head` writes nothing before it has a full block. dd reads a limited number of times, and a pipe
 * delivers little at a time: when dd stops because of that and not at the end, it is started again, until all of the bytes are copied.
 */
const FIRST_BYTES =
  process.platform === 'linux'
    ? `left=$first; size=0
  while [ "$left" -gt 0 ]; do
    dd bs=65536 iflag=count_bytes count="$left" >> "$log" 2> "$folder/output.read"
    IFS=' +' read -r whole partial rest < "$folder/output.read"
    case $whole in
    *[!0-9]*) ;; # dd warns about a short read.
    *) [ "$((whole + partial))" -lt "$((left / 65536))" ] && break;;
    esac
    before=$size; size=$(wc -c < "$log")
    [ "$size" -gt "$before" ] || break
    left=$((first - size))
  done`
    : 'cat >> "$log"';

/**
 * Leader of the process group. It survives signals to the group and records the exit status of the command. If the
 * output goes to a file, only its first and last bytes are kept (on Linux; all of it elsewhere), so that a command with endless
 * output does not fill the disk.
 * Arguments: the folder, the file for the output, the control groups to join (words), how many bytes of the output are kept from its
 * beginning and from its end (0 0: inherit the output of this process), then the command.
 */
export const LEADER = `
${BORN}
${UP}
keep() {
  trap '' HUP INT TERM
  ${FIRST_BYTES}
  tail -c "$last" > "$folder/output.end"
  [ -s "$folder/output.end" ] || return 0
  printf '\\n[output beyond %s bytes is left out; this is its end]\\n' "$first" >> "$log"
  cat "$folder/output.end" >> "$log"
}
folder=$1; log=$2; groups=$3; first=$4; last=$5; shift 5
for group in $groups; do echo $$ > "$group/cgroup.procs"; done
# Our starter writes this too; it may be killed before it has.
leader=$$; born; up; echo "$leader $born $up" > "$folder/leader.new" && mv "$folder/leader.new" "$folder/leader"
# Its place on the disk, which may be full when the command ends.
printf '%64s\\n' '' > "$folder/exit.new"
trap : HUP INT TERM
if [ "$first" -gt 0 ]; then
  # A command of another user may open it again by /dev/stdout; the folder keeps others out.
  mkfifo -m 622 "$folder/output.pipe"
  keep < "$folder/output.pipe" &
  keeper=$!
  "$@" > "$folder/output.pipe" 2>&1
  status=$?
  # Who still writes when the command has ended is not waited for.
  ( trap '' HUP INT TERM; sleep 2; kill -KILL "$keeper" ) >/dev/null 2>&1 &
  patience=$!
  wait "$keeper" 2>/dev/null
  kill -KILL "$patience" 2>/dev/null
else
  "$@"
  status=$?
fi
up; printf '%-64s\\n' "$status $up" 1<> "$folder/exit.new" && mv "$folder/exit.new" "$folder/exit"
exit "$status"
`;

/**
 * Watchdog: ends the command in time even when no other process can. It sleeps until its deadline, so a thousand watchdogs
 * cost nothing. Where `date` counts no milliseconds, seconds are rounded up, so that the command ends early rather than late.
 * Arguments: the folder, the process id of the leader, the milliseconds it has to end, the mark of the execution.
 */
export const WATCHDOG = `
${BORN}
${UP}
folder=$1; leader=$2; grace=$3; mark=$4
read -r _ birth _ < "$folder/started"
alive() { [ ! -e "$folder/exit" ] && kill -0 "$leader" 2>/dev/null && born && [ "$born" = "$birth" ]; }
now() { at=$(date +%s%3N); case $at in *[!0-9]*) at=$(($(date +%s) * 1000 + 1000));; esac; }
rest() {
  up
  if [ -n "$up" ] && [ -r "$folder/deadline" ]; then read -r until < "$folder/deadline"; at=$up
  else read -r until < "$folder/until"; now; fi
  rest=$((until - at - $1))
}
pause() { sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }
while alive; do
  rest "$grace"
  [ "$rest" -le 0 ] && break
  pause "$rest"
done
alive || exit 0
[ -e "$folder/stopped" ] || echo watchdog > "$folder/stopped"
kill -TERM "-$leader" 2>/dev/null
while alive; do
  rest 0
  [ "$rest" -le 0 ] && break
  [ "$rest" -gt 200 ] && rest=200
  pause "$rest"
done
alive || exit 0
kill -KILL "-$leader" 2>/dev/null && up && echo "$up" > "$folder/killed"
for environment in /proc/[0-9]*/environ; do
  if tr '\\0' '\\n' < "$environment" 2>/dev/null | grep -qx "$mark"; then
    process=\${environment#/proc/}
    kill -KILL "\${process%/environ}" 2>/dev/null
  fi
done
`;
