import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { computeStudentQuantile, createRandom } from '../../platform/numbers/index.ts';
import {
  type CandidateColumns,
  type ComparisonRequest,
  compareOutcomeFile,
  evaluateFrontierFile,
  fitCascadeFile,
} from './index.ts';
import { toDataFile, writeDataFile } from './outcomes.testing.ts';
import { computeSaving } from './saving.ts';
import { FrontierReport, OutcomeComparison } from './schema.ts';

const SPEC = `candidates:
  - {name: large, correct: large_correct, confidence: large_confidence, pricePerThousand: "4"}
  - {name: small, correct: small_correct, confidence: small_confidence, pricePerThousand: 1}
fitRows: even
id: id
`;
const HEADER = 'id,large_correct,large_confidence,small_correct,small_confidence';

function write(rows: readonly string[], header = HEADER): string {
  return `${[header, ...rows].join('\n')}\n`;
}

/** The small one is wrong in each tenth row, where the large one is right. */
const ROWS = Array.from(
  { length: 400 },
  (_, row) => `${row},1,0.9,${row % 10 === 3 ? 0 : 1},${row % 10 === 3 ? 0.2 : 0.8}`,
);

/** The answer, in the shape of its schema. */
async function compare(content: string | Buffer, spec = SPEC, change: Partial<ComparisonRequest> = {}) {
  const report = await compareOutcomeFile({
    file: await writeDataFile(content),
    evaluation: { path: 'spec.yaml', text: spec },
    baseline: 'large',
    candidate: 'small',
    margin: 0.02,
    alpha: 0.05,
    rows: 'all',
    plan: { kind: 'once' },
    ...change,
  });
  return OutcomeComparison.parse(report);
}

describe('the comparison of two candidates', () => {
  it('has the paired difference, the exact saving of prices, and the verdict', async () => {
    const report = await compare(write(ROWS));
    expect(report).toMatchObject({
      n: 400,
      verdict: 'inferior',
      test: 'Tango score interval',
      samplesNeeded: 0,
      saving: { estimate: 0.75, lower: 0.75, upper: 0.75 },
      costPerThousand: { baseline: { amount: '4', currency: 'USD' }, candidate: { amount: '1', currency: 'USD' } },
      quality: { baseline: 1, candidate: 0.9 },
      leftOut: { onlyBaseline: 0, onlyCandidate: 0, neither: 0 },
    });
    expect(report.difference.estimate).toBeCloseTo(-0.1, 12);
  });

  it('takes even or odd data rows, counted from 0', async () => {
    expect(await compare(write(ROWS), SPEC, { rows: 'even' })).toMatchObject({ n: 200, difference: { estimate: 0 } });
    expect(await compare(write(ROWS), SPEC, { rows: 'odd' })).toMatchObject({ n: 200, difference: { estimate: -0.2 } });
  });

  it('reads CSV, CSV.gz, other delimiters and Parquet alike', async () => {
    const expected = await compare(write(ROWS));
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-outcomes-'));
    const csv = await writeDataFile(write(ROWS));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT * FROM read_csv('${csv.path}')) TO '${join(folder, 'o.parquet')}' (FORMAT parquet)`,
    );
    instance.closeSync();
    expect(await compare('', SPEC, { file: toDataFile(join(folder, 'o.parquet')) })).toEqual(expected);
    expect(await compare(gzipSync(write(ROWS)))).toEqual(expected);
    expect(await compare(write(ROWS).replaceAll(',', ';'))).toEqual(expected);
    expect(await compare(write(ROWS).replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('reports example sets that differ, and compares the rows with both outcomes', async () => {
    const rows = ROWS.map((row, at) => (at < 30 ? row.replace(/^(\d+),1/, '$1,') : at < 50 ? `${at},1,0.9,,` : row));
    const report = await compare(write(rows));
    expect(report).toMatchObject({ n: 350, leftOut: { onlyBaseline: 20, onlyCandidate: 30, neither: 0 } });
    expect(report.notes).toEqual([
      'The example sets differ: 20 of 400 rows have an outcome of the baseline only, 30 of the candidate only.',
    ]);
  });

  it('widens the interval by clusters, and is inconclusive with a single cluster', async () => {
    const spec = SPEC.replace('id: id', 'cluster: id');
    const independent = await compare(write(ROWS));
    const clustered = await compare(write(ROWS.map((row) => row.replace(/^\d*?(\d),/, '$1,'))), spec);
    const width = ({ difference }: typeof independent) => (difference.upper ?? 1) - (difference.lower ?? -1);
    expect(width(clustered)).toBeGreaterThan(2 * width(independent));
    const single = await compare(write(ROWS.map((row) => row.replace(/^\d+,/, 'one,'))), spec);
    expect(single).toMatchObject({ verdict: 'inconclusive', difference: { lower: -1, upper: 1 } });
  });

  it.each([
    ['one row', 1],
    ['no row with both outcomes', 0],
  ])('is inconclusive with a reason for %s', async (_, count) => {
    const report = await compare(write([...ROWS.slice(0, count), 'x,1,0.5,,']));
    expect(report).toMatchObject({ n: count, verdict: 'inconclusive', samplesNeeded: null });
    expect(report.notes[0]).toMatch(/fewer than two/);
  });

  it('compares scores by the paired t interval; constant scores have no interval', async () => {
    const spec = SPEC.replaceAll('correct: ', 'score: ');
    const scored = await compare(write(ROWS.map((row, at) => row.replace(/^(\d+),1/, `$1,${1 + (at % 3)}`))), spec);
    expect(scored).toMatchObject({ measure: 'score', test: 'paired t interval', verdict: 'inferior' });
    const constant = await compare(write(ROWS.slice(4, 12)), spec);
    expect(constant).toMatchObject({ verdict: 'inconclusive', difference: { estimate: 0, lower: null, upper: null } });
  });

  it('has no saving, with the reason, where a cost is unknown', async () => {
    const spec = SPEC.replace(', pricePerThousand: 1', '');
    expect(await compare(write(ROWS), spec)).toMatchObject({
      saving: null,
      savingReason: 'small has no price and no cost column.',
      costPerThousand: null,
    });
    const free = SPEC.replace('"4"', '0');
    expect(await compare(write(ROWS), free)).toMatchObject({
      saving: null,
      savingReason: 'The baseline costs nothing.',
    });
    const mixed = SPEC.replace('pricePerThousand: 1', 'pricePerThousand: 1, currency: EUR');
    await expect(compare(write(ROWS), mixed)).rejects.toMatchObject({ code: 'currency_mismatch' });
  });

  it('has a saving with an interval from a cost column', async () => {
    const random = createRandom(1);
    const rows = ROWS.map((row) => `${row},${(random() * 2).toFixed(4)}`);
    const spec = SPEC.replace('pricePerThousand: 1', 'cost: cost');
    const { saving, costPerThousand } = await compare(write(rows, `${HEADER},cost`), spec);
    expect(Number(costPerThousand?.candidate.amount)).toBeGreaterThan(900);
    expect(saving?.lower ?? 0).toBeLessThan(saving?.estimate ?? 0);
    expect(saving?.upper ?? 0).toBeGreaterThan(saving?.estimate ?? 0);
  });
});

describe('looks at the rows in file order', () => {
  it.each([
    ['planned', { kind: 'planned', count: 10 } as const, 10],
    ['anytime', { kind: 'anytime' } as const, 200],
  ])('name the first look with a verdict (%s)', async (kind, plan, count) => {
    const report = await compare(write(ROWS), SPEC, { plan });
    expect(report).toMatchObject({ verdict: 'inferior', looks: { kind, count }, n: 400 });
    expect(report.decidedAt).toBeGreaterThan(0);
    expect(report.decidedAt).toBeLessThan(400);
  });

  it('leave the interval of the intersection, inside that of one look never', async () => {
    const once = await compare(write(ROWS));
    const anytime = await compare(write(ROWS), SPEC, { plan: { kind: 'anytime' } });
    expect(anytime.difference.lower ?? -2).toBeLessThan(once.difference.lower ?? -1);
  });

  it('are as many as rows where more are planned', async () => {
    const report = await compare(write(ROWS.slice(0, 5)), SPEC, { plan: { kind: 'planned', count: 20 } });
    expect(report).toMatchObject({ looks: { count: 5 }, verdict: 'inconclusive', decidedAt: null });
  });

  it('warn where the difference changes along the file', async () => {
    const sorted = Array.from({ length: 4000 }, (_, row) => `${row},1,0.9,${row < 2000 ? 1 : 0},0.5`);
    const report = await compare(write(sorted), SPEC, { plan: { kind: 'planned', count: 10 } });
    expect(report).toMatchObject({ verdict: 'non-inferior', notes: [expect.stringContaining('Shuffle the rows')] });
  });
});

describe('files and evaluations that cannot be used', () => {
  const good = write(ROWS);
  it.each<[string, string | Buffer, string, RegExp]>([
    ['an empty file', '', 'file_empty', /empty/],
    ['a header without rows', `${HEADER}\n`, 'outcomes_empty', /no data rows/],
    ['a truncated gzip file', gzipSync(good).subarray(0, 300), 'file_truncated', /ends too early/],
    ['a truncated Parquet file', Buffer.from('PAR1 and no end'), 'file_truncated', /truncated Parquet/],
    ['a row with too few fields', `${good}400,1\n`, 'csv_malformed', /line 402/],
    ['a field of 2 MiB', `${good}"${'x'.repeat(2 * 1024 * 1024)}`, 'csv_malformed', /1 MiB|never ends/],
    ['binary content', Buffer.from([0xff, 0xfe, 0x00, 0x41]), 'file_not_utf8', /UTF-8/],
    [
      'an outcome NaN',
      good.replace('\n7,1', '\n7,NaN'),
      'outcome_value_invalid',
      /data row 7 .*"NaN" is not an outcome/,
    ],
    ['an outcome 2', good.replace('\n9,1', '\n9,2'), 'outcome_value_invalid', /data row 9 .*large_correct/],
    ['an id twice', good.replace('\n9,', '\n8,'), 'outcome_id_repeated', /rows 8 and 9 .*"8"/],
    ['an empty id', good.replace('\n9,', '\n,'), 'outcome_value_invalid', /data row 9 .*empty id/],
    ['a missing column', good.replace('small_correct', 'other'), 'outcome_column_missing', /no column "small_correct"/],
    [
      'a column in other letters',
      good.replace('small_correct', 'Small_Correct'),
      'outcome_column_missing',
      /Did you mean "Small_Correct"/,
    ],
    ['a column twice', good.replace('small_confidence', 'small_correct'), 'outcome_column_missing', /two columns/],
    ['a control character', good.replace('\n9,1', '\n9,\u001b[31m'), 'outcome_value_invalid', /\uFFFD\[31m/],
  ])('refuses %s', async (_, content, code, message) => {
    const refused = compare(content);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['text that is not YAML', 'candidates: [', /not valid YAML/],
    ['no candidates', 'candidates: []', /candidates/],
    ['an unknown key', SPEC.replace('id: id', 'ids: id'), /ids/],
    ['a negative price', SPEC.replace('"4"', '"-4"'), /candidates\[0\]\.pricePerThousand/],
    ['a name twice', SPEC.replace('name: small', 'name: large'), /same name/],
    ['correct and score', SPEC.replace('correct: large_correct', 'score: large_correct'), /same measure/],
    ['a price and a cost', SPEC.replace('pricePerThousand: 1', 'pricePerThousand: 1, cost: c'), /not both/],
    ['two documents', `${SPEC}---\n${SPEC}`, /2 YAML documents/],
    ['aliases', 'candidates: &all [*all, *all]', /alias/],
    [
      '65 candidates',
      `candidates: [${Array.from({ length: 65 }, (_, at) => `{name: c${at}, correct: c}`).join(', ')}]`,
      /64/,
    ],
    ['an escape sequence in a name', SPEC.replace('name: small', 'name: "\\e[31m"'), /control characters/],
  ])('refuses an evaluation with %s', async (_, spec, message) => {
    await expect(compare(good, spec)).rejects.toMatchObject({
      code: 'evaluation_spec_invalid',
      message: expect.stringMatching(message),
    });
  });

  it('refuses an unknown candidate with the known names', async () => {
    await expect(compare(good, SPEC, { candidate: 'huge' })).rejects.toMatchObject({
      code: 'candidate_unknown',
      message: 'The evaluation has no candidate "huge". It has large, small.',
    });
  });

  it('refuses a confidence that is a text only where confidences are read', async () => {
    const content = good.replace('0.8', 'high');
    expect(await compare(content)).toMatchObject({ n: 400 });
    const cascade = fitCascadeFile({
      file: await writeDataFile(content),
      evaluation: { path: 'spec.yaml', text: SPEC },
      margin: 0.02,
      alpha: 0.05,
      method: 'split',
    });
    await expect(cascade).rejects.toMatchObject({ code: 'outcome_value_invalid' });
  });
});

describe('a table of candidates', () => {
  const columns: CandidateColumns = { name: ['model'], quality: 'accuracy', cost: 'usd', n: null };
  const evaluate = async (content: string, change: Partial<CandidateColumns> = {}, name = 't.csv') =>
    FrontierReport.parse(
      await evaluateFrontierFile({
        file: await writeDataFile(content, name),
        alpha: 0.05,
        columns: { ...columns, ...change },
      }),
    );

  it('understands percentages, currency signs and unknown costs, which are listed', async () => {
    const report = await evaluate('model,accuracy,usd\na,77.5%,$2\nb,80 %,3\nc,90%,0\nd,91%,N/A\ne,,4\n');
    expect(report).toMatchObject({
      qualityScale: 'proportion',
      unknownCost: ['c', 'd'],
      unknownQuality: ['e'],
      points: [{ name: 'a', quality: { estimate: 0.775 }, cost: 2 }, { name: 'b' }],
    });
    expect(report.points[0]?.tradePrice?.to).toBeCloseTo(1 / 2.5, 12);
  });

  it('divides the whole column by 100 where a sample size is given and a value exceeds 1', async () => {
    const report = await evaluate('model,accuracy,usd,n\na,0.9,1,200\nb,55,2,300\n', { n: 'n' });
    expect(report.points.map(({ n }) => n)).toEqual([200, 300]);
    expect(report.points[0]?.quality.estimate).toBeCloseTo(0.009, 12);
  });

  it('reads lists of records in YAML and JSON, and joins columns of the name', async () => {
    const records = [
      { model: 'a', mode: 'fast', accuracy: 0.5, usd: 1 },
      { model: 'a', mode: 'slow', accuracy: 0.6, usd: 2 },
    ];
    const report = await evaluate(JSON.stringify(records), { name: ['model', 'mode'] }, 't.json');
    expect(report.points.map(({ name }) => name)).toEqual(['a, fast', 'a, slow']);
    await expect(evaluate('a: 1', {}, 't.yaml')).rejects.toMatchObject({ code: 'outcome_value_invalid' });
    await expect(evaluate('- &a {model: a, accuracy: 1, usd: 2}\n- *a', {}, 't.yml')).rejects.toThrow(/alias/);
    await expect(evaluate('- {model: a}', {}, 't.yml')).rejects.toMatchObject({ code: 'outcome_column_missing' });
  });

  it.each([
    ['a negative cost', 'a,0.5,-1\n', {}, /negative cost/],
    ['a text', 'a,good,1\n', {}, /"good" is not a number/],
    ['percent signs in some rows', 'a,50%,1\nb,0.6,1\n', {}, /no percent sign/],
    ['more than 100 %', 'a,101%,1\n', {}, /not a proportion/],
    ['an empty name', ',0.5,1\n', {}, /empty name/],
    ['a sample size of 1.5', 'a,0.5,1.5\n', { n: 'usd' }, /not a sample size/],
  ])('refuses %s', async (_, rows, change, message) => {
    await expect(evaluate(`model,accuracy,usd\n${rows}`, change)).rejects.toMatchObject({
      code: 'outcome_value_invalid',
      message: expect.stringMatching(message),
    });
  });
});

describe('the frontier of a file of outcomes', () => {
  it('compares the candidates paired', async () => {
    const report = await evaluateFrontierFile({
      file: await writeDataFile(write(ROWS)),
      evaluation: { path: 'spec.yaml', text: SPEC },
      alpha: 0.05,
    });
    expect(report).toMatchObject({
      intervals: 'paired: Tango score intervals',
      currency: 'USD',
      points: [
        { name: 'small', cost: 1, status: 'frontier' },
        { name: 'large', cost: 4, status: 'frontier' },
      ],
    });
    expect(report.points[1]?.tradePrice?.from).toBeCloseTo(0.3, 9);
  });
});

describe('the saving of paired costs', () => {
  it('has the ends at which the t statistic of candidate - r baseline is critical', () => {
    const random = createRandom(9);
    const baseline = Float64Array.from({ length: 50 }, () => 2 + random());
    const candidate = baseline.map((cost) => cost * 0.5 + random() * 0.4);
    const { lower, upper } = computeSaving(candidate, baseline, 0.025);
    for (const end of [lower ?? 0, upper ?? 0]) {
      const values = candidate.map((cost, row) => cost - (1 - end) * (baseline[row] ?? 0));
      const mean = values.reduce((sum, value) => sum + value, 0) / 50;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 49;
      expect(Math.abs(mean) / Math.sqrt(variance / 50)).toBeCloseTo(computeStudentQuantile(0.975, 49), 6);
    }
  });

  it('is unbounded where the baseline may cost nothing, and for one row with costs', () => {
    const mostlyFree = Float64Array.of(0, 0, 0, 1);
    expect(computeSaving(Float64Array.of(1, 1, 1, 2), mostlyFree, 0.025)).toEqual({
      estimate: -4,
      lower: null,
      upper: null,
    });
    expect(computeSaving(Float64Array.of(1), Float64Array.of(4), 0.025)).toEqual({
      estimate: 0.75,
      lower: null,
      upper: null,
    });
  });
});
