import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors/index.ts';

/** A user of this machine that commands run as, in the place of the user of the server. */
export interface OtherUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Drops the rights of the server and executes the command, with the environment from a file: a variable such as NODE_OPTIONS or
 * LD_PRELOAD must not take effect before that. Signals that Node ignores (SIGPIPE, SIGXFSZ) stay ignored.
 * Arguments: the file, the user, the group, then the command.
 */
const BECOME = `
const { readFileSync, unlinkSync } = require('node:fs');
const [file, uid, gid, ...command] = process.argv.slice(1);
const environment = JSON.parse(readFileSync(file, 'utf8'));
unlinkSync(file);
process.umask(0o022);
process.setgroups([Number(gid)]);
process.setgid(Number(gid));
process.setuid(Number(uid));
process.execve('/bin/sh', ['sh', '-c', 'exec "$@"', 'sh', ...command], environment);
`;

/** Finds a user by its name or number. Error: `config_invalid` where there is none, or where the server cannot become it. */
export function findUser(name: string): OtherUser {
  const own = process.getuid?.();
  if (own !== 0) {
    const detail = `"processUser" needs a server that runs as root: only root can start a command as another user. This one runs as user ${own ?? 'unknown'}.`;
    throw new AppError('config_invalid', detail, { processUser: name });
  }
  const idOf = (option: '-u' | '-g') =>
    Number(execFileSync('id', [option, '--', name], { encoding: 'utf8', stdio: 'pipe' }));
  let user: OtherUser;
  try {
    user = /^\d+$/.test(name)
      ? { name, uid: Number(name), gid: Number(name) }
      : { name, uid: idOf('-u'), gid: idOf('-g') };
  } catch (error) {
    const detail = `"processUser" names "${name}", and this machine has no such user. Create it, for example: useradd --system --no-create-home ${name}`;
    throw new AppError('config_invalid', detail, { processUser: name }, { cause: error });
  }
  if (user.uid !== 0) return user;
  throw new AppError('config_invalid', '"processUser" names root, which can read all data of the server.', {
    processUser: name,
  });
}

/**
 * A command that becomes another user before it does anything. Its environment goes through a file of the server, which the command
 * line of no process shows.
 */
export function buildCommandAs(
  { uid, gid }: OtherUser,
  folder: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): [string, ...string[]] {
  const file = join(folder, 'environment.json');
  writeFileSync(file, JSON.stringify(environment), { mode: 0o600 });
  return [process.execPath, '--no-warnings', '-e', BECOME, '--', file, String(uid), String(gid), ...command];
}

/** Gives a folder with all in it to a user; links are given and not followed. */
export async function chownFolder(folder: string, { uid, gid }: OtherUser): Promise<void> {
  await promisify(execFile)('chown', ['-Rh', '--', `${uid}:${gid}`, folder]);
}

/**
 * Gives other users access to one folder below `root` and to nothing else: the folders between can be entered but not listed, and
 * their other content is accessible only to its owner.
 */
export function openWayThrough(root: string, ...names: readonly string[]): void {
  let folder = root;
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const other of readdirSync(folder)) {
      const place = join(folder, other);
      const facts = lstatSync(place);
      if (other !== name && !facts.isSymbolicLink()) chmodSync(place, facts.mode & 0o700);
    }
    chmodSync(folder, 0o711);
    folder = join(folder, name);
  }
  chmodSync(folder, 0o711);
}
