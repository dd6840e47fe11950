import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/platform/numbers/index.ts';
import { golden, normalised, steelyard, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await steelyard(argv), [folder]));
  expect(actual).toBe(expected);
}

/** The small candidate is right where its confidence is high; the large one is right in 94 % of the rows. */
function buildOutcomes(rows: number): string {
  const random = createRandom(7);
  const lines = Array.from({ length: rows }, (_, row) => {
    const confidence = Math.round(random() * 100) / 100;
    const small = random() < 0.6 + 0.4 * confidence ? 1 : 0;
    return `q${row},${random() < 0.94 ? 1 : 0},${small},${confidence}`;
  });
  return `id,large_correct,small_correct,small_confidence\n${lines.join('\n')}\n`;
}

const outcomes = put('outcomes.csv', buildOutcomes(6000));
const evaluation = put(
  'outcomes.yaml',
  `candidates:
  - {name: large, correct: large_correct, pricePerThousand: "4.10"}
  - {name: small, correct: small_correct, confidence: small_confidence, pricePerThousand: "0.25"}
id: id
`,
);
const models = put(
  'models.csv',
  'model,accuracy,usd\nsmall,71.2%,0.40\nmedium,80.4%,1.10\nlarge,80.9%,6.00\nold large,78.0%,7.50\nold small,60.1%,0.90\nunpriced,82%,0\n',
);
const compare = [
  'decide',
  'compare',
  outcomes,
  '--evaluation',
  evaluation,
  '--baseline',
  'large',
  '--candidate',
  'small',
];

describe('decide compare', () => {
  it('answers in three lines: verdict, difference, saving', async () => {
    await expectGolden('decide-compare', ...compare, '--margin', '0.2');
    await expectGolden('decide-compare-inferior', ...compare, '--margin', '0.01');
    await expectGolden('decide-compare-inconclusive', ...compare, '--margin', '0.14');
  });

  it('answers with the fields of docs/frontier.md in JSON', async () => {
    await expectGolden('decide-compare-json', ...compare, '--margin', '0.2', '--rows', 'odd', '--json');
  });

  it('names the examples at the first look with a verdict', async () => {
    await expectGolden('decide-compare-planned', ...compare, '--margin', '0.2', '--looks', 'planned:20');
    await expectGolden('decide-compare-anytime', ...compare, '--margin', '0.2', '--looks', 'anytime');
  });

  it.each([
    ['a negative margin', ['--margin', '-0.01']],
    ['a margin that is a text', ['--margin', 'small']],
    ['an alpha of 1', ['--margin', '0.01', '--alpha', '1']],
    ['looks of 0', ['--margin', '0.01', '--looks', 'planned:0']],
    ['more than 1,000 looks', ['--margin', '0.01', '--looks', 'planned:1001']],
    ['other rows', ['--margin', '0.01', '--rows', 'first']],
    ['no margin', []],
    ['one candidate twice', ['--margin', '0.01', '--candidate', 'large']],
  ])('refuses %s with exit code 2', async (_, options) => {
    const { code, err } = await steelyard([...compare, ...options]);
    expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
  });
});

describe('cascade fit', () => {
  it('shows the saving on rows that were not used for the fit, with the best single candidate', async () => {
    await expectGolden('cascade-fit', 'cascade', 'fit', outcomes, '--evaluation', evaluation, '--margin', '0.02');
  });

  it('shows the baseline where no cascade saves', async () => {
    const cheap = put(
      'cheap-baseline.yaml',
      `candidates:
  - {name: large, correct: large_correct, pricePerThousand: 1}
  - {name: small, correct: small_correct, confidence: small_confidence, pricePerThousand: 2}
`,
    );
    await expectGolden('cascade-fit-baseline', 'cascade', 'fit', outcomes, '--evaluation', cheap, '--margin', '0.02');
  });

  it('proves the cascade on the fit rows with learn-then-test, and answers in JSON', async () => {
    const argv = [
      'cascade',
      'fit',
      outcomes,
      '--evaluation',
      evaluation,
      '--margin',
      '0.02',
      '--method',
      'learn-then-test',
    ];
    const { code, out } = await steelyard([...argv, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ method: 'learn-then-test', baseline: 'large', fitted: { chance: null } });
  });
});

describe('frontier evaluate', () => {
  const table = ['frontier', 'evaluate', models, '--name', 'model', '--quality', 'accuracy', '--cost', 'usd'];

  it('shows dominated and tied candidates and the trade prices of a table', async () => {
    await expectGolden('frontier-table', ...table, '--n', '500');
    await expectGolden('frontier-table-no-n', ...table);
  });

  it('shows the candidates of a file of outcomes', async () => {
    await expectGolden('frontier-outcomes', 'frontier', 'evaluate', outcomes, '--evaluation', evaluation);
  });

  it.each(['0', '-5', '1.5'])('refuses a sample size of %s', async (n) => {
    const { code, err } = await steelyard([...table, `--n=${n}`]);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('whole number above 0') });
  });

  it('needs one of its two forms', async () => {
    const { code, err } = await steelyard(['frontier', 'evaluate', models, '--name', 'model']);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('--evaluation SPEC') });
  });
});

describe('docs/frontier.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/frontier.md'), 'utf8');
  const shown = [...page.matchAll(/```sh\n(steelyard (?!frontier show).*)\n```\n\n```text\n([^`]*)```/g)];

  it.each(shown.map(([, line = '', output = '']) => [line, output]))('shows the answer of %s', async (line, output) => {
    expect((await steelyard(line.split(' ').slice(1))).out).toBe(output);
  });

  it('shows three answers', () => {
    expect(shown).toHaveLength(3);
  });
});

describe('files that cannot be used', () => {
  it.each<[string, string, string | Buffer, RegExp]>([
    ['missing.csv', 'file_not_found', '', /does not exist/],
    ['empty.csv', 'file_empty', '', /empty/],
    ['cut.csv.gz', 'file_truncated', gzipSync(buildOutcomes(500)).subarray(0, 900), /ends too early/],
    ['header.csv', 'outcomes_empty', 'id,large_correct,small_correct,small_confidence\n', /no data rows/],
    ['nan.csv', 'outcome_value_invalid', buildOutcomes(20).replace('\nq3,1', '\nq3,NaN'), /data row 3/],
    ['twice.csv', 'outcome_id_repeated', buildOutcomes(20).replace('\nq3,', '\nq2,'), /rows 2 and 3/],
  ])('are refused with a sentence (%s)', async (name, error, content, message) => {
    const path = name.startsWith('missing') ? join(folder, name) : put(name, content);
    const { code, err } = await steelyard(['decide', 'compare', path, ...compare.slice(3), '--margin', '0.1']);
    expect(code).toBe(1);
    expect(err).toContain(`error[${error}]`);
    expect(err).toMatch(message);
  });
});
