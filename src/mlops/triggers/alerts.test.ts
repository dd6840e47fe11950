import { describe, expect, it, onTestFinished } from 'vitest';
import { testApplication } from '../../testing/application.ts';
import type { AlertEpisode } from '../monitoring/schema.ts';
import { applied } from '../testing/pipelines.ts';
import { outcomes, requireTrigger } from '../testing/triggers.ts';

const EPISODE: AlertEpisode = {
  episode: 'ep_1',
  monitor: 'ranker',
  model: 'ranker',
  version: null,
  alert: 'drift',
  cause: 'drift',
  state: 'alert',
  openedAt: '2026-11-10T00:00:00Z',
  window: { start: '2026-11-09T00:00:00Z', end: '2026-11-10T00:00:00Z' },
  columns: ['price'],
  loss: null,
  moneyPerDay: null,
};

describe('an alert', () => {
  it('that opens or closes begins a run of the pipelines whose match it has', async () => {
    const application = await testApplication();
    onTestFinished(() => application[Symbol.asyncDispose]());
    const on = `[{name: opened, event: {type: alert.opened, match: {monitor: ranker, cause: drift, state: alert}}}, {name: closed, event: {type: alert.closed, model: ranker}}]`;
    await applied(
      application,
      `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: p}, spec: {concurrency: {runs: 50}, steps: {say: {run: echo}}, on: ${on}}}`,
    );
    const tell = (type: string, payload: AlertEpisode) =>
      application.store.transaction((sql) =>
        application.events.append(sql, { type, subject: `monitor:${payload.monitor}`, payload }),
      );
    await tell('alert.opened', { ...EPISODE, cause: 'latency' });
    await tell('alert.opened', { ...EPISODE, state: 'warning' });
    await tell('alert.opened', { ...EPISODE, monitor: 'other' });
    await tell('alert.opened', EPISODE);
    await tell('alert.closed', { ...EPISODE, state: 'ok' });
    expect(await outcomes(application, 'p', 'closed', 1)).toMatchObject([{ outcome: 'began' }]);
    expect(await outcomes(application, 'p', 'opened', 1)).toMatchObject([
      { outcome: 'began', detail: 'alert.opened: drift (drift) of ranker' },
    ]);
    expect((await requireTrigger(application, 'p', 'opened')).waitsFor).toBe(
      'alert.opened, monitor ranker, cause drift, state alert',
    );
  });
});
