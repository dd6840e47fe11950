import { buffer } from 'node:stream/consumers';
import { AppError } from '../../../platform/errors/index.ts';
import { parseBoundedJson } from '../../../platform/json/index.ts';
import { type Lake, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import { type ImageFacts, readImageFacts } from './image-facts.ts';
import { formatJson } from './pretty-json.ts';
import type { Shown } from './schema.ts';
import { buildTable, MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, parseCsvTable, parseJsonTable } from './table-view.ts';

export interface ViewDeps {
  readonly objects: Pick<Objects, 'open' | 'localPath'>;
  readonly lake: Pick<Lake, 'query'>;
}

export interface ViewedArtifact {
  readonly key: string;
  readonly sizeBytes: number;
}

const TEXT_BYTES = 256 * 1024;
const JSON_TABLE_BYTES = 4 * 1024 * 1024;
const IMAGE_BYTES = 32 * 1024 * 1024;
const IMAGE_PIXELS = 50_000_000;
/** A file with a larger share of non-text bytes than this is shown by its facts alone. */
const NO_TEXT_RATIO = 0.1;
const MARKUP = /\.(html?|xhtml|svg|xml|mht)$/i;

/**
 * Preview of an artifact; its bytes determine the kind. It is read up to a limit and never run, unpacked or unpickled.
 */
export async function buildPreview(deps: ViewDeps, viewed: ViewedArtifact, as: 'best' | 'text'): Promise<Shown> {
  const { key, sizeBytes } = viewed;
  if (sizeBytes === 0) return { kind: 'nothing', reason: 'The file is empty.' };
  const head = await readBytes(deps.objects, key, Math.min(sizeBytes, TEXT_BYTES));
  const image = readImageFacts(head);
  if (image !== null) return buildImagePreview(image, sizeBytes);
  if (head.toString('latin1', 0, 4) === 'PAR1') return buildParquetPreview(deps, key);
  const text = decodeText(head);
  if (text === null)
    return { kind: 'nothing', reason: 'The file is not text, a table or an image. Download it to open it.' };
  const tabular = as === 'text' ? null : await readTable(deps.objects, viewed, text);
  return tabular ?? buildTextPreview(key, text, head.length, sizeBytes);
}

/** The image, if its type may be shown. Error: `invalid_request`. */
export async function openImage({ objects }: ViewDeps, { key, sizeBytes }: ViewedArtifact) {
  const head = await readBytes(objects, key, Math.min(sizeBytes, TEXT_BYTES));
  const facts = readImageFacts(head);
  const shown = facts === null ? null : buildImagePreview(facts, sizeBytes);
  if (shown?.kind === 'image') return { type: shown.type, content: (await objects.open(key)).content };
  const reason = shown?.reason ?? 'Its bytes are not a PNG, JPEG, GIF or WebP image.';
  throw new AppError('invalid_request', `There is no image preview of the artifact. ${reason}`);
}

function buildImagePreview(
  { type, size }: ImageFacts,
  sizeBytes: number,
): Extract<Shown, { kind: 'image' | 'nothing' }> {
  if (size === null) return { kind: 'nothing', reason: 'The file starts like an image, but its size cannot be read.' };
  if (sizeBytes > IMAGE_BYTES || size.widthPx * size.heightPx > IMAGE_PIXELS) {
    return { kind: 'nothing', reason: `The image has ${size.widthPx} × ${size.heightPx} pixels: too large to show.` };
  }
  return { kind: 'image', type, ...size };
}

async function readBytes(objects: ViewDeps['objects'], key: string, bytes: number): Promise<Buffer> {
  return buffer((await objects.open(key, { start: 0, end: bytes })).content);
}

/** UTF-8 text with invalid bytes replaced. Null: the content is not text. */
function decodeText(head: Buffer): string | null {
  if (head.includes(0)) return null;
  const text = new TextDecoder().decode(head);
  // The last character may be cut in two by the limit.
  const whole = text.endsWith('\ufffd') && head.length === TEXT_BYTES ? text.slice(0, -1) : text;
  let strange = 0;
  for (const sign of whole) {
    if (sign === '\ufffd' || (sign < ' ' && !'\n\r\t\f\x1b'.includes(sign))) strange += 1;
  }
  return strange > whole.length * NO_TEXT_RATIO ? null : whole;
}

async function readTable(
  objects: ViewDeps['objects'],
  { key, sizeBytes }: ViewedArtifact,
  head: string,
): Promise<Shown | null> {
  const whole = sizeBytes <= TEXT_BYTES;
  if (/\.(csv|tsv)$/i.test(key)) return parseCsvTable(head, /tsv$/i.test(key) ? '\t' : ',', whole);
  if (!/\.json$/i.test(key) || sizeBytes > JSON_TABLE_BYTES) return null;
  return parseJsonTable(whole ? head : (await readBytes(objects, key, sizeBytes)).toString('utf8'));
}

function buildTextPreview(key: string, text: string, shownBytes: number, sizeBytes: number): Shown {
  const json = sizeBytes === shownBytes && isJson(key, text);
  return {
    kind: 'text',
    text: json ? formatJson(text) : text,
    format: json ? 'json' : 'plain',
    shownBytes,
    note: MARKUP.test(key)
      ? 'Shown as text: markup of an artifact is never rendered, and its scripts never run.'
      : null,
  };
}

function isJson(key: string, text: string): boolean {
  if (!/\.(json|ipynb)$/i.test(key)) return false;
  try {
    parseBoundedJson(text);
    return true;
  } catch {
    return false; // shown unformatted
  }
}

/** Rows through the query engine, which is confined to the data folder and to its own memory limit. */
async function buildParquetPreview({ objects, lake }: ViewDeps, key: string): Promise<Shown> {
  const path = await objects.localPath(key);
  if (path === null) return { kind: 'nothing', reason: 'Parquet in a bucket has no preview. Download it to open it.' };
  // The engine takes these for a pattern, which would read other people's files.
  if (/[*?[\]{}]/.test(path))
    return {
      kind: 'nothing',
      reason: 'Its name has a wildcard character, so there is no preview. Download it to open it.',
    };
  const source = `read_parquet(${quoteLiteral(path)})`;
  try {
    const described = await lake.query(`DESCRIBE SELECT * FROM ${source}`);
    const columns = described.map((row) => String(row.column_name));
    const shown = columns.slice(0, MAX_COLUMNS);
    const cells = shown.map((name) => `left(${quoteIdentifier(name)}::VARCHAR, ${MAX_CELL_CHARACTERS + 1})`).join(', ');
    const rows = await lake.query(`SELECT [${cells}] AS cells FROM ${source} LIMIT ${MAX_ROWS + 1}`);
    return buildTable(
      'parquet',
      columns,
      rows.map((row) => (Array.isArray(row.cells) ? row.cells : [])),
      false,
    );
  } catch (error) {
    if (error instanceof AppError) throw error;
    return { kind: 'nothing', reason: 'The file starts like Parquet, but cannot be read as Parquet.' };
  }
}
