import { Readable } from 'node:stream';
import { decodePageToken, encodePageToken } from '../contract/page-token.ts';
import { handle, handleDownload, type Route } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import type { ChainedFacts } from './chain.ts';
import { type AuditRow, auditCsv, listAudit, verifyAudit } from './schema.ts';
import { findHead, findRowsBefore } from './store.ts';
import { readTrail, verifyTrail } from './verify.ts';

export function createAuditRoutes(store: Store): Route[] {
  return [
    handle(listAudit, async ({ query: { pageSize, pageToken, ...filter } }) => {
      const [before = null] = pageToken === undefined ? [] : decodePageToken(pageToken, filter).map(Number);
      const rows = await findRowsBefore(store, filter, before, pageSize + 1);
      const page = rows.slice(0, pageSize);
      const last = page.at(-1);
      const more = rows.length > pageSize && last !== undefined;
      return { rows: page.map(toAuditResponseRow), nextPageToken: more ? encodePageToken([last.seq], filter) : null };
    }),
    handleDownload(auditCsv, async () => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'audit.csv',
      content: Readable.from(streamCsv(store)),
    })),
    handle(verifyAudit, ({ query: { head = null } }) => verifyTrail(store, head)),
  ];
}

function toAuditResponseRow({ subject, ...row }: ChainedFacts): AuditRow {
  return { ...row, subject: JSON.parse(subject) };
}

const COLUMNS = [
  'seq',
  'firstAt',
  'lastAt',
  'actor',
  'role',
  'method',
  'route',
  'scope',
  'subject',
  'bodyDigest',
  'status',
  'writes',
  'requestId',
  'hash',
] as const satisfies readonly (keyof ChainedFacts)[];

async function* streamCsv(store: Store): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\n`;
  const { seq } = await findHead(store);
  for await (const rows of readTrail(store, seq)) {
    yield rows.map((row) => `${COLUMNS.map((column) => escapeCsvField(row[column])).join(',')}\n`).join('');
  }
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function escapeCsvField(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
