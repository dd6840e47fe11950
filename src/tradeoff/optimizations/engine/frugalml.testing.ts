import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RecordedPair } from './simulate-trial.ts';

const folder = join(import.meta.dirname, '../../../../../shared/data/decisions/frugalml');

/** A recorded answer of the best API and of the cascade of two APIs, with the answer of the cascade's first API. */
export type CascadePair = RecordedPair & { readonly isAccepted: boolean };

/** For tests: the cascade of `reference_holdout_cascade.csv` against the best single API, in the order of the file; prices are per call. */
export function readCascadePairs(task: string): CascadePair[] {
  const prices = new Map(
    readRows(readFileSync(join(folder, 'apis.csv'), 'utf8'))
      .filter((row) => row.dataset === task)
      .map((row) => [row.api, Number(row.price_usd_per_10k) / 10_000]),
  );
  const priceOf = (api: string | undefined) => prices.get(api ?? '') ?? Number.NaN;
  const reference = readRows(readFileSync(join(folder, 'reference_holdout_cascade.csv'), 'utf8'));
  const { best_single: best, base, addon, threshold } = reference.find((row) => row.dataset === task) ?? {};
  return readRows(gunzipSync(readFileSync(join(folder, `${task}.csv.gz`))).toString()).map((row) => {
    const isAccepted = Number(row[`${base}_confidence`]) >= Number(threshold);
    return {
      isAccepted,
      baseline: Number(row[`${best}_correct`]),
      candidate: Number(row[`${isAccepted ? base : addon}_correct`]),
      baselineCost: priceOf(best),
      candidateCost: priceOf(base) + (isAccepted ? 0 : priceOf(addon)),
    };
  });
}

function readRows(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.replaceAll('\r', '').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, at) => [names[at] ?? '', value])));
}
