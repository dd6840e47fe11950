import { execFileSync } from 'node:child_process';
import { cpSync, createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import { importDebianBase } from './debian-base.ts';
import { serverProgram } from './server-build.ts';

const root = join(import.meta.dirname, '..', '..');
const BASE = 'debian-node:test';
/** Arguments of deploy/Dockerfile for a base from files of this machine. */
export const BUILD_ARGUMENTS = {
  BASE,
  PACKAGES: '',
  // Half of the bytes that npm installs: without it the image is built in half the time.
  ONNX: 'no',
};
const Message = z.object({ stream: z.string().optional(), error: z.string().optional() });

/** The base of `BUILD_ARGUMENTS`. */
export function importBase(api: Docker): Promise<void> {
  return importDebianBase(api, BASE);
}

/** Builds deploy/Dockerfile with the engine's own builder, on a base from files of this machine. Error: the end of its output. */
export async function buildServerImage(api: Docker, image: string, onnx: 'yes' | 'no' = 'no'): Promise<void> {
  await importBase(api);
  const context = packContext();
  const options = {
    t: image,
    dockerfile: 'deploy/Dockerfile',
    networkmode: 'host',
    buildargs: { ...BUILD_ARGUMENTS, ONNX: onnx, VERSION: '9.9.9', REVISION: 'of-this-test' },
  };
  const answer = await api.buildImage(createReadStream(context), options);
  let said = '';
  for await (const chunk of answer) said += String(chunk);
  rmSync(dirname(context), { recursive: true });
  const messages = said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Message.parse(JSON.parse(line)));
  const failure = messages.find(({ error }) => error !== undefined);
  if (failure === undefined) return;
  const output = messages.map(({ stream = '' }) => stream).join('');
  throw new Error(`${failure.error}\n${output.slice(-4_000)}`);
}

function packContext(): string {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  const stage = join(folder, 'stage');
  copyContext(stage);
  const file = join(folder, 'context.tar');
  execFileSync('tar', ['-C', stage, '-cf', file, '.']);
  return file;
}

/** Copies deploy/Dockerfile and the files that .dockerignore lets into its context; the server is the build of this run. */
export function copyContext(folder: string): void {
  for (const path of [...admittedPaths(), 'deploy/Dockerfile']) {
    const from = path === 'dist/cli' ? dirname(serverProgram()) : join(root, path);
    if (path === 'dist/web' && !existsSync(from)) execFileSync('npm', ['run', '--silent', 'build:web'], { cwd: root });
    cpSync(from, join(folder, path), { recursive: true });
  }
}

function admittedPaths(): string[] {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}
