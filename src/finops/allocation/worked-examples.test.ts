import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles } from '../../testing/application.ts';
import { quietApplication } from '../../testing/shared.ts';
import { recordUsage } from '../metering/schema.ts';
import { getCoverage } from './schema.ts';
import { recordWorkloadUsage } from './workloads/schema.ts';

interface Example {
  readonly title: string;
  readonly csv: string;
  readonly yaml: string;
  readonly json: { readonly intervals?: never[]; readonly usages?: never[] };
  /** Lines of the table: [team, cost, kind]. */
  readonly table: readonly string[][];
}

const page = readFileSync(fileURLToPath(new URL('../../../docs/allocation.md', import.meta.url)), 'utf8');

function examplesOf(text: string): Example[] {
  return text
    .split(/^### Example: /m)
    .slice(1)
    .map((section) => {
      const block = (language: string) => section.match(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``))?.[1];
      const lines = [...section.matchAll(/^\| (.+) \|$/gm)].map(([, cells = '']) => cells.split(' | '));
      return {
        title: section.slice(0, section.indexOf('\n')),
        csv: block('csv') ?? '',
        yaml: block('yaml') ?? '',
        json: JSON.parse(block('json') ?? '{}') as Example['json'],
        table: lines.slice(1),
      };
    });
}

describe('the worked examples of docs/allocation.md', () => {
  const examples = examplesOf(page);
  it('are found', () => expect(examples.length).toBeGreaterThanOrEqual(6));

  it.each(examples)('come out as the page says: $title', async ({ csv, yaml, json, table }) => {
    await using application = await quietApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
    if (json.intervals !== undefined) await call(application, recordUsage, { body: { intervals: json.intervals } });
    if (json.usages !== undefined) await call(application, recordWorkloadUsage, { body: { usages: json.usages } });
    await importFiles(application, 'aws', { 'bill.csv': csv });
    const document = {
      apiVersion: 'steelyard/v1',
      kind: 'AllocationRules',
      metadata: { name: 'rules' },
      spec: parse(yaml),
    };
    await call(application, postApply, { body: { documents: [{ file: 'rules.yaml', text: stringify(document) }] } });
    const { rows } = await call(application, getCoverage, { query: { by: 'team', metric: 'billedCost' } });
    const said = rows.flatMap((row) => {
      const team = row.value ?? '(unallocated)';
      const kinds = { allocated: row.allocated, idle: row.idle, unallocated: row.unallocated };
      return Object.entries(kinds).flatMap(([kind, amount]) => (amount === '0' ? [] : [[team, amount, kind]]));
    });
    const sorted = (lines: readonly (readonly string[])[]) => lines.map((line) => line.join(' ')).toSorted();
    expect(table.length).toBeGreaterThan(0);
    expect(sorted(said.map((line) => line.slice(0, table[0]?.length)))).toEqual(sorted(table));
  });
});
