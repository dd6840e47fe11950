import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from '../testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await server.run(...argv), [folder, server.data]));
  expect(actual).toBe(expected);
}

/** Two days of readings every ten minutes, repeated: 3 h of capacity, an hour without; zone b has less capacity. */
const readings = Array.from({ length: 6 * 24 * 20 }, (_, index) => index);
const isUp = (index: number, hours: number) => (index % (6 * hours) < 6 * (hours - 1) ? 1 : 0);
const trace = (hours: number) =>
  JSON.stringify({ metadata: { gap_seconds: 600 }, data: readings.map((index) => isUp(index, hours)) });
const time = (index: number) => new Date(Date.parse('2026-05-01T00:00:00Z') + index * 600_000).toISOString();
const job = ['--work', '20h', '--save', '1m', '--restart', '2m'];
const prices = ['--spot', '0.918USD/h', '--on-demand', 'p3.2xlarge'];

describe('spot on the command line', () => {
  it('is advised by histories as JSON and CSV, which say the same', async () => {
    const traces = [put('zone-a.json', trace(4)), put('zone-b.json.gz', gzipSync(trace(2)))];
    await expectGolden('spot-advise', 'spot', 'advise', ...traces, ...job, ...prices);
    const rows = readings.flatMap((index) => [
      `${time(index)},${isUp(index, 4)},zone-a`,
      `${time(index)},${isUp(index, 2)},zone-b`,
    ]);
    const csv = put('readings.csv', ['at,up,zone', ...rows, ''].join('\n'));
    const asked = ['spot', 'advise', ...job, ...prices, '--json'];
    const [byTrace, byCsv] = await Promise.all([
      server.run(...asked, ...traces),
      server.run(...asked, csv, '--time', 'at', '--available', 'up'),
    ]);
    expect(byCsv.out).toBe(byTrace.out);
  });

  it('is advised by a mean, and by the band of an advisor', async () => {
    await expectGolden('spot-advise-mean', 'spot', 'advise', '--mean', '6h', ...job);
    const advisor = put(
      'advisor.json',
      JSON.stringify({
        ranges: [
          { index: 0, label: '<5%' },
          { index: 4, label: '>20%' },
        ],
        spot_advisor: { 'us-east-1': { Linux: { 'g5.xlarge': { s: 60, r: 0 }, 'p3.2xlarge': { s: 70, r: 4 } } } },
      }),
    );
    const of = (type: string) => [
      'spot',
      'advise',
      '--advisor',
      advisor,
      '--type',
      type,
      '--region',
      'us-east-1',
      ...job,
    ];
    await expectGolden('spot-advise-band', ...of('p3.2xlarge'));
    const { out } = await server.run(...of('g5.xlarge'), '--json');
    expect(JSON.parse(out).zones[0].method).toBe('daly');
    await expectGolden('spot-advise-type', ...of('g9.xlarge'));
  });

  it('has a job with a deadline replayed', async () => {
    const history = put('zone-a.json', trace(4));
    const asked = ['spot', 'deadline', history, '--work', '20h', '--deadline', '26h', '--changeover', '12m', ...prices];
    await expectGolden('spot-deadline', ...asked, '--starts', '50');
    await expectGolden('spot-deadline-ratio', ...asked, '--price-ratio', '0.2');
  });

  it('says what is wrong with a history in a sentence', async () => {
    const bad = [
      put('cut.json', trace(4).slice(0, 200)),
      put('other.json', '{"a": 1}'),
      put('words.csv', 'time,available\n2026-05-01T00:00:00Z,maybe\n'),
      put('times.csv', 'time,available\nyesterday,1\n'),
      put('once.csv', 'time,available\n2026-05-01T00:00:00Z,1\n'),
      put('columns.csv', 'when,there\n2026-05-01T00:00:00Z,1\n'),
      put('empty.csv', ''),
    ];
    const answers = [];
    for (const file of bad)
      answers.push(normalised(await server.run('spot', 'advise', file, ...job), [folder, server.data]));
    const { actual, expected } = golden('spot-advise-bad', answers.join('\n'));
    expect(actual).toBe(expected);
    await expectGolden('spot-advise-nothing', 'spot', 'advise', ...job);
  });
});

describe('a commitment on the command line', () => {
  it('is advised by the hours of a file', async () => {
    const hour = (index: number) => new Date(Date.parse('2026-05-01T00:00:00Z') + index * 3_600_000).toISOString();
    const rows = Array.from({ length: 70 * 24 }, (_, index) => {
      const wanted = (index % 24 < 10 ? 4 : 9) + ((index * 7919) % 5) + (index % 168 < 48 ? -3 : 0);
      return `${hour(index)},${wanted},2`;
    });
    const file = put('demand.csv', ['time,quantity,committed', ...rows, ''].join('\n'));
    const asked = ['commit', 'advise', file, '--on-demand', '3.06USD/h', '--committed', '1.94USD/h'];
    await expectGolden('commit-advise', ...asked);
    await expectGolden('commit-advise-price', 'commit', 'advise', file, '--committed', '1.94USD/h');
    await expectGolden('commit-advise-bill', 'commit', 'advise', '--committed', '1.94USD/h');
    const bad = put('bad-demand.csv', 'time,quantity\n2026-05-01T00:00:00Z,a few\n');
    await expectGolden('commit-advise-bad', 'commit', 'advise', bad, ...asked.slice(3));
  });
});

describe('hardware on the command line', () => {
  it('is advised by what was measured', async () => {
    const profile = put(
      'profile.csv',
      [
        'type,bucket,requests_per_second,latency_ms,memory_gib',
        'g5.xlarge,short,12,190,24',
        'g5.xlarge,long,1,900,24',
        'g6e.xlarge,short,20,180,48',
        'g6e.xlarge,long,2,480,48',
        'lab,short,100,50,',
        '',
      ].join('\n'),
    );
    const asked = ['hardware', 'advise', profile, '--demand', 'short=30@200ms', '--demand', 'long=3@500ms'];
    await expectGolden('hardware-advise', ...asked, '--present', 'g6e.xlarge=5', '--consider', 'p5.48xlarge');
    await expectGolden('hardware-advise-none', 'hardware', 'advise', profile, '--demand', 'long=3@100ms');
    const bad = put('bad-profile.csv', 'type,bucket,requests_per_second,latency_ms\ng5.xlarge,short,0,190\n');
    await expectGolden('hardware-advise-bad', 'hardware', 'advise', bad, '--demand', 'short=3@100ms');
    await expectGolden(
      'hardware-advise-endpoint',
      'hardware',
      'advise',
      '--endpoint',
      'ranker',
      '--demand',
      'all=3@9ms',
    );
    await expectGolden('hardware-advise-demand', 'hardware', 'advise', profile, '--demand', 'short=3');
  });
});
