import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../platform/numbers/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../platform/units/durations.ts';
import { isDeep } from '../../../../testing/deep.ts';
import { normal } from '../../../drift/calibration.testing.ts';
import { call, hour, openRoom, type Server } from '../../room.testing.ts';
import { listAlerts, listMonitorAlerts } from '../schema.ts';

/** Hours whose inputs moved, and the share of each hour's answers that are right. */
interface Plan {
  readonly moved: string;
  readonly right: readonly number[];
}

const COUNT = 200;
const FIRST = 12;
const DRIFT = { reference: { start: hour(0), end: hour(1) }, window: { hours: 1 }, waitMinutes: 0 };
const SPEC = {
  model: 'ranker',
  quality: { kind: 'classification' },
  drift: DRIFT,
  alerts: [
    { name: 'inputs', on: 'drift', close: 1 },
    { name: 'low', on: 'quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1, close: 1 },
  ],
  valuePerPrediction: { amount: '0.05', currency: 'USD' },
};

function buildRows(at: number, isMoved: boolean) {
  const random = createRandom(at + 100);
  return Array.from({ length: COUNT }, (_, row) => ({
    prediction: `h${at}-${row}`,
    predictedAt: new Date(Date.parse(hour(at)) + row * 17_000).toISOString(),
    inputs: { age: normal(random) + (isMoved ? 1.5 : 0) },
    output: 'yes',
  }));
}

function buildLabels(at: number, right: number) {
  return Array.from({ length: COUNT }, (_, row) => ({
    prediction: `h${at}-${row}`,
    value: row < right * COUNT ? 'yes' : 'no',
  }));
}

type Order = 'immediately' | 'an hour later' | 'at the end' | 'at the end, the last first' | 'corrected at the end';

/** Predictions come hour by hour, and their labels in an order. */
async function play(server: Server, order: Order, { moved, right }: Plan): Promise<void> {
  const labelsAt = (at: number, share: number) => server.label(buildLabels(FIRST + at, share));
  await server.apply(SPEC);
  await server.predict(buildRows(0, false));
  await server.label(buildLabels(0, 0.9));
  for (const [at, kind] of [...moved].entries()) {
    await server.predict(buildRows(FIRST + at, kind === 'x'));
    if (order === 'immediately') await labelsAt(at, right[at] ?? 0);
    if (order === 'an hour later' && at > 0) await labelsAt(at - 1, right[at - 1] ?? 0);
    if (order === 'corrected at the end') await labelsAt(at, at % 2 === 0 ? 0.3 : 1);
    await server.look(HOUR_MS);
  }
  const last = [...right.entries()];
  const late = order === 'at the end, the last first' ? last.toReversed() : last;
  if (order === 'an hour later') await labelsAt(last.length - 1, right.at(-1) ?? 0);
  else if (order !== 'immediately') for (const [at, share] of late) await labelsAt(at, share);
  // A slow machine rests for some minutes before it judges again.
  await server.look(10 * MINUTE_MS);
}

const alerts = async (server: Server) => (await call(server, listAlerts)).alerts;

/** The alerts of a server and their episodes, without episodes closed as `revised`, whenever they were found. */
async function judged(server: Server) {
  const { alerts: standings } = await call(server, listMonitorAlerts, { params: { monitor: 'watch' } });
  const counted = (await alerts(server)).filter(({ closedAs }) => closedAs !== 'revised');
  return {
    standings: standings.map(({ alert, state, badInARow, reason, episode }) => ({
      ...{ alert, state, badInARow, reason },
      isOpen: episode !== null,
    })),
    episodes: counted
      .map(({ alert, state, closedAs, window, columns, loss, moneyPerDay, reason }) => ({
        ...{ alert, state, closedAs, window, columns, loss, moneyPerDay, reason },
      }))
      .toSorted((a, b) => `${a.alert} ${a.window.start}`.localeCompare(`${b.alert} ${b.window.start}`)),
  };
}

const PLANS: readonly Plan[] = [
  // The first drift costs nothing, the second costs quality and is open.
  { moved: 'xxoxx', right: [0.9, 0.9, 0.9, 0.5, 0.5] },
  // Quality is low without a drift, and drifts that cost nothing are between.
  { moved: 'oxoxo', right: [0.5, 0.5, 0.9, 0.9, 0.9] },
  { moved: 'xoxox', right: [0.5, 0.9, 0.9, 0.5, 0.9] },
];

/** In the short run one plan in three orders. */
const ORDERS: readonly Order[] = isDeep
  ? ['immediately', 'an hour later', 'at the end', 'at the end, the last first', 'corrected at the end']
  : ['immediately', 'at the end, the last first', 'corrected at the end'];

describe('alerts whose labels come later', () => {
  it.each((isDeep ? PLANS : PLANS.slice(0, 1)).map((plan) => [plan.moved, plan] as const))(
    'are the same in any order of labels: hours %s',
    async (_, plan) => {
      const found: Awaited<ReturnType<typeof judged>>[] = [];
      for (const order of ORDERS) {
        const room = await openRoom();
        const server = await room.server();
        await play(server, order, plan);
        found.push(await judged(server));
      }
      expect(found[0]?.episodes.length).toBeGreaterThan(1);
      for (const one of found.slice(1)) expect(one).toEqual(found[0]);
    },
  );
});
