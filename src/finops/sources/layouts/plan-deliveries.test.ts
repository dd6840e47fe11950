import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Layout } from '../schema.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import { listManifestKeys, planDeliveries } from './plan-deliveries.ts';

const T0 = Date.parse('2026-11-03T10:00:00Z');
const MINUTE = 60_000;
const UUIDS = ['16e57707-f9e3-49be-8be6-b84e684b5194', '73746dc5-5dcc-4b83-b340-bb1bd2b1ca30'] as const;

interface Given {
  readonly text?: string;
  readonly sizeBytes?: number;
  readonly at?: number;
}

/** Content of a bucket: text for manifests, sizes for data. */
type Files = Record<string, Given>;

function plans(files: Files, options: { layout?: Layout; now?: number; settleMs?: number } = {}): DeliveryPlan[] {
  const { layout = 'auto', now = T0 + 60 * MINUTE, settleMs = 0 } = options;
  const listing = new Map(Object.entries(files).map(([key, given]) => [key, objectOf(key, given)]));
  const manifests = listManifestKeys(layout, listing).map((key) => {
    const text = files[key]?.text ?? '';
    return { object: objectOf(key, files[key] ?? {}), text, sha256: createHash('sha256').update(text).digest('hex') };
  });
  return planDeliveries({ layout, listing, manifests, overrides: {}, now, settleMs });
}

function objectOf(key: string, { text, sizeBytes, at = T0 }: Given): BucketObject {
  return { key, sizeBytes: text?.length ?? sizeBytes ?? 100, etag: `e-${key}-${at}`, modifiedAt: at };
}

const shown = ({ exportName, dataset, scope, period, producerId, files, state }: DeliveryPlan) => ({
  exportName,
  dataset,
  scope,
  period,
  producerId,
  files: files.map(({ key }) => key),
  state: state.kind,
});
const states = (all: readonly DeliveryPlan[]) => all.map(({ state }) => state.kind);
const reasonOf = (plan: DeliveryPlan | undefined) =>
  plan === undefined || plan.state.kind === 'ready' ? null : plan.state.reason;

const json = (value: unknown, at = T0): Given => ({ text: JSON.stringify(value), at });

describe('a Cost and Usage Report', () => {
  const folder = 'koku-local/20180801-20180901';
  const data = `${folder}/${UUIDS[0]}/koku-local-1.csv.gz`;
  const manifest = (assembly: string, at = T0) =>
    json(
      {
        assemblyId: assembly,
        account: '6568388779672',
        reportName: 'koku-local',
        billingPeriod: { start: '20180801T000000.000Z', end: '20180901T000000.000Z' },
        bucket: '',
        reportKeys: [`/${folder}/${assembly}/koku-local-1.csv.gz`],
      },
      at,
    );

  it('is what the manifest of its period names', () => {
    const all = plans({
      [`${folder}/koku-local-Manifest.json`]: manifest(UUIDS[0]),
      [`${folder}/${UUIDS[0]}/koku-local-Manifest.json`]: manifest(UUIDS[0]),
      [data]: {},
      [`${folder}/${UUIDS[1]}/koku-local-1.csv.gz`]: {},
    });
    expect(all.map(shown)).toEqual([
      {
        exportName: 'koku-local',
        dataset: null,
        scope: '6568388779672',
        period: '2018-08',
        producerId: UUIDS[0],
        files: [data],
        state: 'ready',
      },
    ]);
  });

  it('is the same in a folder that was made of a part of the bucket', () => {
    const [plan] = plans({
      '20180801-20180901/koku-local-Manifest.json': manifest(UUIDS[0]),
      [`20180801-20180901/${UUIDS[0]}/koku-local-1.csv.gz`]: {},
    });
    expect(plan).toMatchObject({ exportName: 'koku-local', state: { kind: 'ready' }, files: [{ sizeBytes: 100 }] });
  });

  it('waits when its files come before the manifest, and is not taken for bare files', () => {
    const [plan, ...more] = plans({ [data]: {} });
    expect(plan).toMatchObject({
      exportName: 'koku-local',
      period: '2018-08',
      state: { kind: 'waiting', fault: null },
    });
    expect(reasonOf(plan)).toBe(`no manifest in ${folder} yet`);
    expect(more).toEqual([]);
  });

  it('waits when the manifest names a file that is not there, and does not take one of the same name elsewhere', () => {
    const all = plans({
      [`${folder}/koku-local-Manifest.json`]: manifest(UUIDS[1]),
      [data]: {},
      [`${folder}/koku-local-1.csv.gz`]: {},
    });
    expect(all).toMatchObject([{ producerId: UUIDS[1], files: [], state: { kind: 'waiting', fault: 'missing' } }]);
    expect(reasonOf(all[0])).toContain(`names /${folder}/${UUIDS[1]}/koku-local-1.csv.gz, which is not there`);
  });

  it('counts by the copy in the folder of the assembly where the period has no manifest', () => {
    expect(plans({ [`${folder}/${UUIDS[0]}/koku-local-Manifest.json`]: manifest(UUIDS[0]), [data]: {} })).toMatchObject(
      [{ producerId: UUIDS[0], state: { kind: 'ready' } }],
    );
  });

  it('waits with its partitions for Athena until the first manifest comes', () => {
    const partition = 'p/daily/daily/year=2026/month=10/daily-00001.snappy.parquet';
    expect(states(plans({ [partition]: {} }))).toEqual(['waiting']);
    const manifested = plans({
      [partition]: {},
      'p/daily/20261001-20261101/daily-Manifest.json': json({
        assemblyId: '20261103T090000Z',
        reportName: 'daily',
        reportKeys: [partition],
      }),
    });
    expect(manifested).toMatchObject([{ period: '2026-10', producedAt: Date.parse('2026-11-03T09:00:00Z') }]);
    expect(states(manifested)).toEqual(['ready']);
  });
});

describe('an AWS data export', () => {
  const root = 'exports/daily';
  const manifestKey = (period: string, word = 'BILLING_PERIOD') =>
    `${root}/metadata/${word}=${period}/daily-Manifest.json`;
  const manifest = (execution: string, files: readonly string[], at = T0) =>
    json(
      {
        executionId: execution,
        exportArn: 'arn:aws:bcm-data-exports:us-east-1:123456789012:export/daily-0123',
        columns: [],
        dataFiles: files,
      },
      at,
    );
  const folder = (period: string, word = 'BILLING_PERIOD') => `${root}/data/${word}=${period}`;

  it.each(['BILLING_PERIOD', 'billing_period'])('is found under %s in overwrite mode', (word) => {
    const file = `${folder('2026-10', word)}/daily-00001.snappy.parquet`;
    const all = plans({
      [manifestKey('2026-10', word)]: manifest(UUIDS[0], [`s3://bills/${file}`]),
      [file]: { at: T0 - MINUTE },
    });
    expect(all.map(shown)).toEqual([
      {
        exportName: 'daily',
        dataset: null,
        scope: '123456789012',
        period: '2026-10',
        producerId: UUIDS[0],
        files: [file],
        state: 'ready',
      },
    ]);
  });

  it('takes the newest execution of a period in create-new mode, whichever copies of manifests lie there', () => {
    const run = (time: string, uuid: string) => `2026-11-${time}.728Z-${uuid}`;
    const [older, newer] = [run('01T13:14:37', UUIDS[0]), run('02T13:14:37', UUIDS[1])];
    const dataOf = (execution: string) => `${folder('2026-10')}/${execution}/daily-00001.csv.gz`;
    const files = (execution: string) => [dataOf(execution)];
    const all = plans({
      [manifestKey('2026-10')]: manifest(UUIDS[1], files(newer)),
      [`${root}/metadata/BILLING_PERIOD=2026-10/${newer}/daily-Manifest.json`]: manifest(UUIDS[1], files(newer)),
      [`${root}/metadata/BILLING_PERIOD=2026-10/${older}/daily-Manifest.json`]: manifest(UUIDS[0], files(older)),
      [dataOf(older)]: {},
      [dataOf(newer)]: {},
    });
    expect(all.map(({ producerId, state }) => [producerId, state.kind])).toEqual([
      [UUIDS[0], 'superseded'],
      [UUIDS[1], 'ready'],
    ]);
    expect(all[1]?.producedAt).toBe(Date.parse('2026-11-02T13:14:37.728Z'));
  });

  it('waits while files that keep their names are newer than the manifest, for a quarter of an hour', () => {
    const file = `${folder('2026-10')}/daily-00001.csv.gz`;
    const files = { [manifestKey('2026-10')]: manifest(UUIDS[0], [file]), [file]: { at: T0 + MINUTE } };
    const waiting = plans(files, { now: T0 + 10 * MINUTE });
    expect(states(waiting)).toEqual(['waiting']);
    expect(reasonOf(waiting[0])).toContain('is newer than its manifest');
    expect(states(plans(files, { now: T0 + 17 * MINUTE }))).toEqual(['ready']);
  });

  it('waits for the manifest of one period while it takes another', () => {
    const [october, november] = [`${folder('2026-10')}/a.csv.gz`, `${folder('2026-11')}/a.csv.gz`];
    const all = plans({ [manifestKey('2026-10')]: manifest(UUIDS[0], [october]), [october]: {}, [november]: {} });
    expect(all.map(({ period, state }) => [period, state.kind])).toEqual(
      expect.arrayContaining([
        ['2026-10', 'ready'],
        ['2026-11', 'waiting'],
      ]),
    );
  });

  it('takes all of many files or none', () => {
    const files = [1, 2, 3].map((part) => `${folder('2026-10')}/daily-0000${part}.csv.gz`);
    const manifests = { [manifestKey('2026-10')]: manifest(UUIDS[0], files) };
    const there = Object.fromEntries(files.slice(0, 2).map((file) => [file, {}]));
    expect(states(plans({ ...manifests, ...there }))).toEqual(['waiting']);
    expect(plans({ ...manifests, ...there, [files[2] ?? '']: {} })).toMatchObject([
      { state: { kind: 'ready' }, files: files.map((key) => ({ key })) },
    ]);
  });

  it.each(['', '{"dataFiles": ["s3:', '[]', '{"dataFiles": 7}'])('waits while its manifest reads %j', (text) => {
    expect(states(plans({ [manifestKey('2026-10')]: { text }, [`${folder('2026-10')}/a.csv`]: {} }))).toEqual([
      'waiting',
    ]);
  });

  it('of recommendations is no bill', () => {
    expect(plans({ 'exports/coh/data/date=2026-10-01/coh-00001.csv': {} })).toEqual([]);
  });
});

describe('an Azure export', () => {
  const run = (time: string, uuid: string, change: object = {}, rows = 36): Files => {
    const folder = `billing/daily/20261001-20261031/${time}/${uuid}`;
    const blob = { blobName: `${folder}/part_0_0001.csv`, byteCount: 8032, dataRowCount: rows };
    const manifest = {
      manifestVersion: '2024-04-01',
      byteCount: 8032,
      blobCount: 1,
      dataRowCount: rows,
      exportConfig: {
        exportName: 'daily',
        resourceId:
          '/providers/Microsoft.Billing/billingAccounts/1234567/providers/Microsoft.CostManagement/exports/daily',
        type: 'FocusCost',
      },
      runInfo: {
        submittedTime: `2026-10-${time.slice(6, 8)}T21:04:06.5234447Z`,
        runId: uuid,
        startDate: '2026-10-01T00:00:00',
        endDate: `2026-10-${time.slice(6, 8)}T00:00:00Z`,
      },
      blobs: [blob],
      ...change,
    };
    return { [`${folder}/manifest.json`]: json(manifest), [blob.blobName]: { sizeBytes: 8032 } };
  };

  it('is what its manifest says, wherever it lies', () => {
    const files = run('202610212104', UUIDS[0]);
    const moved = Object.fromEntries(
      Object.entries(files).map(([key, given]) => [key.replace('billing/daily/20261001-20261031', 'x/y'), given]),
    );
    for (const all of [plans(files), plans(moved)]) {
      expect(all).toMatchObject([
        {
          exportName: 'daily',
          dataset: 'CostAndUsage',
          scope: '/providers/Microsoft.Billing/billingAccounts/1234567',
          period: '2026-10',
          producerId: UUIDS[0],
          producedAt: Date.parse('2026-10-21T21:04:06.523Z'),
          coverage: { from: '2026-10-01', to: '2026-10-22' },
          expectedRows: 36,
          files: [{ sizeBytes: 8032 }],
          state: { kind: 'ready' },
        },
      ]);
    }
  });

  it.each([
    ['ActualCost', 'ActualCost', 'ready'],
    ['AmortizedCost', 'AmortizedCost', 'ready'],
    ['Usage', 'ActualCost', 'ready'],
    ['FocusCost', 'CostAndUsage', 'ready'],
    ['PriceSheet', null, 'ignored'],
    ['ReservationRecommendations', null, 'ignored'],
  ])('of type %s is the dataset %s and %s', (type, dataset, state) => {
    const all = plans(run('202610212104', UUIDS[0], { exportConfig: { exportName: 'daily', type } }));
    expect(all).toMatchObject([{ dataset, state: { kind: state } }]);
  });

  it('counts by its newest run; a newest run that is not whole yet leaves the one before', () => {
    const both = { ...run('202610202104', UUIDS[0]), ...run('202610212104', UUIDS[1]) };
    expect(plans(both).map(({ producerId, state }) => [producerId, state.kind])).toEqual([
      [UUIDS[0], 'superseded'],
      [UUIDS[1], 'ready'],
    ]);
    delete both[`billing/daily/20261001-20261031/202610212104/${UUIDS[1]}/part_0_0001.csv`];
    expect(states(plans(both))).toEqual(['ready', 'waiting']);
  });

  it('with runs that overwrite each other is no failure of the run whose file is gone', () => {
    const both = { ...run('202610202104', UUIDS[0]), ...run('202610212104', UUIDS[1]) };
    delete both[`billing/daily/20261001-20261031/202610202104/${UUIDS[0]}/part_0_0001.csv`];
    expect(states(plans(both))).toEqual(['superseded', 'ready']);
  });

  it('that covers fewer days does not put away the longer one before it', () => {
    const short = {
      runInfo: {
        runId: UUIDS[1],
        submittedTime: '2026-10-30T00:00:00Z',
        startDate: '2026-10-01',
        endDate: '2026-10-09',
      },
    };
    expect(states(plans({ ...run('202610202104', UUIDS[0]), ...run('202610302104', UUIDS[1], short) }))).toEqual([
      'ready',
      'ready',
    ]);
  });

  it.each([
    ['a file of another size', { blobs: [{ blobName: 'part_0_0001.csv', byteCount: 7 }], byteCount: 7 }],
    ['more files counted than listed', { blobCount: 2 }],
    ['other bytes counted than listed', { byteCount: 1 }],
    ['other rows counted than listed', { dataRowCount: 35 }],
  ])('waits with %s', (_, change) => {
    const all = plans(run('202610212104', UUIDS[0], change));
    expect(states(all)).toEqual(['waiting']);
    expect(reasonOf(all[0])).toMatch(/the manifest says|counts \d+/);
  });

  it('with an empty manifest waits', () => {
    const files = run('202610212104', UUIDS[0]);
    const [key = ''] = Object.keys(files);
    const all = plans({ ...files, [key]: { text: '' } });
    expect(all).toMatchObject([{ exportName: 'daily', period: '2026-10', state: { kind: 'waiting' } }]);
    expect(reasonOf(all[0])).toContain('is empty');
  });

  it('without manifests is its newest whole file', () => {
    const file = (uuid: string, at: number): Files => ({
      [`export/myExport/20240101-20240131/myExport_${uuid}.csv`]: { at },
    });
    const all = plans({ ...file(UUIDS[0], T0), ...file(UUIDS[1], T0 + MINUTE) });
    expect(all.map(shown)).toEqual([
      {
        exportName: 'myExport',
        dataset: null,
        scope: 'default',
        period: '2024-01',
        producerId: UUIDS[1],
        files: [`export/myExport/20240101-20240131/myExport_${UUIDS[1]}.csv`],
        state: 'ready',
      },
    ]);
  });
});

describe('bare files', () => {
  it('are one delivery, whose rows say what they are of', () => {
    const all = plans({ 'a/x.csv': {}, 'b/y.csv.gz': {}, 'c.parquet': {}, 'notes.txt': {} });
    expect(all).toMatchObject([{ layout: 'files', exportName: 'default', period: null, state: { kind: 'ready' } }]);
    expect(all[0]?.files).toHaveLength(3);
  });

  it('are another delivery when one of them changes', () => {
    const [one] = plans({ 'a.csv': {}, 'b.csv': {} });
    const [same] = plans({ 'a.csv': {}, 'b.csv': {} });
    const [other] = plans({ 'a.csv': {}, 'b.csv': { at: T0 + 1 } });
    expect(one?.contentHash).toBe(same?.contentHash);
    expect(one?.contentHash).not.toBe(other?.contentHash);
  });

  it('wait until nobody writes to them any more', () => {
    const files = { 'a.csv': {}, 'b.csv': { at: T0 + 59 * MINUTE + 30_000 } };
    expect(states(plans(files, { settleMs: MINUTE }))).toEqual(['waiting']);
    expect(states(plans(files, { settleMs: MINUTE, now: T0 + 62 * MINUTE }))).toEqual(['ready']);
  });

  it('beside an export are told and not counted', () => {
    const folder = 'e/data/BILLING_PERIOD=2026-10';
    const all = plans({
      'e/metadata/BILLING_PERIOD=2026-10/e-Manifest.json': json({ executionId: 'x', dataFiles: [`${folder}/a.csv`] }),
      [`${folder}/a.csv`]: {},
      'old/b.csv': {},
    });
    expect(all.map(({ layout, state }) => [layout, state.kind])).toEqual(
      expect.arrayContaining([
        ['awsDataExport', 'ready'],
        ['files', 'ignored'],
      ]),
    );
  });

  it('are taken with "layout: files" from folders that look like exports', () => {
    expect(plans({ 'e/data/BILLING_PERIOD=2026-10/a.csv': {} }, { layout: 'files' })).toMatchObject([
      { layout: 'files', state: { kind: 'ready' }, files: [{ key: 'e/data/BILLING_PERIOD=2026-10/a.csv' }] },
    ]);
  });
});

describe('any bucket', () => {
  const parts = [
    'data',
    'metadata',
    'BILLING_PERIOD=2026-10',
    '20261001-20261101',
    'e',
    UUIDS[0],
    'e-Manifest.json',
    'manifest.json',
    'a.csv',
    `e_${UUIDS[0]}.csv`,
  ];
  const key = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }).map((segments) => segments.join('/'));
  const text = fc.constantFrom(
    '',
    '{',
    '{"dataFiles":["a.csv"]}',
    '{"assemblyId":"a","reportKeys":["e/a.csv"]}',
    '{"blobs":[{"blobName":"a.csv"}]}',
  );

  it('never makes one file part of two deliveries of one export that are both taken', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.record({ text }), { maxKeys: 12 }), (files) => {
        for (const plan of plans(files)) {
          const keys = plan.files.map((file) => file.key);
          expect(new Set(keys).size).toBe(keys.length);
          if (plan.state.kind === 'ready') expect(keys.every((each) => Object.hasOwn(files, each))).toBe(true);
        }
        const bare = plans(files).filter(({ layout, state }) => layout === 'files' && state.kind === 'ready');
        if (bare.length > 0) expect(plans(files)).toHaveLength(1);
      }),
    );
  });
});

const shared = join(import.meta.dirname, '../../../../../shared/data/finops/azure/export_manifest_partitioned.json');

describe('a real manifest of Azure, of its first version', () => {
  const text = `{"manifestVersion": "2021-01-01", "dataFormat": "csv", "blobCount": 1, "byteCount": 423869, "dataRowCount": 490,
    "blobs": [{"blobName": "cost/partitioned/20230101-20230131/202301041442/${UUIDS[1]}/000001.csv", "byteCount": 423869, "dataRowCount": 490, "headerRowCount": 1}]}`;
  const folder = `cost/partitioned/20230101-20230131/202301041442/${UUIDS[1]}`;

  it('says by its path what it does not say itself', () => {
    const all = plans({ [`${folder}/manifest.json`]: { text }, [`${folder}/000001.csv`]: { sizeBytes: 423_869 } });
    expect(all).toMatchObject([
      {
        exportName: 'partitioned',
        dataset: null,
        scope: 'default',
        period: '2023-01',
        producerId: UUIDS[1],
        producedAt: Date.parse('2023-01-04T14:42:00Z'),
        coverage: { from: '2023-01-01', to: '2023-02-01' },
        expectedRows: 490,
        state: { kind: 'ready' },
      },
    ]);
  });

  it.skipIf(!exists(shared))('is the one of the koku project (skipped without ../shared)', () => {
    expect(JSON.parse(readFileSync(shared, 'utf8'))).toEqual(JSON.parse(text));
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
