import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../platform/numbers/index.ts';
import { HOUR_MS } from '../../../../platform/units/durations.ts';
import { normal } from '../../../drift/calibration.testing.ts';
import { call, hour, openRoom, problemFrom, type Server } from '../../room.testing.ts';
import type { AlertLook } from '../looks/look.ts';
import { listAlerts } from '../schema.ts';
import { replayLooks } from './replay.ts';
import { backtestAlerts } from './schema.ts';

const LEVELS: Readonly<Record<string, AlertLook['level']>> = { o: 'ok', w: 'warning', x: 'alert', u: 'unknown' };

function buildLooks(plan: string): AlertLook[] {
  return [...plan].map((level, at) => ({
    ...{ level: LEVELS[level] ?? 'ok', version: null, columns: [], loss: null, reason: `look ${at}` },
    window: { start: hour(at), end: hour(at + 1) },
  }));
}

describe('the episodes that looks would have opened', () => {
  it.each([
    ['', 1, 2, []],
    ['ooo', 1, 2, []],
    ['oxxoo', 1, 2, [['alert', hour(2), hour(5), 3]]],
    ['oxoxoo', 1, 2, [['alert', hour(2), hour(6), 4]]],
    [
      'oxoxo',
      1,
      1,
      [
        ['alert', hour(2), hour(3), 1],
        ['alert', hour(4), hour(5), 1],
      ],
    ],
    ['oxoxxo', 2, 1, [['alert', hour(5), hour(6), 1]]],
    ['owxo', 1, 2, [['alert', hour(2), null, 2]]],
    ['wuuo', 1, 1, [['warning', hour(1), hour(4), 3]]],
  ] as const)('%j with open %i and close %i', (plan, open, close, expected) => {
    const episodes = replayLooks(buildLooks(plan), { open, close });
    expect(episodes.map(({ state, openedAt, closedAt, hours }) => [state, openedAt, closedAt, hours])).toEqual(
      expected,
    );
  });
});

/** Predictions of an hour; those that moved have another age and are half as often right. */
async function anHour(server: Server, from: number, moved: boolean): Promise<void> {
  const random = createRandom(from + 1);
  const rows = Array.from({ length: 200 }, (_, at) => ({
    prediction: `h${from}-${at}`,
    predictedAt: new Date(Date.parse(hour(from)) + at * 17_000).toISOString(),
    inputs: { age: normal(random) + (moved ? 1.5 : 0) },
    output: 'yes',
  }));
  await server.predict(rows);
  const right = moved ? 100 : 180;
  await server.label(rows.map(({ prediction }, at) => ({ prediction, value: at < right ? 'yes' : 'no' })));
}

describe('alerts that are tried on past windows', () => {
  it('open where a monitor without them has drifted and lost quality, and store nothing', async () => {
    const room = await openRoom();
    const server = await room.server();
    await server.apply({
      model: 'ranker',
      quality: { kind: 'classification' },
      drift: { reference: { start: hour(0), end: hour(1) }, window: { hours: 1 }, waitMinutes: 0 },
    });
    for (const [at, moved] of [false, false, true, true, false, false].entries()) await anHour(server, at, moved);
    room.clock.forward(HOUR_MS);
    await server.look();
    const backtest = (body: object) => call(server, backtestAlerts, { params: { monitor: 'watch' }, body });
    const rules = [
      { name: 'inputs', on: 'drift', share: 0.5 },
      { name: 'accurate', on: 'quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1 },
      { name: 'slow', on: 'latency', objective: 0.99, withinMs: 100 },
    ];
    const { alerts } = await backtest({ alerts: rules });
    const episode = { state: 'alert', openedAt: hour(3), closedAt: hour(6), hours: 3 };
    expect(alerts).toMatchObject([
      {
        alert: 'inputs',
        windows: 5,
        alerts: 2,
        warnings: 0,
        openHours: 3,
        episodes: [{ ...episode, columns: ['inputs.age'] }],
      },
      { alert: 'accurate', windows: 6, alerts: 2, warnings: 0, unknown: 0, openHours: 3, episodes: [episode] },
      { alert: 'slow', windows: 0, episodes: [], reason: expect.stringContaining('are not stored') },
    ]);
    expect(new Date(alerts[1]?.period?.start ?? '').toISOString()).toBe(hour(0));
    const later = await backtest({ alerts: rules.slice(0, 2), start: hour(4) });
    expect(later.alerts.map(({ windows, episodes }) => [windows, episodes.length])).toEqual([
      [2, 0],
      [2, 0],
    ]);
    expect((await call(server, listAlerts)).alerts).toEqual([]);
    expect((await backtest({})).alerts).toEqual([]);
    const problem = await problemFrom(backtest({ alerts: [{ name: 'a', on: 'quality', metric: 'f1', worseThan: 1 }] }));
    expect(problem.code).toBe('manifest_invalid');
    const nobody = call(server, backtestAlerts, { params: { monitor: 'nobody' }, body: {} });
    expect(await problemFrom(nobody)).toMatchObject({ code: 'monitor_not_found' });
  });
});
