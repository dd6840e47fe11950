import { pino } from 'pino';
import { expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../platform/units/durations.ts';
import type { RunningWork, Work, WorkEnd } from '../compute/executor.ts';
import type { Admission, Allowance } from './admission.ts';
import { computeSpendingEnd, createSpending } from './spending.ts';

const START = Date.parse('2026-12-01T10:00:00Z');
const until = (ms: number): Allowance => ({
  state: 'open',
  until: new Date(ms).toISOString(),
  spent: null,
  limitedBy: null,
  prices: [],
});
const END: WorkEnd = {
  reason: 'exited',
  exitCode: 0,
  stoppedBy: null,
  start: START,
  end: START + 100 * SECOND_MS,
  detail: null,
  usage: { cpuSeconds: null, peakMemoryBytes: null },
};

/** Spending of work on two nodes that holds its machines since `held.since`, and the calls to its budget. */
function open(held: { since: number | null }) {
  const calls: [string, number][] = [];
  const answer = (name: string) => async (_id: string, at: number) => {
    calls.push([name, (at - START) / SECOND_MS]);
    return until(at + 10 * MINUTE_MS);
  };
  const admission: Admission = {
    open: () => Promise.reject(new Error('not asked')),
    settle: () => Promise.reject(new Error('not asked')),
    meter: answer('meter'),
    postpone: answer('postpone'),
  };
  const work: Work = {
    id: 'w',
    folder: '/none',
    workspace: '/none',
    command: ['true'],
    image: 'i',
    environment: {},
    resources: {
      nodes: 2,
      cpus: null,
      memoryBytes: null,
      gpus: { count: 0, model: null },
      instance: null,
      spot: false,
    },
    outputs: [],
    labels: {},
    until: START,
    graceMs: 0,
  };
  const running: RunningWork = {
    id: 'w',
    start: START,
    ended: new Promise(() => undefined),
    extend: async () => undefined,
    stop: async () => undefined,
    usage: async () => END.usage,
    heldSince: () => held.since,
  };
  const log = pino({ level: 'silent' });
  return { calls, spending: createSpending({ admission, log }, { work, running }) };
}

it('keeps its reserved money while it waits, spends from its first machine on, and meters from then', async () => {
  const held: { since: number | null } = { since: null };
  const { calls, spending } = open(held);
  const allowance = until(START + 10 * MINUTE_MS);
  expect(await spending.report(START + 10 * SECOND_MS, allowance, null)).toBe(allowance);
  await spending.report(START + 6 * MINUTE_MS, allowance, null);
  held.since = START + 370 * SECOND_MS;
  await spending.report(START + 380 * SECOND_MS, allowance, null);
  await spending.report(START + 390 * SECOND_MS, allowance, null);
  expect(calls).toEqual([
    ['postpone', 360],
    ['postpone', 370],
    ['meter', 380],
    ['meter', 390],
  ]);
});

it('that never held a machine ends without spending', async () => {
  const { calls, spending } = open({ since: null });
  expect(await spending.end({ ...END, held: { since: null, machineMs: 0 } }, null)).toBe(0);
  expect(calls).toEqual([]);
});

it('that ended before its first report spends from its first machine on', async () => {
  const { calls, spending } = open({ since: START });
  const held = { since: START + 20 * SECOND_MS, machineMs: 160 * SECOND_MS };
  expect(await spending.end({ ...END, held }, null)).toBe(START + 100 * SECOND_MS);
  expect(calls).toEqual([['postpone', 20]]);
});

it('has the price of its machine from its first machine on, where that was known before', async () => {
  const holds = { resource: 'test.small', quantity: '1' };
  const machine: { since: number | null } = { since: null };
  const { calls, spending } = open(machine);
  await spending.report(START + 15 * SECOND_MS, until(START + 10 * MINUTE_MS), holds);
  machine.since = START + 20 * SECOND_MS;
  await spending.report(START + 30 * SECOND_MS, until(START + 10 * MINUTE_MS), holds);
  const ended = open({ since: START });
  const held = { since: START + 20 * SECOND_MS, machineMs: 80 * SECOND_MS };
  await ended.spending.end({ ...END, held }, holds);
  expect([calls, ended.calls]).toEqual([
    [
      ['postpone', 15],
      ['meter', 15],
      ['postpone', 20],
      ['meter', 20],
      ['meter', 30],
    ],
    [
      ['postpone', 20],
      ['meter', 20],
      ['meter', 60],
    ],
  ]);
});

it.each([
  [2, { since: START, machineMs: 160_000 }, 80],
  [1, { since: START, machineMs: 160_000 }, 100],
  [2, undefined, 100],
])('on %i nodes that held %j ends its spending after %i s', (nodes, held, seconds) => {
  const end = held === undefined ? END : { ...END, held };
  expect((computeSpendingEnd(end, nodes) - START) / SECOND_MS).toBe(seconds);
});
