import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serverProgram } from '../support/server-build.ts';

const root = join(import.meta.dirname, '../..');
const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });
const ENDPOINT = `apiVersion: steelyard/v1
kind: Endpoint
metadata: {name: ranker}
spec: {variants: {main: {model: ranker, version: 1, backend: onnx}}}
`;
/** Node 22.18.0, the oldest that the package runs on. */
const oldest = process.env.TEST_NODE_OLDEST;

describe.skipIf(oldest === undefined && process.env.CI === undefined)(
  'the package of npm pack (skipped without TEST_NODE_OLDEST)',
  () => {
    let program: string;
    beforeAll(() => {
      program = join(unpackPackage(), 'dist/cli/main.js');
    });

    it.each([
      ['22.18', oldest ?? ''],
      ['24', process.execPath],
    ])('starts a server and answers a command on Node %s', (version, node) => {
      expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toContain(`v${version}.`);
      const data = mkdtempSync(join(tmpdir(), 'package-'));
      const run = (...words: string[]) =>
        execFileSync(node, [program, ...words, '--data', data], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      // Without a server, each command starts one for its own duration.
      expect(run('apply', '-f', join(root, 'examples/recommender/config'))).toContain('created');
      expect(run('budget', 'list')).toContain('search');
      const endpoint = join(data, 'endpoint.yaml');
      writeFileSync(endpoint, ENDPOINT);
      // The sentence of the server names the package and the command that installs it.
      expect(() => run('apply', '-f', endpoint)).toThrow(/executor_unknown.*npm install onnxruntime-node/s);
    });

    it('has the web app, the examples and the licenses', () => {
      const folder = join(dirname(program), '../..');
      for (const path of ['dist/web/index.html', 'examples/recommender', 'LICENSE', 'NOTICE', 'dist/cli/licenses.txt'])
        expect(existsSync(join(folder, path)), path).toBe(true);
    });
  },
);

/** Packs this checkout with the build of this run, and unpacks it next to the packages that npm installs with it, without optional ones. */
function unpackPackage(): string {
  const stage = mkdtempSync(join(tmpdir(), 'pack-'));
  if (!existsSync(join(root, 'dist/web'))) execFileSync('npm', ['run', '--silent', 'build:web'], { cwd: root });
  for (const path of ['package.json', 'README.md', 'LICENSE', 'NOTICE', 'examples', 'dist/web'])
    cpSync(join(root, path), join(stage, path), { recursive: true });
  cpSync(dirname(serverProgram()), join(stage, 'dist/cli'), { recursive: true });
  const file = execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: stage, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', file], { cwd: stage });
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  for (const [path, { dev = false }] of Object.entries(packages)) {
    const isInstalled = !dev && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && existsSync(join(root, path));
    if (!isInstalled) continue;
    mkdirSync(dirname(join(stage, path)), { recursive: true });
    symlinkSync(join(root, path), join(stage, path));
  }
  return join(stage, 'package');
}
