import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { golden, normalised, steelyard, temporaryFolder } from '../testing.ts';

const folder = temporaryFolder();
const HEADER = 'baseline,candidate,baseline_cost,candidate_cost';

function write(name: string, rows: readonly string[], header = HEADER): string {
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows, ''].join('\n'));
  return path;
}

/** Every tenth answer of the baseline is wrong; from row `from` the candidate is right only every other time. */
function draw(count: number, from = count): string[] {
  return Array.from({ length: count }, (_, row) => {
    const baseline = row % 10 === 0 ? 0 : 1;
    const candidate = row >= from && row % 2 === 0 ? 0 : baseline;
    return `${baseline},${candidate},0.004,0.001`;
  });
}

const simulate = (...argv: string[]) => steelyard(['optimization', 'simulate', ...argv]);

describe('optimization simulate', () => {
  it.each([
    ['optimization-simulate', draw(1200), ['--margin', '0.05', '--shuffles', '20']],
    ['optimization-simulate-undone', draw(1200, 600), ['--margin', '0.05', '--average-run-length', '1000']],
    ['optimization-simulate-not-proven', draw(40), ['--relative-margin', '0.05']],
  ])('prints %s', async (name, rows, options) => {
    const ended = await simulate(write(`${name}.csv`, rows), ...options);
    const { actual, expected } = golden(name, normalised(ended, [folder]));
    expect(actual).toBe(expected);
  });

  it('takes clusters and scores up to a range, lower is better, and answers JSON', async () => {
    const rows = Array.from({ length: 600 }, (_, row) => `${row % 7},${row % 7},2,1,user-${row % 60}`);
    const file = write('clusters.csv', rows, `${HEADER},cluster`);
    const { out } = await simulate(file, '--margin', '0.5', '--range', '10', '--better', 'lower', '--json');
    expect(JSON.parse(out)).toMatchObject({
      ...{ pairs: 600, clusters: 60, range: 10, shuffled: null },
      inFileOrder: { outcome: expect.stringMatching(/kept|not proven/), savedRatio: 0.5 },
    });
  });

  it.each([
    ['a missing column', ['1,1,1'], 'baseline,candidate,baseline_cost', 'has no column "candidate_cost"'],
    ['a column twice', ['1,1,1,1,a,b'], `${HEADER},cluster,cluster`, 'has two columns "cluster"'],
    ['NaN', ['1,NaN,1,1'], HEADER, 'column candidate: "NaN" is not a number'],
    ['an empty value', ['1,,1,1'], HEADER, 'is empty: leave out requests without both scores and costs'],
    ['a negative cost', ['1,1,1,-0.5'], HEADER, 'column candidate_cost: "-0.5" is a negative cost'],
    ['a negative score', ['-1,1,1,1'], HEADER, 'is a negative score: add a constant'],
    ['a score beyond the range', ['1,3,1,1'], HEADER, 'state the largest possible score with --range'],
    ['no rows', [], HEADER, 'has no data rows'],
  ])('refuses %s with a clear error', async (name, rows, header, sentence) => {
    const { code, err } = await simulate(write(`${name.replaceAll(' ', '-')}.csv`, rows, header), '--margin', '0.01');
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(sentence);
  });

  it('says that a score or the cost never varies', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => `1,${row % 2},1,1`);
    const { out } = await simulate(write('constant.csv', rows), '--margin', '0.01');
    expect(out).toContain('Column baseline is 1 in all rows: check that it is the score of each answer.');
    expect(out).toContain('Both costs are equal in all rows, so that no saving can be shown.');
  });

  it('needs exactly one margin', async () => {
    const file = write('margins.csv', draw(10));
    for (const margins of [[], ['--margin', '0.1', '--relative-margin', '0.1']]) {
      expect(await simulate(file, ...margins)).toMatchObject({ code: 2, err: expect.stringContaining('State either') });
    }
  });
});
