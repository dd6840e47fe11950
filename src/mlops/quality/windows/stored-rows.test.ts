import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { isDeep } from '../../../testing/deep.ts';
import { call, hour, openRoom, type Room, type Server } from '../../monitoring/room.testing.ts';
import { showMonitor } from '../../monitors/schema.ts';

const ROWS = 900;
const estimate = { reference: { start: hour(-24 * 40), end: hour(-24 * 20) } };
const CLASSES = { kind: 'classification', output: 'answer', positive: '1', probability: 'p' };
const NUMBERS = { kind: 'regression', output: 'p' };
const QUERIES = [
  { by: 'all', slice: 'country' },
  { by: 'all', slice: 'country', start: hour(-24 * 30), end: hour(-24 * 2 + 0.5) },
  { by: 'week', slice: 'age' },
  { by: 'all', slice: 'nested' },
  { by: 'day', slice: 'weight', mostValues: 3 },
  { by: 'all', slice: 'document' },
  { by: 'all', slice: 'a "name" of.its own' },
  { by: 'all', slice: 'in no prediction' },
  { by: 'day', modelVersion: '2' },
  { by: 'month', endpoint: 'shop', environment: 'production' },
  { by: 'all', end: hour(-24 * 100) },
];

const rowsFolder = (room: Room) => join(room.folder, 'objects', 'monitoring', 'windows', 'watch');
const show = (server: Server, query: object) => call(server, showMonitor, { params: { monitor: 'watch' }, query });

function rowsFile(room: Room): string {
  const [name, ...others] = readdirSync(rowsFolder(room)).filter((one) => one.endsWith('.parquet'));
  expect(others).toEqual([]);
  return join(rowsFolder(room), name ?? 'none');
}

function rounded(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(9)) : value,
  );
}

/** A question as of a time is always computed. */
async function expectComputed(server: Server, queries = QUERIES): Promise<void> {
  for (const query of queries) {
    const { knownAt, ...stored } = await show(server, query);
    const { knownAt: _, ...computed } = await show(server, { ...query, knownAt });
    expect(rounded(stored), JSON.stringify(query)).toEqual(rounded(computed));
  }
}

const buildInputs = (at: number, random: () => number) => ({
  ...(at % 7 === 0 ? {} : { country: at % 11 === 0 ? null : ['de', 'fr', 7, true][at % 4] }),
  age: Math.floor(random() * 4) * 10,
  weight: random(),
  nested: { deep: [at % 2] },
  document: 'word '.repeat(at % 100),
  'a "name" of.its own': at % 3,
});

async function sendRows(server: Server): Promise<void> {
  const random = createRandom(5);
  const rows = Array.from({ length: ROWS }, (_, at) => {
    const p = Math.round(random() * 50) / 50;
    const output = at % 50 === 0 ? { answer: 'unclear' } : { answer: p >= 0.5 ? 1 : 0, p };
    return {
      ...{ prediction: `p${at}`, predictedAt: hour(-24 * 45 * random()), output },
      ...(at % 31 === 0 ? {} : { inputs: buildInputs(at, random) }),
      ...(at % 5 === 0 ? {} : { latencyMs: Math.floor(random() * 300) }),
      ...(at % 2 === 0 ? { modelVersion: `${at % 3}`, endpoint: 'shop', environment: 'production' } : {}),
    };
  });
  await server.predict(rows as never);
  const labelled = rows.filter((_, at) => at % 10 !== 0);
  await server.label(
    labelled.map(({ prediction, output }) => ({ prediction, value: random() < (output.p ?? 0.5) ? 1 : 0 })),
  );
}

it('answer slices, versions and any time as a computation does, with and without estimates, and when the file is damaged or missing', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply({ model: 'ranker', quality: CLASSES, estimate });
  await sendRows(server);
  await room.settle();
  await server.look();
  await expectComputed(server, QUERIES.slice(0, 3));
  const sliced = await show(server, { by: 'all', slice: 'country' });
  expect(sliced.windows.map(({ slice }) => slice)).toEqual([null, '7', 'de', 'fr', 'true']);
  expect(sliced.sliceValues).toBe(5);
  const most = await show(server, { by: 'all', slice: 'country', mostValues: 2 });
  const largest = sliced.windows.map(({ predictions }) => predictions).toSorted((a, b) => b - a);
  expect(most.windows.map(({ predictions }) => predictions).toSorted((a, b) => b - a)).toEqual(largest.slice(0, 2));
  expect(most.sliceValues).toBe(5);
  expect(sliced.estimation).toMatchObject({ method: 'cbpe', reason: null });
  for (const quality of [NUMBERS, CLASSES, { kind: 'ranking', k: 3 }]) {
    await server.apply({ model: 'ranker', quality, ...(quality === CLASSES ? {} : { estimate }) });
    await server.look();
    await expectComputed(server, quality === CLASSES ? QUERIES : QUERIES.slice(1, 2));
  }

  const bytes = readFileSync(rowsFile(room));
  const damages = [
    () => truncateSync(rowsFile(room), bytes.length - 100),
    () => writeFileSync(rowsFile(room), Buffer.alloc(bytes.length, 'x')),
    () =>
      writeFileSync(
        rowsFile(room),
        bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)),
      ),
    () => rmSync(rowsFile(room)),
    () => writeFileSync(join(rowsFolder(room), 'rows.json'), '{"cut'),
    () => rmSync(join(rowsFolder(room), 'rows.json')),
  ];
  // In the short run a byte that changed and a file that is missing.
  for (const damage of isDeep ? damages : damages.slice(2, 4)) {
    damage();
    await expectComputed(await room.server(), QUERIES.slice(0, 1));
    await server.look();
    rowsFile(room);
  }
  await expectComputed(await room.server(), QUERIES.slice(0, 1));

  // Without the prediction files, only the stored rows can answer.
  rmSync(join(room.folder, 'lake', 'prediction'), { recursive: true });
  expect((await show(server, { by: 'all', slice: 'country' })).windows).toHaveLength(5);
});
