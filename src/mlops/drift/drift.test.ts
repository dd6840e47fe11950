import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { createRandom } from '../../platform/numbers/index.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { compareColumn } from '../drift-methods/compare-column.ts';
import { methods } from '../drift-methods/methods.ts';
import {
  compareDrift,
  type DriftMethodChoice,
  listDriftProfiles,
  makeDriftProfile,
  methodNames,
  removeDriftProfile,
} from './schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
});

async function send(name: string, content: string | Buffer) {
  const answer = await application.http.inject({
    method: 'POST',
    url: `/api/v1/drift/files?name=${name}`,
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: content,
  });
  return { upload: String(answer.json().upload), name };
}

interface Given {
  readonly method?: DriftMethodChoice;
  readonly columns?: string[];
}

async function compare(reference: string | Buffer, current: string | Buffer, given: Given = {}) {
  const files = { reference: await send('ref.csv', reference), current: await send('cur.csv', current) };
  return call(application, compareDrift, { body: { ...files, ...given } });
}

const csv = (header: string, ...rows: readonly (string | number)[]) => `${[header, ...rows].join('\n')}\n`;
const draws = (seed: number, count: number, by = 0) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => (random() + random() + random() + by).toFixed(6));
};

describe('two files', () => {
  it('are compared column by column, with figures that say how sure they are', async () => {
    const rows = (seed: number, by: number) =>
      draws(seed, 600, by).map((value, at) => `${value},${draws(seed + 9, 600)[at]},${at % 3 === 0 ? 'a' : 'b'}`);
    const report = await compare(csv('moved,still,kind', ...rows(1, 0)), csv('moved,still,kind', ...rows(2, 0.3)));
    const [moved, still, kind] = report.columns;
    expect(moved).toMatchObject({ column: 'moved', type: 'numerical', method: 'ks', drifted: true, threshold: 0.05 });
    expect(moved?.adjustedPValue).toBeLessThan(1e-9);
    expect(still).toMatchObject({ column: 'still', drifted: false, nReference: 600, nCurrent: 600, reason: null });
    expect(kind).toMatchObject({ type: 'categorical', method: 'chi2_contingency', statistic: 0, drifted: false });
    expect(report).toMatchObject({ compared: 3, share: 1 / 3, drifted: true });
  });

  it('are compared by the columns that are named, in their order', async () => {
    const report = await compare(csv('a,b,c', '1,2,3', '2,3,4'), csv('a,b,c', '1,2,3', '2,3,5'), {
      columns: ['c', 'a'],
    });
    expect(report.columns.map(({ column }) => column)).toEqual(['c', 'a']);
  });

  it('may be packed, and use other delimiters', async () => {
    const values = draws(3, 50);
    const report = await compare(gzipSync(csv('x;y', ...values.map((value) => `${value};1`))), csv('x', ...values));
    expect(report.columns).toMatchObject([
      { column: 'x', statistic: 0, pValue: 1, nReference: 50 },
      { column: 'y', reason: 'only the reference has this column', drifted: null },
    ]);
  });

  it('by Evidently’s rule are drifted when half of the columns are', async () => {
    const reference = csv('a,b', ...draws(1, 80).map((value, at) => `${value},${at}`));
    const report = await compare(reference, csv('a,b', ...draws(2, 80, 3).map((value, at) => `${value},${at}`)), {
      method: 'evidently',
    });
    expect(report).toMatchObject({ share: 0.5, drifted: true });
    expect(report.columns[0]).toMatchObject({ method: 'ks', adjustedPValue: null });
  });

  it('give NannyML’s threshold and TVD’s permutations, which need the rows in order', async () => {
    const rows = (seed: number) => draws(seed, 120).map((value, at) => `${value},${'abc'[(at * seed) % 3]}`);
    const files = [csv('x,k', ...rows(4)), csv('x,k', ...rows(5))] as const;
    const nanny = await compare(...files, { method: 'nannyml_jensen_shannon' });
    expect(nanny.columns.map(({ threshold }) => threshold !== null && threshold >= 0)).toEqual([true, true]);
    const permuted = await compare(...files, { method: 'TVD', columns: ['k'] });
    expect(permuted.columns[0]?.pValue).toBeGreaterThan(0.1);
  });

  it('leave nothing behind on the server', async () => {
    await compare(csv('a', 1, 2), csv('a', 1, 2));
    const again = await send('x.csv', csv('a', 1));
    const gone = { upload: 'u_00000000000000000000000000000000', name: 'gone.csv' };
    const problem = await catchProblem(call(application, compareDrift, { body: { reference: again, current: gone } }));
    expect(problem).toMatchObject({ code: 'upload_not_found' });
    const body = { reference: again, current: again };
    expect(await catchProblem(call(application, compareDrift, { body }))).toMatchObject({ code: 'upload_not_found' });
  });
});

describe('a column that cannot be compared is null with its reason', () => {
  const many = draws(6, 60);
  const cases: readonly (readonly [what: string, reference: string, current: string, reason: RegExp | null])[] = [
    ['a reference with one row', csv('x', 1.5), csv('x', ...many), /one known value/],
    ['a reference without a row', 'x\n', csv('x', ...many), /reference has no known value/],
    ['current data without a row', csv('x', ...many), 'x\n', /current data has no known value/],
    ['nothing but nulls on both sides', csv('x,y', ',1', ',2'), csv('x,y', ',1', ',2'), /reference has no known/],
    ['types that differ', csv('x', ...many), csv('x', ...many, 'n/k'), /types differ: DOUBLE .* VARCHAR/],
    ['dates', csv('x', '2026-01-01', '2026-01-02'), csv('x', '2026-01-01', '2026-01-02'), /dates/],
    ['free text', csv('x', ...many.map((v) => `t${v}`)), csv('x', ...many.map((v) => `u${v}`)), /texts are different/],
  ];

  it.each(cases)('%s', async (_what, reference, current, reason) => {
    const [column] = (await compare(reference, current)).columns;
    expect(column).toMatchObject({ statistic: null, pValue: null, adjustedPValue: null, drifted: null });
    expect(column?.reason).toMatch(reason ?? /./);
  });

  it('a method that takes other columns', async () => {
    const report = await compare(csv('n,k', '1.5,a', '2.5,b'), csv('n,k', '1.5,a', '2.5,b'), { method: 'chisquare' });
    expect(report.columns[0]?.reason).toBe('chisquare requires a column of categories, and this one has numbers');
    const numbers = await compare(csv('n,k', '1.5,a', '2.5,b'), csv('n,k', '1.5,a', '2.5,b'), { method: 'ks' });
    expect(numbers.columns[1]?.reason).toBe('ks requires a column of numbers, and this one has categories');
  });

  it('and no report is made of none', async () => {
    expect(await compare('x\n', 'x\n')).toMatchObject({ compared: 0, share: null, drifted: null });
  });
});

describe('values that are missing', () => {
  const values = draws(21, 200);
  const lacking = (every: number, seed = 22) =>
    draws(seed, 200).map((value, at) => (at % every === 0 ? ',1' : `${value},1`));

  it('are drift where the whole column is lost, and the column says so', async () => {
    const [x, y] = (await compare(csv('x,y', ...values.map((v) => `${v},1`)), csv('x,y', ...lacking(1)))).columns;
    expect(x).toMatchObject({ drifted: true, decidedBy: 'missing', valuesPValue: null, statistic: null });
    expect(x?.reason).toBe(
      'the current data has no known value: missing in 0 % of the reference and in 100 % of the current data',
    );
    expect(x?.adjustedPValue).toBeLessThan(1e-100);
    expect(y).toMatchObject({ drifted: null, reason: 'there is only one value' });
  });

  it('are drift where their share changed though the values did not, and none where it did not', async () => {
    const [x] = (await compare(csv('x,y', ...lacking(50)), csv('x,y', ...lacking(8, 23)))).columns;
    expect(x).toMatchObject({ drifted: true, decidedBy: 'missing', missingReference: 4, missingCurrent: 25 });
    expect(x?.valuesPValue).toBeGreaterThan(0.05);
    expect(x?.reason).toBe('missing in 2 % of the reference and in 13 % of the current data');
    const [same] = (await compare(csv('x,y', ...lacking(10)), csv('x,y', ...lacking(8, 23)))).columns;
    expect(same).toMatchObject({ drifted: false, reason: null });
    expect(same?.missingPValue).toBeGreaterThan(0.05);
  });

  it('take nothing from a column that has none', async () => {
    const [x] = (await compare(csv('x', ...values), csv('x', ...draws(24, 100)))).columns;
    expect(x).toMatchObject({ missingPValue: null, decidedBy: 'values' });
    expect(x?.pValue).toBe(x?.valuesPValue);
  });

  it.each([
    ['dates', '2026-01-02', 'dates and times are not compared'],
    ['free text', null, 'more than half of its texts are different: free text or ids, not categories'],
  ])('are drift of %s too, whose values are not compared', async (_what, text, reason) => {
    const rows = (every: number) => values.map((value, at) => (at % every === 0 ? ',1' : `${text ?? `t${value}`},1`));
    const [x] = (await compare(csv('x,y', ...rows(100)), csv('x,y', ...rows(3)))).columns;
    expect(x).toMatchObject({ method: null, statistic: null, drifted: true, decidedBy: 'missing', missingCurrent: 67 });
    expect(x?.reason).toBe(`${reason}: missing in 1 % of the reference and in 34 % of the current data`);
  });

  it('change nothing of a method that is asked for by its name', async () => {
    const files = [csv('x,y', ...values.map((v) => `${v},1`)), csv('x,y', ...lacking(1))] as const;
    for (const method of ['evidently', 'ks', 'psi'] as const) {
      const [x] = (await compare(...files, { method })).columns;
      expect(x, method).toMatchObject({ drifted: null, pValue: null, missingPValue: null, decidedBy: null });
      expect(x?.reason).toBe('the current data has no known value');
    }
  });
});

describe('what is odd and can be compared', () => {
  it('a constant column, which did not drift, and which did', async () => {
    const same = await compare(csv('x', ...Array(30).fill('7.5')), csv('x', ...Array(20).fill('7.5')), {
      method: 'ks',
    });
    expect(same.columns[0]).toMatchObject({ statistic: 0, pValue: 1, drifted: false });
    const moved = await compare(csv('x', ...Array(30).fill('7.5')), csv('x', ...Array(20).fill('8.5')));
    expect(moved.columns[0]).toMatchObject({ drifted: true });
    const alone = await compare(csv('x', ...Array(30).fill('a')), csv('x', ...Array(20).fill('a')));
    expect(alone.columns[0]).toMatchObject({ drifted: null, reason: 'there is only one value' });
  });

  it('a new category: Evidently’s p-value is 0, the calibrated one depends on how many rows have it', async () => {
    const old = Array.from({ length: 100 }, (_, at) => 'ab'[at % 2] ?? '');
    const report = await compare(csv('k', ...old), csv('k', ...old, 'c'), { method: 'chisquare' });
    expect(report.columns[0]).toMatchObject({ pValue: 0, statistic: null, drifted: true });
    const calibrated = await compare(csv('k', ...old), csv('k', ...old, 'c'));
    expect(calibrated.columns[0]).toMatchObject({ method: 'chi2_permutation', drifted: false });
  });

  it('NaN, infinities and nulls are left out and counted', async () => {
    const report = await compare(csv('x', ...draws(7, 40), 'nan', 'inf', 'NULL'), csv('x', ...draws(8, 40), '""'));
    expect(report.columns[0]).toMatchObject({ nReference: 40, missingReference: 3, nCurrent: 40, missingCurrent: 1 });
  });
});

describe('a file that cannot be read is refused with a sentence that names it', () => {
  const good = csv('x', 1, 2);
  const cases: readonly (readonly [what: string, content: string | Buffer, code: string])[] = [
    ['an empty file', '', 'file_empty'],
    ['Parquet without its end', 'PAR1 and then nothing', 'file_truncated'],
    ['damaged Parquet', `PAR1${'x'.repeat(40)}PAR1`, 'file_unreadable'],
    ['a workbook', Buffer.from('504b0304aaaa', 'hex'), 'file_format_unknown'],
    ['UTF-16', Buffer.from('\uFEFFx\n1\n', 'utf16le'), 'file_not_utf8'],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from('x\n1\n'), Buffer.from([0xc3, 0x28, 0x0a])]),
      'file_not_utf8',
    ],
    ['a gzip that is cut', gzipSync(csv('x', ...draws(1, 500))).subarray(0, 900), 'file_truncated'],
  ];

  it.each(cases)('%s', async (_what, content, code) => {
    const problem = await catchProblem(compare(good, content));
    expect(problem).toMatchObject({ code, file: 'cur.csv' });
    expect(problem.detail).toContain('cur.csv');
  });

  it('and a column that no side has is named, with those that there are', async () => {
    const problem = await catchProblem(compare(good, good, { columns: ['y'] }));
    expect(problem).toMatchObject({ code: 'drift_column_missing', column: 'y' });
    expect(problem.detail).toContain('Their columns are x.');
  });
});

describe('a stored profile', () => {
  const rows = (seed: number, by: number) =>
    draws(seed, 240, by).map(
      (value, at) => `${at % 7 === 0 ? '' : value},${'abcd'[(at * seed) % 4]},${at % 5},2026-01-0${(at % 9) + 1}`,
    );
  const reference = csv('x,k,i,day', ...rows(3, 0));
  const current = csv('x,k,i,day', ...rows(5, 0.1));

  it('gives the same figures as the file that it was made of', async () => {
    const file = await send('october.csv', reference);
    const made = await call(application, makeDriftProfile, { body: { name: 'october', file } });
    expect(made).toMatchObject({ name: 'october', file: 'october.csv', rows: 240, columns: ['x', 'k', 'i', 'day'] });
    const byRows: readonly DriftMethodChoice[] = ['TVD', 'nannyml_jensen_shannon'];
    for (const method of ['auto', 'evidently', ...methodNames] as const) {
      if (byRows.includes(method) || method.startsWith('nannyml_')) continue;
      const sent = await send('cur.csv', current);
      const found = await call(application, compareDrift, {
        body: { reference: { profile: 'october' }, current: sent, method },
      });
      expect(found, method).toEqual(await compare(reference, current, { method }));
    }
  });

  it('says what it has not kept', async () => {
    await call(application, makeDriftProfile, { body: { name: 'rows', file: await send('r.csv', reference) } });
    const sent = await send('cur.csv', current);
    const body = { reference: { profile: 'rows' }, current: sent, method: 'nannyml_hellinger' as const };
    const [x] = (await call(application, compareDrift, { body })).columns;
    expect(x).toMatchObject({
      threshold: null,
      drifted: null,
      reason: expect.stringContaining('rows of the reference'),
    });
    expect(x?.statistic).toBeGreaterThan(0);
  });

  it('is listed, replaced and removed by its name', async () => {
    await call(application, makeDriftProfile, { body: { name: 'once', file: await send('a.csv', csv('x', 1, 2)) } });
    await call(application, makeDriftProfile, { body: { name: 'once', file: await send('b.csv', csv('y', 1, 2, 3)) } });
    const { profiles } = await call(application, listDriftProfiles);
    expect(profiles.find(({ name }) => name === 'once')).toMatchObject({ file: 'b.csv', rows: 3, columns: ['y'] });
    expect(await call(application, removeDriftProfile, { params: { name: 'once' } })).toEqual({ removed: 'once' });
    const gone = catchProblem(call(application, removeDriftProfile, { params: { name: 'once' } }));
    expect(await gone).toMatchObject({ code: 'drift_profile_not_found', status: 404 });
    const current = await send('cur.csv', csv('x', 1));
    const body = { reference: { profile: 'once' }, current };
    expect(await catchProblem(call(application, compareDrift, { body }))).toMatchObject({
      code: 'drift_profile_not_found',
    });
  });
});

it('every method of the contract is one that is computed', () => {
  expect(Object.keys(methods).toSorted()).toEqual([...methodNames].toSorted());
  const pair = { reference: new Float64Array(), current: new Float64Array(), integral: false };
  for (const name of methodNames) {
    expect(compareColumn({ type: 'numerical', pair, referenceInOrder: null }, name).drifted).toBeNull();
  }
});
