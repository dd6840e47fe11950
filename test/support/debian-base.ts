import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';

const BUSYBOX = '/bin/busybox';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * An image like `node:24-slim`, from files of this machine: its C libraries, this Node and npm, certificates, busybox as shell,
 * and the user 1000. No registry of images is needed.
 */
export async function importDebianBase(api: Docker, image: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'base-'));
  const root = join(folder, 'root');
  for (const name of ['bin', 'usr/local/bin', 'tmp', 'proc', 'sys', 'dev', 'etc/ssl/certs', 'home/node'])
    mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  const put = (from: string, to: string) => cpSync(from, join(root, to), { recursive: true, dereference: true });
  put(BUSYBOX, 'bin/busybox');
  for (const name of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name));
  }
  symlinkSync('../bin', join(root, 'usr/bin'));
  put(process.execPath, 'usr/local/bin/node');
  const libraries = librariesOf(process.execPath);
  // ONNX Runtime needs one more of the C library's own.
  const [realtime = ''] = libraries
    .filter((path) => path.endsWith('/libc.so.6'))
    .map((path) => join(dirname(path), 'librt.so.1'));
  for (const library of [...libraries, realtime]) put(library, library);
  put(npmFolder(), 'usr/local/lib/node_modules/npm');
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  put(CERTIFICATES, CERTIFICATES);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  const file = join(folder, 'base.tar');
  execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', file, '.']);
  const [repo = '', tag = ''] = image.split(':');
  const answer = await api.importImage(file, { repo, tag, changes: settings().map((each) => `ENV ${each}`) });
  for await (const told of answer) if (String(told).includes('"error"')) throw new Error(String(told));
  rmSync(folder, { recursive: true });
}

/** npm in the image reaches the registry that npm of this machine reaches. */
function settings(): string[] {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  return [
    'PATH=/usr/local/bin:/usr/bin:/bin',
    `npm_config_registry=${registry}`,
    `npm_config_cafile=${CERTIFICATES}`,
    'npm_config_update_notifier=false',
  ];
}

/** The dynamic libraries of a program, with the loader; none for a static one. */
export function librariesOf(program: string): string[] {
  const { stdout: text } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function npmFolder(): string {
  const program = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return dirname(dirname(realpathSync(program)));
}
