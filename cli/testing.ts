import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io, Signal, Sink } from './io.ts';
import { main } from './program.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An io that captures the output; `stop` sends the signal that ends `serve`. */
export function capturedIo(environment: Io['environment'] = {}, isTerminal = false) {
  const written = { out: '', err: '' };
  const listeners = new Set<(signal: Signal) => void>();
  const first = Promise.withResolvers<void>();
  const sink = (name: 'out' | 'err'): Sink => ({
    isTerminal,
    columns: 100,
    write: async (text) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      if (name === 'out') first.resolve();
    },
  });
  const io: Io = {
    out: sink('out'),
    err: sink('err'),
    environment,
    onSignal: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  const stop = (signal: Signal): void => listeners.forEach((listener) => void listener(signal));
  return { io, written, firstOutput: first.promise, stop };
}

/** Runs a command line in this process. */
export async function steelyard(argv: readonly string[], environment: Io['environment'] = {}): Promise<Ended> {
  const { io, written } = capturedIo({ STEELYARD_LOG_LEVEL: 'silent', ...environment });
  const code = await main(argv, io);
  return { code, ...written };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'steelyard-cli-'));
}

export interface ServedFolder extends AsyncDisposable {
  readonly data: string;
  readonly url: string;
  /** Runs a command on this data folder. */
  run(...argv: string[]): Promise<Ended>;
  /** The answer to a JSON body. Error: the text of a failure. */
  post<T>(path: string, body: object): Promise<T>;
}

/** `steelyard serve` on a new folder, in this process, until disposed. */
export async function serveFolder(data = join(temporaryFolder(), 'data')): Promise<ServedFolder> {
  const { io, written, firstOutput, stop } = capturedIo({ STEELYARD_LOG_LEVEL: 'silent' });
  const ended = main(['serve', '--port', '0', '--data', data, '--json'], io);
  await Promise.race([firstOutput, ended]);
  const { url } = JSON.parse(written.out) as { url?: string };
  if (url === undefined) throw new Error(`the server did not start: ${written.err}`);
  return {
    data,
    url,
    run: (...argv) => steelyard([...argv, '--data', data]),
    post: (path, body) => postJson(`${url}${path}`, body),
    [Symbol.asyncDispose]: async () => {
      stop('SIGTERM');
      await ended;
    },
  };
}

async function postJson<T>(url: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

/** Registers version 1 of a model, logged by a new run. */
export async function registerModel({ post }: ServedFolder, name: string): Promise<void> {
  const mlflow = '/api/2.0/mlflow';
  const { run } = await post<{ run: { info: { run_id: string } } }>(`${mlflow}/runs/create`, { experiment_id: '0' });
  const id = run.info.run_id;
  await post(`${mlflow}/registered-models/create`, { name });
  const source = `mlflow-artifacts:/0/${id}/artifacts/model`;
  await post(`${mlflow}/model-versions/create`, { name, source, run_id: id });
}

/** Writes lines to a file of a folder; returns its path. */
export function writeLines(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Output of a run for the goldens: ids, instants, ports and folders replaced by constants. */
export function normalised({ code, out, err }: Ended, folders: readonly string[] = []): string {
  let text = `exit ${code}\n--- stdout\n${out}--- stderr\n${err}`;
  for (const folder of folders) text = text.replaceAll(folder, '<folder>');
  return text
    .replaceAll(/\b(d|dec|u|s)_[0-9a-f]{20,32}\b/g, '$1_<id>')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<request>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<run>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
    .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, '<instant>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>');
}

/** Compares with goldens/NAME.txt; UPDATE_GOLDENS=1 writes it. */
export function golden(name: string, text: string): { readonly actual: string; readonly expected: string } {
  const path = fileURLToPath(new URL(`goldens/${name}.txt`, import.meta.url));
  if (process.env.UPDATE_GOLDENS === '1') writeFileSync(path, text);
  return { actual: text, expected: readFileSync(path, 'utf8') };
}

const HEADER =
  'BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ServiceProviderName,Tags';

const billRow = {
  billed: '1.25',
  effective: '1',
  list: '2',
  contracted: '1.5',
  currency: 'USD',
  periodStart: '2026-10-01T00:00:00Z',
  periodEnd: '2026-11-01T00:00:00Z',
  start: '2026-10-03T00:00:00Z',
  end: '2026-10-04T00:00:00Z',
  category: 'Usage',
  service: 'Amazon SageMaker',
  provider: 'AWS',
  tags: '"{""team"": ""search""}"',
};

/** A FOCUS bill as CSV, a line for each change of the usual row. */
export function bill(...changes: Partial<typeof billRow>[]): string {
  return `${[HEADER, ...changes.map((change) => Object.values({ ...billRow, ...change }).join(','))].join('\n')}\n`;
}
