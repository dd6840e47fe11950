import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An image file for `ctr images import`. */
export interface ImageFile {
  readonly name: string;
  readonly file: string;
}

const NAME = 'steelyard.test/shell:1';
const ENTRYPOINT = ['/bin/busybox', 'sleep', '2147483647'];

/**
 * A shell and its commands, of Debian's busybox-static: the image of work, of the agent, and of the pause container.
 */
export function makeShellImage(folder: string): ImageFile {
  const root = join(folder, 'root');
  for (const name of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
  return { name: NAME, file: packImage(folder, root) };
}

/** One layer in the layout of the Open Container Initiative. */
function packImage(folder: string, root: string): string {
  const layout = join(folder, 'layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layer = execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', '-', '.'], {
    maxBuffer: 64 * 1024 ** 2,
  });
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: ENTRYPOINT, Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: keep(layout, 'application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify(config))),
    layers: [keep(layout, 'application/vnd.oci.image.layer.v1.tar', layer)],
  };
  const kept = keep(layout, manifest.mediaType, Buffer.from(JSON.stringify(manifest)));
  const annotations = { 'io.containerd.image.name': NAME, 'org.opencontainers.image.ref.name': '1' };
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...kept, annotations }] }),
  );
  const file = join(folder, 'shell.tar');
  execFileSync('tar', ['-C', layout, '-cf', file, '.']);
  return file;
}

function keep(layout: string, mediaType: string, content: Buffer) {
  const digest = digestOf(content);
  writeFileSync(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), content);
  return { mediaType, digest, size: content.length };
}

const digestOf = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
