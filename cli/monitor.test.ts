import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const MONITOR = `
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ranker}
spec: {model: ranker, alerts: [{name: silent, on: no_data, minutes: 5}]}
`;

let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server?.[Symbol.asyncDispose]());

it('evaluates a monitor now and shows the state of its alerts', async () => {
  const file = join(temporaryFolder(), 'monitor.yaml');
  writeFileSync(file, MONITOR);
  expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
  const { code, out } = await server.run('monitor', 'evaluate', 'ranker');
  expect(code).toBe(0);
  expect(out).toMatch(/silent +no_data +no data .*No prediction in 5 minutes/s);
  const unknown = await server.run('monitor', 'evaluate', 'other');
  expect(unknown).toMatchObject({ code: 4, err: expect.stringContaining('monitor_not_found') });
});
