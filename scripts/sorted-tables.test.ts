import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../web/src');

/** Tables whose columns do not sort, with the reason. Every other table is a `SortableTable` or a `DataTable`, or has `SortHead`s. */
const UNSORTED: Readonly<Record<string, string>> = {
  'anomalies/PartsCard.tsx': 'steps that add up to the total, without heads',
  'anomalies/RelatedCard.tsx': 'a list of links, without heads',
  'charts/IntervalRows.tsx': 'a chart of intervals',
  'costs/compare/EffectsTable.tsx': 'steps that add up from the cost before to the cost after',
  'decisions/EvidenceTable.tsx': 'measures with different units in one column',
  'endpoints/TrafficDialog.tsx': 'a form with a field in each row',
  'models/AliasMeans.tsx': 'two rows: now and then',
  'monitoring/HeatStrip.tsx': 'a chart of days',
  'optimizations/WatchCard.tsx': 'bars, without heads',
  'recommendations/BeforeAfter.tsx': 'three bars: now, after and measured',
  'runs/DiffCard.tsx': 'sections of values with different units in one column',
  'statements/WaysCard.tsx': 'parts that add up to the total, without visible heads',
  'tradeoffs/WhatIfResult.tsx': 'figures with different units in one column',
};

const files = globSync('**/*.tsx', { cwd: ROOT }).filter((file) => !file.startsWith('table/'));
const tables = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('<table'));

it('finds no table with columns that do not sort, except those with a reason', () => {
  expect(tables.length).toBeGreaterThan(Object.keys(UNSORTED).length);
  const unsorted = tables.filter((file) => !readFileSync(join(ROOT, file), 'utf8').includes('<SortHead'));
  expect(unsorted.toSorted()).toEqual(Object.keys(UNSORTED).toSorted());
});

it('finds no visible head without sorting in a table whose other columns sort', () => {
  const heads = tables
    .filter((file) => UNSORTED[file] === undefined)
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/<th\s+(?:key=\{[^}]*\}\s+)?scope="col"[^>]*>(.*?)<\/th>/gs)]
        .map(([, content = '']) => content)
        .filter((content) => !content.includes('visually-hidden'))
        .map((content) => `${file}: ${content.trim()}`),
    );
  expect(heads).toEqual([]);
});
