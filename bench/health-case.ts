import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, attacks, send } from '../test/support/attacks.ts';
import { probeHealth } from '../test/support/health-probe.ts';
import { writeBenchBill } from './bill-file.ts';
import { importInto } from './bill-import.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

const MOST_MS = 250;

interface Measured {
  readonly attack: Attack;
  readonly worstMs: number[];
}

/** The slowest answer of /health during requests that are made to block the server. */
export async function measureHealth({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const place = join(folder, 'health');
  await using server = await startSteelyard(place);
  const { pid } = JSON.parse(readFileSync(join(place, 'data', 'server.json'), 'utf8')) as { pid: number };
  const bill = writeBenchBill(join(folder, 'health.csv'), options.healthRows);
  await importInto(server, bill);
  const measured: Measured[] = attacks().map((attack) => ({ attack, worstMs: [] }));
  for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
    for (const { attack, worstMs } of measured) {
      report(`health: ${attack.name}, repetition ${repetition} of ${options.repetitions}`);
      const times = await probeHealth({ url: server.url, pid }, async () => void (await send(attack, server.url, {})));
      worstMs.push(times.worstMs);
    }
  }
  const figures = measured.map(
    ({ attack, worstMs }): Figure => ({
      measure: attack.name,
      subject: 'Steelyard',
      unit: 'ms',
      values: worstMs,
    }),
  );
  return {
    name: 'health',
    title: 'Slowest answer of /health during one request',
    subjects: ['Steelyard'],
    comparisons: figures.map((figure) => ({ measure: figure.measure, figures: [figure] })),
    budgets: figures.map((figure) => ({ what: `/health during ${figure.measure}`, limit: MOST_MS, figure })),
    notes: [
      `rows.csv has ${options.healthRows.toLocaleString('en-US')} rows. /health is asked every 5 ms from a thread of the client.`,
    ],
  };
}
