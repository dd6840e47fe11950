import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asJson, asMarkdown, type CaseReport, type Figure, writeCases, writeFigures } from './report.ts';

const figure = (subject: string, values: readonly number[]): Figure => ({
  measure: 'requests',
  subject,
  unit: 'requests/s',
  values,
});

const report: CaseReport = {
  name: 'log-batch',
  title: 'log-batch of 100 metrics',
  subjects: ['Steelyard', 'other'],
  comparisons: [
    { measure: 'requests', figures: [figure('Steelyard', [200, 300, 1250.4]), figure('other', [15])] },
    { measure: 'not on the other side', figures: [figure('Steelyard', [0.01234]), null] },
  ],
  budgets: [
    { what: 'requests', limit: 400, figure: figure('Steelyard', [300]) },
    { what: 'requests', limit: 300, figure: figure('Steelyard', [300]) },
  ],
  notes: ['A note.'],
};

test('shows medians, ranges, ratios and budgets', () => {
  expect(asMarkdown(['a machine'], [report])).toBe(`- a machine

<!-- case:log-batch -->
### log-batch of 100 metrics

|  | Steelyard | other | against other |
| --- | ---: | ---: | ---: |
| requests | 300 requests/s (200–1,250) | 15 requests/s | 20 × |
| not on the other side | 0.0123 requests/s | – | – |

- Budget: requests < 400 requests/s: held (300 requests/s).
- Budget: requests < 300 requests/s: **not held** (300 requests/s).

- A note.`);
});

test('gives machines every value, and a side that was not measured as none', () => {
  const { cases } = JSON.parse(asJson([], [report]));
  expect(cases[0].figures).toHaveLength(3);
  expect(cases[0].figures[0]).toMatchObject({ subject: 'Steelyard', values: [200, 300, 1250.4], median: 300 });
  expect(cases[0].budgets.map((budget: { held: boolean }) => budget.held)).toEqual([true, false]);
});

test('leaves the words around the figures alone', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'steelyard-report-')), 'benchmarks.md');
  writeFileSync(path, 'before\n<!-- figures:start -->\nold\n<!-- figures:end -->\nafter\n');
  writeFigures(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('before\n<!-- figures:start -->\nnew\n<!-- figures:end -->\nafter\n');
  writeFileSync(path, 'no markers');
  expect(() => writeFigures(path, 'new')).toThrow('for the figures');
});

test('replaces the section of a case that is measured apart, and adds a new one at the end', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'steelyard-report-')), 'benchmarks.md');
  const bill = { ...report, name: 'bill', title: 'Bill import' };
  writeFileSync(path, 'before\n<!-- figures:start -->\n<!-- figures:end -->\nafter\n');
  writeFigures(path, asMarkdown(['a machine'], [bill, { ...report, notes: ['To be replaced.'] }]));
  writeCases(path, ['another machine', 'its system'], [report, { ...report, name: 'settle', title: 'Settle' }]);
  const text = readFileSync(path, 'utf8');
  expect(text.match(/<!-- case:.*|### .*|Measured.*|- a machine|- .* note\.|To be .*/g)).toEqual([
    '- a machine',
    '<!-- case:bill -->',
    '### Bill import',
    '- A note.',
    '<!-- case:log-batch -->',
    '### log-batch of 100 metrics',
    'Measured apart: another machine.',
    '- A note.',
    '<!-- case:settle -->',
    '### Settle',
    'Measured apart: another machine.',
    '- A note.',
  ]);
  expect(text).toMatch(/^before\n.*\nafter\n$/s);
});
