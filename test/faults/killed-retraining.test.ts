import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createEvents } from '../../src/platform/events/index.ts';
import { openStore } from '../../src/platform/store/index.ts';
import { createTelemetry } from '../../src/platform/telemetry/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { getRetraining } from '../../src/tradeoff/retraining/schema.ts';
import { EPISODE, TRAINING } from '../../src/tradeoff/testing/retraining.ts';
import { kills } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';
import { onStoreOfCampaign } from '../support/stores.ts';

const MOMENTS = kills(5);
/**
 * Time from the start of a server to its end, in milliseconds: long enough to receive an episode, decide and start a
 * round.
 */
const LONGEST_MS = 2_500;
const IN_TIME = { timeout: 120_000, interval: 100 };
const Runs = z.object({ runs: z.array(z.object({ number: z.number(), state: z.string(), requestedBy: z.string() })) });
/** Each episode has a separate model, so that none waits for another. */
const NAMES = Array.from({ length: MOMENTS }, (_, n) => `ranker-${n}`);
const RETRAININGS = NAMES.map(
  (name) => `---
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ${name}}
spec: {model: ${name}}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: ${name}}
spec:
  steps:
    train: {run: 'echo m > model.txt; sleep 1', outputs: [model.txt]}
    register: {uses: register, of: train, needs: [train], model: ${name}, artifact: model.txt}
    gate: {uses: gate, of: train, needs: [register], policy: production}
---
apiVersion: steelyard/v1
kind: Retraining
metadata: {name: ${name}}
spec: {model: ${name}, monitor: ${name}, pipeline: ${name}, on: [{episode: {}}]}
`,
).join('');

/** Appends an event of monitoring while no server runs. */
async function tell(database: string, folder: string, monitor: string): Promise<void> {
  await using store = await openStore({ database, folder });
  const log = pino({ level: 'silent' });
  await using events = createEvents({ store, clock: systemClock, log, telemetry: createTelemetry() });
  const payload = { ...EPISODE, monitor, model: monitor, episode: `ep-${monitor}` };
  for (const type of ['alert.opened', 'alert.opened', 'alert.changed']) {
    await store.transaction((sql) => events.append(sql, { type, subject: `monitor:${monitor}`, payload }));
  }
}

onStoreOfCampaign('SQLite', ({ newDatabase, crashed }) => {
  it('a server that is killed between an alert and its retraining begins one run of each episode', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-retraining-'));
    const database = await newDatabase();
    await using server = await startServerProcess(data, { STEELYARD_DATABASE: database });
    const get = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`)).json();
    const documents = [{ file: 'a.yaml', text: TRAINING + RETRAININGS }];
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ documents });
    const applied = await fetch(`${server.url}/api/v1/apply`, { method: 'POST', headers, body });
    expect(applied.status, await applied.text()).toBe(200);
    for (const name of NAMES) {
      await server.kill();
      await crashed(database);
      await tell(database, data, name);
      await server.startAgain();
      await pause(Math.random() * LONGEST_MS); // the moment of the crash varies here
    }
    await server.kill();
    await crashed(database);
    await server.startAgain();
    for (const name of NAMES) {
      const detail = async () => getRetraining.response.parse(await get(`retrainings/${name}`));
      await vi.waitFor(async () => expect((await detail()).lastRound?.state).toBe('not_promoted'), IN_TIME);
      const { rounds } = await detail();
      const { runs } = Runs.parse(await get(`pipelines/${name}/runs`));
      expect([rounds.length, runs.map(({ requestedBy }) => requestedBy)]).toEqual([1, [`retraining:${name}`]]);
      expect(rounds[0]?.run?.number).toBe(runs[0]?.number);
    }
  });
});
