/**
 * What stays with a process when its starter is gone, in the shell that every machine has. Each is run as
 * `sh -c SCRIPT NAME ARGUMENT…`, and lives in the folder of the execution:
 *
 * | file | what it holds |
 * | --- | --- |
 * | `until` | when it must have ended, in Unix milliseconds; written anew when there is more time |
 * | `started` | the process id of the leader and when the kernel started it |
 * | `exit` | the exit status; there once the command has ended |
 * | `stopped` | who asked it to stop, `starter` or `watchdog`; there once somebody has |
 */

/**
 * Leads the group of the command, and stays to write down how it ended: a signal for the group is for the command.
 * Arguments: the folder, then the command.
 */
export const LEADER = `
folder=$1; shift
trap : HUP INT TERM
"$@"
status=$?
echo "$status" > "$folder/exit.new" && mv "$folder/exit.new" "$folder/exit"
exit "$status"
`;

/**
 * Ends the command in time even when nobody else is there to do it. It sleeps until it is needed, so a thousand of them
 * cost nothing. Where `date` counts no milliseconds, seconds are rounded against the command.
 * Arguments: the folder, the process id of the leader, the milliseconds it has to end, the mark of the execution.
 */
export const WATCHDOG = `
folder=$1; leader=$2; grace=$3; mark=$4
birth=$(cut -d' ' -f2 "$folder/started")
born() { if [ -r "/proc/$leader/stat" ]; then sed 's/.*) //' "/proc/$leader/stat" | cut -d' ' -f20; else ps -o lstart= -p "$leader" | tr ' ' _; fi; }
alive() { [ ! -e "$folder/exit" ] && kill -0 "$leader" 2>/dev/null && [ "$(born)" = "$birth" ]; }
now() { at=$(date +%s%3N); case $at in *[!0-9]*) at=$(($(date +%s) * 1000 + 1000));; esac; }
rest() { read -r until < "$folder/until"; now; rest=$((until - at - $1)); }
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
kill -KILL "-$leader" 2>/dev/null
for environment in /proc/[0-9]*/environ; do
  if tr '\\0' '\\n' < "$environment" 2>/dev/null | grep -qx "$mark"; then
    process=\${environment#/proc/}
    kill -KILL "\${process%/environ}" 2>/dev/null
  fi
done
`;
