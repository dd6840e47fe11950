import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { DataFile, EvaluationFile } from '../../src/tradeoff/outcome-files/index.ts';

/** Public data of decisions next to the checkout, or the folder that TEST_DECISION_DATA names. */
export function findDecisionData(): string {
  return process.env.TEST_DECISION_DATA ?? fileURLToPath(new URL('../../../shared/data/decisions', import.meta.url));
}

/** A file of the data set, or null where this machine does not have it. */
export function findDataFile(...parts: readonly string[]): DataFile | null {
  const path = join(findDecisionData(), ...parts);
  return existsSync(path) ? { path, readBytes: () => createReadStream(path) as AsyncIterable<Buffer> } : null;
}

/** A file that exists in memory only. */
export function toTextFile(path: string, text: string): DataFile {
  return {
    path,
    readBytes: async function* () {
      yield Buffer.from(text);
    },
  };
}

/** Outcomes of one prediction API on the items of a task. */
export interface ApiOutcomes {
  readonly name: string;
  /** USD for 1,000 calls. */
  readonly pricePerThousand: number;
  readonly correct: Uint8Array;
  /** NaN where the API gave none. */
  readonly confidence: Float64Array;
}

/** A task of FrugalML: its lines, for files of other row orders, and the same as columns. */
export interface ApiTask {
  readonly name: string;
  readonly header: string;
  readonly lines: readonly string[];
  readonly apis: readonly ApiOutcomes[];
}

/** All tasks of FrugalML in the order of their names; null without the data. */
export function loadApiTasks(): readonly ApiTask[] | null {
  const folder = join(findDecisionData(), 'frugalml');
  if (!existsSync(join(folder, 'apis.csv'))) return null;
  const prices = splitLines(readFileSync(join(folder, 'apis.csv'), 'utf8')).map((line) => line.split(','));
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv.gz'))
    .toSorted()
    .map((file) => {
      const name = file.replace('.csv.gz', '');
      const ofTask = prices.filter(([task]) => task === name).map(([, api = '', price]) => ({ api, price }));
      const text = gunzipSync(readFileSync(join(folder, file))).toString();
      return parseApiTask(name, text, ofTask);
    });
}

/** Columns `X_correct` and `X_confidence` of each API; prices are of 10,000 calls. No field has a quote or a comma. */
export function parseApiTask(
  name: string,
  text: string,
  prices: readonly { readonly api: string; readonly price: string | undefined }[],
): ApiTask {
  const [header = '', ...lines] = splitLines(text);
  const columns = header.split(',');
  const fields = lines.map((line) => line.split(','));
  const readColumn = (column: string): number[] => {
    const place = columns.indexOf(column);
    if (place === -1) throw new Error(`${name} has no column ${column}`);
    return fields.map((row) => (row[place] === '' ? Number.NaN : Number(row[place])));
  };
  const apis = prices.map(({ api, price }) => ({
    name: api,
    pricePerThousand: Number(price) / 10,
    correct: Uint8Array.from(readColumn(`${api}_correct`)),
    confidence: Float64Array.from(readColumn(`${api}_confidence`)),
  }));
  return { name, header, lines, apis };
}

/** The SPEC of a task: every API with its confidence and price. */
export function buildEvaluation({ name, apis }: ApiTask): EvaluationFile {
  const candidates = apis.map(
    (api) =>
      `{name: ${api.name}, correct: ${api.name}_correct, confidence: ${api.name}_confidence, pricePerThousand: ${api.pricePerThousand}}`,
  );
  return { path: `${name}.yaml`, text: `candidates: [${candidates.join(', ')}]` };
}

/** The rows of a task in another order, as a file. */
export function reorderRows({ name, header, lines }: ApiTask, rows: Iterable<number>): DataFile {
  return toTextFile(`${name}.csv`, `${[header, ...Array.from(rows, (row) => lines[row] ?? '')].join('\n')}\n`);
}

export function splitLines(text: string): string[] {
  return text.trim().split(/\r?\n/);
}
