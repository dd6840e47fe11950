import { describe, expect, it } from 'vitest';
import { compareCounts, lowerBaseline, moveEntries } from './language/baseline.ts';
import { findBlindSpots } from './language/canary.ts';
import { findSubjectFaults } from './language/commits.ts';
import { CANARY, listCanary, read } from './language/files.ts';
import { findHits } from './language/hits.ts';
import { findNames, findVagueNames } from './language/names.ts';
import { describeHit, toFolder } from './language/report.ts';

function findRules(path: string, source: string): string[] {
  return findHits(path, source).map(({ line, rule }) => `${line} ${rule.name}`);
}

describe('the canary', () => {
  it('has every rule, and every text of it is flagged', () => {
    const files = listCanary().map((path) => ({ path: path.slice(CANARY.length), source: read(path) }));
    expect(files.length).toBeGreaterThan(4);
    expect(findBlindSpots(files)).toEqual([]);
  });

  it('fails when a text is not flagged, and when a rule or a kind of text has no text', () => {
    const spots = findBlindSpots([{ path: 'src/a.ts', source: '// Plain English.' }]);
    expect(spots).toContain('src/a.ts: nothing is flagged in "Plain English."');
    expect(spots).toContain('the rule nobody finds nothing in the canary');
    expect(spots).toContain('the canary has no text of the kind page');
  });
});

describe('plain English', () => {
  it.each([
    ['a question', 'What does it print? Who may read it? Whose cost is it?'],
    ['a relative clause', 'An account that pays, a user who has no role, and a bill whose rows have no team.'],
    ['a longer word', 'The headroom of the classroom; a mushroom.'],
    ['a flag', 'Pass --counts-beside to count both.'],
    ['a name of code', 'The column `room` and `what is` of the table.'],
    ['an address', 'See https://example.com/what-is/at-once for more.'],
    ['a share', 'It reports by what share the cost fell and in what order.'],
    ['a next step', 'The error says what to do next and what happens when it fails.'],
    ['a place', 'The label goes on the chart.'],
    ['two things apart', 'The two cannot be told apart.'],
    ['a weight', 'The mean is weighted by cost; a weight is positive.'],
    ['a factor above one', 'The refit costs ten times as much.'],
  ])('%s is allowed', (_, text) => {
    expect(findRules('docs/costs.md', text)).toEqual([]);
  });
});

describe('texts of code', () => {
  it('are comments, over the lines that they have', () => {
    const source = 'const a = 1; // It is read\n// at once.\n\n/**\n * A folder of its\n * own.\n */\n';
    expect(findRules('test/a.test.ts', source)).toEqual(['2 at-once', '5 of-its-own']);
  });

  it('are strings and the literal parts of templates in src, cli and web outside of tests', () => {
    const source = ["const a = 'nobody pays';", 'const b = `it $' + '{a + `is $' + '{a} anew`} stands on it`;'].join(
      '\n',
    );
    expect(findRules('src/a.ts', source)).toEqual(['1 nobody', '2 anew', '2 stands-on']);
    expect(findRules('src/a.test.ts', source)).toEqual([]);
    expect(findRules('bench/a.ts', source)).toEqual([]);
  });

  it('are not values of one word, SQL, regular expressions, or comments within strings', () => {
    const values = ["'beside'", "'SELECT room FROM what is'", "'select said from told'", '/[/"]nobody beside "/g'];
    expect(findRules('src/a.ts', values.map((value) => `f(${value});`).join('\n'))).toEqual([]);
    expect(findHits('scripts/a.ts', "f('// nobody pays', 4 / 2 / 1, '/* anew */');")).toEqual([]);
  });

  it('are the text between tags, labels and comments of JSX', () => {
    const source = [
      'const a = <Card title="How does it run?" />;',
      "const b = <p>it's dear {/* stands for it */}</p>;",
      'const c = <th>It is</th>;',
    ].join('\n');
    expect(findRules('web/src/A.tsx', source)).toEqual([
      '1 label-question',
      '2 dear',
      '2 stands-for',
      '3 label-pronoun',
    ]);
  });
});

describe('texts of a page', () => {
  it('leave out blocks of code, targets of links and what is generated', () => {
    const source = '# Costs\n\n```sh\nnobody\n```\n\n[link](what-is.md) `nobody`\n\n- anew\n| a | whoever |\n';
    expect(findRules('docs/costs.md', source)).toEqual(['9 anew', '10 whoever']);
    expect(findRules('docs/cli.md', source)).toEqual([]);
  });

  it('include the name of the file', () => {
    expect(findRules('docs/adr/033-what-is-left.md', '')).toEqual(['1 what-subject']);
  });
});

it('a hit is reported once, with its place and what to write instead', () => {
  const [hit, ...rest] = findHits('cli/a.ts', "\nf('what nobody pays');").map(describeHit);
  expect(hit).toMatch(/^cli\/a\.ts:2: nobody: nobody -> name the subject/);
  expect(rest).toEqual([]);
});

describe('the baseline', () => {
  const baseline = { 'a.ts': 3, 'b.ts': 2, 'c.ts': 1 };

  it('allows no more hits than a file had, and none in a new file', () => {
    const { risen, fallen } = compareCounts({ 'a.ts': 4, 'b.ts': 1, 'd.ts': 1 }, baseline);
    expect(risen).toEqual([
      { path: 'a.ts', count: 4, allowed: 3 },
      { path: 'd.ts', count: 1, allowed: 0 },
    ]);
    expect(fallen.map(({ path }) => path)).toEqual(['b.ts', 'c.ts']);
  });

  it('is lowered to the hits that remain and never rises', () => {
    expect(lowerBaseline(baseline, { 'a.ts': 4, 'b.ts': 1, 'd.ts': 1 })).toEqual({ 'a.ts': 3, 'b.ts': 1 });
  });

  it('follows a file that was renamed', () => {
    expect(moveEntries(baseline, new Map([['a.ts', 'x/a.ts']]))).toEqual({ 'x/a.ts': 3, 'b.ts': 2, 'c.ts': 1 });
  });
});

it('functions xOf are counted, exported or not', () => {
  const source =
    'export function rowOf(a: A) {}\nconst keyOf = (a: A) => a;\nconst listOf = [1];\nfunction toRow() {}\n';
  expect(findNames(source)).toEqual([
    { name: 'rowOf', isExported: true },
    { name: 'keyOf', isExported: false },
  ]);
});

it('names without a noun are counted', () => {
  expect(findVagueNames('const shown = 1;\nfunction told() {}\nconst shownRows = 2;\n')).toEqual(['shown', 'told']);
});

it.each([
  ['src/finops/billing/a.ts', 'src/finops'],
  ['src/main.ts', 'src'],
  ['docs/adr/001-a.md', 'docs/adr'],
  ['docs/costs.md', 'docs'],
  ['cli/frame/a.ts', 'cli'],
  ['README.md', 'pages of the root'],
])('%s counts for %s', (path, folder) => {
  expect(toFolder(path)).toBe(folder);
});

describe('a commit subject', () => {
  it('is conventional, short and plain', () => {
    expect(findSubjectFaults('fix(finops/billing): reject two-digit years')).toEqual([]);
    expect(findSubjectFaults('feat!: drop the old route')).toEqual([]);
  });

  it.each([
    [`fix: ${'a'.repeat(68)}`, '73 characters; at most 72'],
    ['Reject two-digit years', expect.stringContaining('begin with a type')],
    ['refactor: what nobody imports stays in', expect.stringContaining('nobody -> ')],
  ])('%s is refused', (subject, fault) => {
    expect(findSubjectFaults(subject)).toEqual([fault]);
  });
});
