import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { librariesOf } from './debian-base.ts';

/** Images that stand in for those of deploy/compose*.yaml, from programs of this machine: no registry of images is needed. */

const BUSYBOX = '/bin/busybox';
const POSTGRES = 70;

/** At its first start, as the official image: a user, its password and its database. */
const START_POSTGRES = `#!/bin/sh
set -e
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 --locale=C
  rm /tmp/password
  echo "create database $POSTGRES_DB" | postgres --single -D "$data" postgres
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c listen_addresses='*'
`;

/** As `docker.io/library/postgres`; `bin` is the folder of PostgreSQL's programs. */
export function importPostgres(api: Docker, image: string, bin: string): Promise<void> {
  return importImage(api, image, [`PATH=${bin}:/bin`], ({ root, put, putProgram }) => {
    for (const name of ['postgres', 'initdb', 'pg_isready']) putProgram(join(bin, name));
    const modules = join(dirname(bin), 'lib');
    for (const name of readdirSync(modules)) {
      if (/^(plpgsql|dict_snowball)\.so$/.test(name)) put(join(modules, name));
    }
    put(`/usr/share/postgresql/${dirname(bin).split('/').at(-1)}`);
    put('/usr/share/zoneinfo');
    writeFileSync(join(root, 'start'), START_POSTGRES, { mode: 0o755 });
    for (const folder of ['var/lib/postgresql/data', 'var/run/postgresql']) {
      mkdirSync(join(root, folder), { recursive: true });
      chownSync(join(root, folder), POSTGRES, POSTGRES);
    }
    return ['ENTRYPOINT ["/start"]', `USER ${POSTGRES}:${POSTGRES}`];
  });
}

/** As `docker.io/chrislusf/seaweedfs`. */
export function importSeaweedfs(api: Docker, image: string, weed: string): Promise<void> {
  return importImage(api, image, ['PATH=/bin'], ({ root, putProgram }) => {
    putProgram(weed, '/bin/weed');
    mkdirSync(join(root, 'data'));
    return ['ENTRYPOINT ["/bin/weed"]'];
  });
}

/** As `docker.io/library/haproxy`. */
export function importHaproxy(api: Docker, image: string, haproxy: string): Promise<void> {
  return importImage(api, image, ['PATH=/bin'], ({ putProgram }) => {
    putProgram(haproxy);
    return [`ENTRYPOINT ["${haproxy}", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]`, 'USER 99:99'];
  });
}

interface Root {
  readonly root: string;
  put(from: string, to?: string): void;
  /** With its dynamic libraries. */
  putProgram(from: string, to?: string): void;
}

/** Imports a root with busybox and what `fill` adds; `fill` returns changes in the words of a Dockerfile. */
async function importImage(
  api: Docker,
  image: string,
  environment: readonly string[],
  fill: (root: Root) => readonly string[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const root = join(folder, 'root');
  for (const name of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, name), { recursive: true });
  execFileSync('chmod', ['1777', join(root, 'tmp')]);
  const put = (from: string, to = from) => {
    if (!existsSync(join(root, to))) cpSync(realpathSync(from), join(root, to), { recursive: true, dereference: true });
  };
  const putProgram = (from: string, to = from) => {
    put(from, to);
    for (const library of librariesOf(from)) put(library);
  };
  put(BUSYBOX, 'bin/busybox');
  for (const name of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name));
  }
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0::/root:/bin/sh\npostgres:x:${POSTGRES}:${POSTGRES}::/:/bin/sh\n`);
  writeFileSync(join(root, 'etc/group'), `root:x:0:\npostgres:x:${POSTGRES}:\n`);
  const changes = [...fill({ root, put, putProgram }), ...environment.map((each) => `ENV ${each}`)];
  const file = join(folder, 'image.tar');
  execFileSync('tar', ['-C', root, '--numeric-owner', '-cf', file, '.']);
  const [repo = '', tag = ''] = image.split(':');
  const answer = await api.importImage(file, { repo, tag, changes });
  for await (const told of answer) if (String(told).includes('"error"')) throw new Error(String(told));
  rmSync(folder, { recursive: true });
}
