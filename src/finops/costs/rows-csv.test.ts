import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { call, importFiles, testApplication } from '../../testing/application.ts';
import { applyRules, bill, inMonth, SPLITTING_RULES } from '../testing/costs.ts';
import { costRows, costRowsCsv } from './schema.ts';

it('writes the rows as CSV with the values that the list shows', async () => {
  await using application = await testApplication();
  await applyRules(application, SPLITTING_RULES);
  const rows = [
    inMonth('2026-10', '12.50'),
    { ...inMonth('2026-10', '-3'), ServiceName: '=cmd|x' },
    { ...inMonth('2026-10', '0.000001'), ServiceName: 'a "quoted", name', x_Note: 'line\nbreak' },
    { ...inMonth('2026-10', '10'), ServiceName: 'Support', Tags: '' },
  ];
  await importFiles(application, 'aws', { 'a.csv': bill(rows) });
  const listed = (await call(application, costRows, { query: {} })).rows;
  const text = await call(application, costRowsCsv, { query: {} });
  expect(text.endsWith('\r\n')).toBe(true);
  const read = parse(text, { columns: true }) as Record<string, string>[];
  expect(listed.length).toBeGreaterThan(4);
  expect(read).toHaveLength(listed.length);
  for (const [index, { customColumns = '', ...row }] of read.entries()) {
    const { own, custom } = parted(listed[index] ?? {});
    expect(row).toEqual(own);
    expect(customColumns === '' ? {} : JSON.parse(customColumns)).toEqual(custom);
  }
  expect(read.map(({ serviceName }) => serviceName)).toContain("'=cmd|x");
});

/** A listed row as in the file: empty for null, an apostrophe before a formula, additional columns separate. */
function parted(row: Readonly<Record<string, string | null>>) {
  const texts = Object.entries(row).filter(([name]) => !name.startsWith('x_'));
  const further = Object.entries(row).filter(([name]) => name.startsWith('x_'));
  return {
    own: Object.fromEntries(texts.map(([name, value]) => [name, value?.startsWith('=') ? `'${value}` : (value ?? '')])),
    custom: Object.fromEntries(further.map(([name, value]) => [name.slice(2), value])),
  };
}
