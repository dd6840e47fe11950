import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { parseBoundedJson } from '../../platform/json/index.ts';
import { type Lake, quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { Label, type LabelColumns, type Recorded } from './schema.ts';
import { addRecorded, keepLabels, NOTHING_RECORDED, type PredictionDeps } from './service.ts';

export interface LabelFile {
  readonly path: string;
  /** File name of the sender. With the extension `.parquet` the file is read as Parquet, otherwise as CSV with a header. */
  readonly name: string;
  readonly model: string;
  readonly columns: z.infer<typeof LabelColumns>;
}

/** Keeps the labels of a file, in parts: memory does not grow with it. Error: `label_file_malformed`. */
export async function keepLabelFile(
  deps: PredictionDeps & { readonly lake: Lake },
  file: LabelFile,
): Promise<Recorded> {
  let total = NOTHING_RECORDED;
  let firstLine = 1;
  try {
    for await (const rows of deps.lake.stream(buildLabelSql(file))) {
      total = addRecorded(total, await keepPart(deps, file.model, rows, firstLine));
      firstLine += rows.length;
    }
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    const detail = `${file.name} cannot be read: ${error.message.split('\n')[0]}. ${total.accepted} labels before the error are stored. Uploading the file again creates no duplicates.`;
    throw new AppError('label_file_malformed', detail, { file: file.name, accepted: total.accepted }, { cause: error });
  }
  await deps.labels.settle();
  return total;
}

function buildLabelSql({ path, name, columns }: LabelFile): string {
  const from = name.endsWith('.parquet')
    ? `read_parquet(${quoteLiteral(path)})`
    : `read_csv(${quoteLiteral(path)}, header = true, all_varchar = true)`;
  const picked = Object.entries(columns).map(
    ([field, column]) => `CAST(${quoteIdentifier(column ?? '')} AS VARCHAR) AS ${quoteIdentifier(field)}`,
  );
  return `SELECT ${picked.join(', ')} FROM ${from}`;
}

async function keepPart(
  deps: PredictionDeps,
  model: string,
  rows: readonly Record<string, unknown>[],
  firstLine: number,
): Promise<Recorded> {
  const parsed = rows.map((row) => Label.safeParse(toLabel(row)));
  const bad = parsed.flatMap(({ error }, index) =>
    error === undefined ? [] : [{ line: firstLine + index, reason: describeIssue(error) }],
  );
  const labels = parsed.flatMap(({ data }) => data ?? []);
  const kept = await keepLabels(deps, { model, labels, firstLine });
  return addRecorded(kept, { ...NOTHING_RECORDED, rejectedRows: bad.length, rejected: bad });
}

function toLabel(row: Record<string, unknown>) {
  const { value, observedAt, ...ids } = row;
  return {
    ...Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== null && id !== '')),
    ...(observedAt === null || observedAt === undefined || observedAt === ''
      ? {}
      : { observedAt: parseUtc(String(observedAt)) }),
    value: value === null || value === '' ? null : parseScalar(String(value)),
  };
}

/** `2026-11-01 10:00:00` is UTC, as everything is that names no zone. */
function parseUtc(text: string): string {
  const iso = text.trim().replace(' ', 'T');
  const full = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? `${iso}T00:00:00` : iso;
  return /(Z|[+-]\d{2}:?\d{2})$/.test(full) ? toUtc(full) : `${full}Z`;
}

function toUtc(text: string): string {
  const instant = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(instant) ? text : new Date(instant).toISOString();
}

/** Numbers, true, false and lists as JSON writes them; everything else is text. */
function parseScalar(text: string): z.infer<typeof Label>['value'] {
  try {
    return parseBoundedJson(text) as z.infer<typeof Label>['value'];
  } catch {
    return text;
  }
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
}

/** Whether an error of the engine is about the content of the file and not about the engine. */
function isOfTheFile(error: unknown): error is Error {
  return (
    error instanceof Error &&
    !(error instanceof AppError) &&
    /^(Binder|Invalid|Conversion|IO|Parser) /.test(error.message)
  );
}
