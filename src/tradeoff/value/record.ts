import type { PredictionCounts } from '../../mlops/predictions/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Clock, decimal } from '../../platform/units/index.ts';
import { findLabelStart } from './label-sources.ts';
import { OutcomeEvent, type RecordedEvents } from './schema.ts';
import { findEvents, findModelValue, insertEvents, type StoredEvent } from './store.ts';

export interface RecordDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly registry: Pick<Registry, 'versions'>;
  readonly counts: Pick<PredictionCounts, 'versionsOf'>;
}

/** How far the clock of a sender may be ahead. */
const MOST_AHEAD_MS = 5 * 60_000;
const MOST_REASONS = 100;

interface Line {
  readonly line: number;
  readonly event: OutcomeEvent;
}

/**
 * Stores the valid events of a batch and answers for the others why they are rejected. An event with a known id and the same content is
 * a duplicate, with other content it is rejected. A prediction that the log knows decides the version of its event; one that it does
 * not know yet is looked up again later. Where labels value the prediction, the event is rejected: it would count twice.
 */
export async function recordEvents(deps: RecordDeps, batch: readonly unknown[]): Promise<RecordedEvents> {
  const rejected: RecordedEvents['rejected'] = [];
  const reject = (line: number, reason: string) => void rejected.push({ line, reason });
  const now = deps.clock.now();
  const lines: Line[] = [];
  for (const [at, one] of batch.entries()) {
    const { data, error } = OutcomeEvent.safeParse(one);
    if (data === undefined) reject(at + 1, describeIssue(error));
    else if (Date.parse(data.at) > now + MOST_AHEAD_MS) reject(at + 1, `at ${data.at} is in the future`);
    else lines.push({ line: at + 1, event: data });
  }
  let [accepted, duplicates] = [0, 0];
  for (const [model, own] of Map.groupBy(lines, ({ event }) => event.model)) {
    const versions = await deps.registry.versions(deps.store, model);
    if (versions === null) {
      for (const { line } of own) reject(line, `there is no registered model "${model}"`);
      continue;
    }
    const known = new Set(versions.map(({ version }) => version));
    const named = own.filter(({ line, event: { version } }) => {
      if (version === undefined || known.has(version)) return true;
      reject(line, `model "${model}" has no version "${version}"`);
      return false;
    });
    const attributed = await attribute(deps, model, named, now);
    const valued = await findLabelRule(deps, model);
    const rows = attributed.filter(({ line, row }) => {
      if (valued === null || (valued.from !== null && row.effective_ms < valued.from)) return true;
      reject(line, valued.reason);
      return false;
    });
    const stored = await deps.store.transaction((sql) => storeNew(sql, model, rows, reject));
    accepted += stored.accepted;
    duplicates += stored.duplicates;
  }
  rejected.sort((a, b) => a.line - b.line);
  return { accepted, duplicates, rejectedRows: rejected.length, rejected: rejected.slice(0, MOST_REASONS) };
}

/** The rule that no event counts for a prediction that a label values; null: labels value none of the model. */
async function findLabelRule({ store }: RecordDeps, model: string) {
  const { name, spec } = (await findModelValue(store, { model })) ?? {};
  if (spec?.labels === undefined) return null;
  const { from } = spec.labels;
  const since = from === undefined ? '' : ` of ${from} and later`;
  const reason = `labels value the predictions${since} of model "${model}" (ModelValue "${name}"): an outcome event of them would count twice`;
  return { from: findLabelStart(spec.labels), reason };
}

interface StoredLine {
  readonly line: number;
  readonly row: StoredEvent;
}

async function attribute(
  { counts }: RecordDeps,
  model: string,
  lines: readonly Line[],
  now: number,
): Promise<StoredLine[]> {
  const ids = [...new Set(lines.flatMap(({ event }) => event.prediction ?? []))];
  const logged = ids.length === 0 ? new Map() : await counts.versionsOf(model, ids);
  return lines.map(({ line, event }) => {
    const { id, version: stated = null, endpoint = null, prediction = null, at, amount, currency } = event;
    const { customer = null, feature = null } = event;
    const found = prediction === null ? undefined : logged.get(prediction);
    const attribution =
      found !== undefined ? 'log' : prediction !== null ? 'waiting' : stated !== null ? 'stated' : 'none';
    const row: StoredEvent = {
      model,
      id,
      stated_version: stated,
      endpoint,
      prediction,
      customer,
      feature,
      at_ms: Date.parse(at),
      micros: decimal(amount).times(1_000_000).toNumber(),
      currency,
      recorded_ms: now,
      version: found?.version ?? stated,
      attribution,
      effective_ms: found?.atMs ?? Date.parse(at),
    };
    return { line, row };
  });
}

async function storeNew(
  sql: Sql,
  model: string,
  lines: readonly StoredLine[],
  reject: (line: number, reason: string) => void,
): Promise<{ accepted: number; duplicates: number }> {
  const before = await findEvents(
    sql,
    model,
    lines.map(({ row }) => row.id),
  );
  const known = new Map(before.map((row) => [row.id, row]));
  const added: StoredEvent[] = [];
  let duplicates = 0;
  for (const { line, row } of lines) {
    const same = known.get(row.id);
    if (same === undefined) {
      known.set(row.id, row);
      added.push(row);
    } else if (hasSameContent(same, row)) duplicates += 1;
    else
      reject(
        line,
        `id "${row.id}" is stored with other content; send a correction as a separate event with another id`,
      );
  }
  await insertEvents(sql, added);
  return { accepted: added.length, duplicates };
}

function hasSameContent(one: StoredEvent, other: StoredEvent): boolean {
  const toContent = (row: StoredEvent) => [
    ...[row.stated_version, row.endpoint, row.prediction, row.customer, row.feature],
    ...[row.at_ms, row.micros, row.currency].map(String),
  ];
  return JSON.stringify(toContent(one)) === JSON.stringify(toContent(other));
}

/** Example: "amount: at most 6 decimals, and between -1000000000 and 1000000000". */
function describeIssue(
  error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] } | undefined,
): string {
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return 'not an outcome event';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
