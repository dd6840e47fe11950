import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureBill } from './bill-case.ts';
import type { CaseContext } from './case-context.ts';
import { measureConverter } from './converter-case.ts';
import { measureDecisions } from './decisions-case.ts';
import { measureDrift } from './drift-case.ts';
import { measureForecasts } from './forecast-case.ts';
import { measureGateway } from './gateway-case.ts';
import { measureGpu } from './gpu-case.ts';
import { measureGpuDays } from './gpu-days-case.ts';
import { measureHealth } from './health-case.ts';
import { measureIntegrity } from './integrity-case.ts';
import { measureLogBatch } from './log-batch-case.ts';
import { describeMachine } from './machine.ts';
import { measureMetering } from './metering-case.ts';
import { findMlflow } from './mlflow.ts';
import { measureMonitor } from './monitor-case.ts';
import { type BenchOptions, type CaseName, caseNames, readOptions, usage } from './options.ts';
import { measurePipelines } from './pipelines-case.ts';
import { measurePrices } from './price-case.ts';
import { asJson, asMarkdown, type CaseReport, writeCases, writeFigures } from './report.ts';
import { measureScale } from './scale-case.ts';
import { measureSettle } from './settle-case.ts';
import { measureStart } from './start-case.ts';

const cases: Readonly<Record<CaseName, (context: CaseContext) => Promise<CaseReport>>> = {
  bill: measureBill,
  scale: measureScale,
  converter: measureConverter,
  prices: measurePrices,
  'log-batch': measureLogBatch,
  start: measureStart,
  pipelines: measurePipelines,
  metering: measureMetering,
  drift: measureDrift,
  gpu: measureGpu,
  'gpu-days': measureGpuDays,
  forecasts: measureForecasts,
  gateway: measureGateway,
  settle: measureSettle,
  monitor: measureMonitor,
  health: measureHealth,
  integrity: measureIntegrity,
  decisions: measureDecisions,
};

const startedAt = performance.now();

function report(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.error(`${seconds} s  ${line}`);
}

async function bench(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const mlflow = findMlflow(folder);
  const machine = describeMachine(mlflow);
  const reports: CaseReport[] = [];
  for (const name of options.only) reports.push(await cases[name]({ options, folder, mlflow, report }));
  if (options.json !== null) writeFileSync(options.json, asJson(machine, reports));
  if (options.isQuick) {
    console.log(asMarkdown(machine, reports));
    return;
  }
  const page = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
  if (options.only.length < caseNames.length) writeCases(page, machine, reports);
  else writeFigures(page, asMarkdown(machine, reports));
  report('figures are in docs/benchmarks.md');
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
