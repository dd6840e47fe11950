import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { type ImportResult, importBill } from '../finops/billing/schema.ts';
import { type Application, createApplication, type Overrides } from '../main.ts';
import { loadConfig } from '../platform/config/index.ts';
import type { ConfigName } from '../platform/config/schema.ts';
import { type BodyOf, buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../platform/contract/schema.ts';
import { Upload } from '../platform/uploads/schema.ts';
import { openInstallation, type TestInstallation } from './installation.ts';

/** A fresh application on a fresh data folder, for tests; `await using` ends it. Its store and lake: see `openInstallation`. */
export async function testApplication(
  overrides: Overrides = {},
  settings: Partial<Record<ConfigName, unknown>> = {},
): Promise<Application> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const template = process.env.TEST_STORE_TEMPLATE;
  if (template !== undefined) copyFileSync(template, join(data, 'store.db'));
  const installation = await openInstallation(settings);
  try {
    const flags = { data, logLevel: 'silent', port: 0, ...installation?.settings, ...settings };
    const { config } = loadConfig({ environment: {}, flags });
    const application = await createApplication(config, overrides);
    return installation === null ? application : endWith(application, installation);
  } catch (error) {
    await installation?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** The application, whose end is that of its installation too. */
function endWith(application: Application, installation: TestInstallation): Application {
  const end = application[Symbol.asyncDispose];
  const endBoth = async () => {
    await using ending = new AsyncDisposableStack();
    ending.use(installation);
    await end();
  };
  return Object.defineProperty(application, Symbol.asyncDispose, { value: endBoth });
}

/** Jobs over the whole ledger that every bill import starts: two thirds of the CPU of an import. */
type LedgerJob = 'forecasts.make' | 'anomalies.judge';

/** Postpones these jobs: one job of each kind waits for the year 2999, so that imports enqueue no other. */
export async function postponeJobs({ jobs, store }: Application, ...kinds: readonly LedgerJob[]): Promise<void> {
  const runAt = '2999-01-01T00:00:00.000Z';
  for (const kind of kinds) await jobs.enqueue(store, { kind, payload: null, runAt, uniqueKey: kind });
}

/** Calls an endpoint as a client would; an answer that is not 200 throws with the problem document. */
export async function call<E extends Endpoint>(
  application: Application,
  target: E,
  input: CallInput<E> = {},
): Promise<ResponseOf<E>> {
  const options: InjectOptions = {
    method: target.method,
    url: buildUrl(target, input),
    headers: { host: 'localhost' },
  };
  const answer = await application.http.inject(
    input.body === undefined ? options : { ...options, payload: input.body as object },
  );
  if (answer.statusCode !== 200) throw failedCall(answer);
  return target.answers === undefined || target.answers === 'json' ? answer.json() : (answer.body as ResponseOf<E>);
}

function failedCall(answer: { readonly body: string; json(): unknown }): Error {
  return Object.assign(new Error(answer.body), { problem: answer.json() });
}

/** The problem document of a call that must fail. */
export async function catchProblem(calling: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await calling;
  } catch (error) {
    if (error instanceof Error && 'problem' in error) return error.problem as Record<string, unknown>;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** Uploads files by name and imports them as one delivery, as the command line does. */
export async function importFiles(
  application: Application,
  source: string,
  files: Readonly<Record<string, string | Buffer>>,
  allowRejected = 0,
): Promise<ImportResult> {
  return deliverFiles(application, source, files, { allowRejected });
}

type ImportOptions = Omit<Partial<BodyOf<typeof importBill>>, 'source' | 'files'>;

/** The same, saying more about the delivery: its export, its period, when it was made. */
export async function deliverFiles(
  application: Application,
  source: string,
  files: Readonly<Record<string, string | Buffer>>,
  options: ImportOptions,
): Promise<ImportResult> {
  const uploaded: { upload: string; name: string }[] = [];
  for (const [name, content] of Object.entries(files)) {
    const answer = await application.http.inject({
      method: 'POST',
      url: `/api/v1/uploads?name=${encodeURIComponent(name)}`,
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: content,
    });
    if (answer.statusCode !== 200) throw failedCall(answer);
    uploaded.push({ upload: Upload.parse(answer.json()).upload, name });
  }
  return call(application, importBill, { body: { source, files: uploaded, ...options } });
}

/** A row of a bill as tests write it. */
export interface BillRow {
  readonly cost: string;
  /** Of the month. */
  readonly day?: number;
  readonly period?: string;
  readonly account?: string;
  readonly service?: string;
  readonly currency?: string;
  readonly region?: string;
  readonly resource?: string;
  readonly sku?: string;
}

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,RegionId,ResourceId,SkuId';

const two = (day: number) => String(day).padStart(2, '0');

function line(row: BillRow): string {
  const { cost, day = 3, period = '2026-10', account = '', service = 'EC2', currency = 'USD' } = row;
  const { region = '', resource = '', sku = '' } = row;
  const [start, end] = [`${period}-${two(day)}T00:00:00Z`, `${period}-${two(day + 1)}T00:00:00Z`];
  return [cost, cost, currency, `${period}-01T00:00:00Z`, start, end, account, service, region, resource, sku].join();
}

/** A small FOCUS bill as CSV. */
export function billText(...rows: BillRow[]): string {
  return `${[HEADER, ...rows.map(line)].join('\n')}\n`;
}

/** One row a day from the first of the month, each with a different amount: `1.0`, `1.1`, … */
export function dailyRows(days: number, row: Omit<BillRow, 'day'>): BillRow[] {
  return Array.from({ length: days }, (_, index) => ({ ...row, day: index + 1, cost: `${row.cost}.${index}` }));
}
