import { expect, it } from 'vitest';
import { createLog } from '../../platform/telemetry/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { EndpointSpec } from '../endpoint-spec/schema.ts';
import { createMeterBook, type ReplicaUsage, selectHeldResource } from './usage.ts';
import type { UsageFile } from './usage-file.ts';

const FACTS = {
  endpoint: 'e',
  model: 'm',
  version: '1',
  resource: 'machine',
  quantity: '1',
  project: null,
  environment: null,
};

function newBook(file: UsageFile = { read: () => null, write: () => undefined }) {
  const clock = { at: 0, now: () => clock.at };
  const stored = new Map<string, ReplicaUsage>();
  const failing = { now: false };
  const usage = {
    async record(all: readonly ReplicaUsage[]) {
      if (failing.now) throw new Error('the store does not answer');
      for (const one of all) stored.set(one.id, one);
    },
  };
  const spans = () => [...stored.values()].map(({ start, end, predictions }) => ({ start, end, predictions }));
  return { clock, failing, spans, book: createMeterBook({ usage, clock, log: createLog('silent'), file }) };
}

it('a replica is metered from its start to its end, in parts of an hour at most, each prediction once', async () => {
  const { clock, spans, book } = newBook();
  await using _ = book;
  const meter = book.begin('r', FACTS);
  meter.predicted();
  clock.at = 10_000;
  await book.flush();
  expect(spans()).toEqual([{ start: 0, end: 10_000, predictions: 1 }]);
  meter.predicted();
  clock.at = HOUR_MS;
  await book.flush();
  meter.predicted();
  clock.at = HOUR_MS + 5_000;
  meter.end();
  clock.at = HOUR_MS + 60_000;
  await book.flush();
  await book.flush();
  expect(spans()).toEqual([
    { start: 0, end: HOUR_MS, predictions: 2 },
    { start: HOUR_MS, end: HOUR_MS + 5_000, predictions: 1 },
  ]);
});

it('what could not be recorded is recorded the next time', async () => {
  const { clock, failing, spans, book } = newBook();
  await using _ = book;
  const meter = book.begin('r', FACTS);
  meter.predicted();
  clock.at = 10_000;
  meter.end();
  failing.now = true;
  await book.flush();
  expect(spans()).toEqual([]);
  failing.now = false;
  await book.flush();
  expect(spans()).toEqual([{ start: 0, end: 10_000, predictions: 1 }]);
});

it('what a killed server had not recorded is recorded by the next, until its replicas really ended', async () => {
  const open = (replica: string, ended: number | null) => ({
    replica,
    facts: FACTS,
    part: 0,
    start: 5_000,
    predictions: 3,
    ended,
  });
  const left = { seenMs: 9_000, open: [open('lived on', null), open('ended', 8_000), open('unknown', null)] };
  const { spans, book } = newBook({ read: () => left, write: () => undefined });
  await using _ = book;
  await book.recover(new Map([['lived on', 30_000]]));
  expect(spans()).toEqual([30_000, 8_000, 9_000].map((end) => ({ start: 5_000, end, predictions: 3 })));
});

it.each([
  [{}, 'machine', '1'],
  [{ instance: 'g5.xlarge' }, 'g5.xlarge', '1'],
  [{ gpu: { count: 2, model: 'H100' } }, 'gpu:H100', '2'],
  [{ gpu: {} }, 'gpu:any', '1'],
  [{ gpu: { count: 2 }, instance: 'p5.48xlarge' }, 'p5.48xlarge', '1'],
])('a replica with the resources %j is metered as %s, %s', (resources, resource, quantity) => {
  const container = { image: 'i', protocol: 'v2' };
  const main = { model: 'm', version: 1, backend: 'docker', container, resources };
  const { variants } = EndpointSpec.parse({ variants: { main } });
  expect(variants.main && selectHeldResource(variants.main)).toEqual({ resource, quantity });
});
