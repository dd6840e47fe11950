import type { z } from 'zod';
import type { IsVisibleSubject } from '../../org/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Clock, type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { type MeteredTokens, meterTokens } from './metered-tokens.ts';
import type { PriceOf } from './pricing.ts';
import type { RecordedUsage } from './same-call.ts';
import type { TokenCostTotal, TokenGrouping, tokenCostReport } from './schema.ts';
import {
  type FoundTokenUsage,
  findTokenUsage,
  putTokenUsage,
  type StoredTokenUsage,
  type TokenUsageSelection,
  type UsagePosition,
} from './store.ts';

/** A record with a time this far after our clock is an error of the sender's clock or time zone. */
const CLOCK_SKEW_MS = 24 * 3_600_000;
/** Maximum number of records in memory while a total is summed. */
const TOTAL_PAGE = 5_000;

export async function recordTokens(clock: Clock, sql: Sql, records: readonly RecordedUsage[]): Promise<number> {
  const now = clock.now();
  for (const { call = null, ...record } of records) {
    const at = Date.parse(record.at);
    if (at > now + CLOCK_SKEW_MS) {
      const detail = `Token usage "${record.usage}" is of ${record.at}, in the future. Send it when it has happened.`;
      throw new AppError('token_usage_invalid', detail, { usage: record.usage });
    }
    const recordedAt = new Date(now).toISOString();
    await putTokenUsage(sql, { ...record, at, provider: record.provider ?? null, recordedAt }, call);
  }
  return records.length;
}

export function priceUsage(priceOf: PriceOf, usage: StoredTokenUsage): MeteredTokens {
  const { model, provider, serviceTier, at } = usage;
  return meterTokens(usage, priceOf({ model, provider, serviceTier, at }));
}

type Report = z.infer<typeof tokenCostReport.response>;

/**
 * Metered cost of the selected records, in total and by a subject field. The total is the exact sum over its records.
 * `isVisible`: only records of these subjects. Records without a price, and traced ones whose call was also served, are counted separately, never as zero. Errors:
 * `currency_mismatch`.
 */
export async function readTokenCost(
  deps: { readonly store: Store; readonly priceOf: PriceOf; readonly isVisible?: IsVisibleSubject },
  selection: TokenUsageSelection,
  by: TokenGrouping | null,
): Promise<Report> {
  const all = createRunning();
  const groups = new Map<string | null, Running>();
  for await (const usage of readAllUsage(deps.store, selection)) {
    if (deps.isVisible !== undefined && !(await deps.isVisible(usage.subject))) continue;
    const metered = priceUsage(deps.priceOf, usage);
    addTo(all, usage, metered);
    if (by === null) continue;
    const value = findUsageGroup(usage, by);
    const group = groups.get(value) ?? createRunning();
    groups.set(value, group);
    addTo(group, usage, metered);
  }
  const rows = [...groups].map(([value, total]) => ({ value, ...buildCostTotal(total) }));
  return { ...buildCostTotal(all), groups: rows.toSorted((a, b) => compareCosts(b, a)) };
}

/** The group of a record; null if it has no value. */
function findUsageGroup(
  { model, provider, user, session, subject }: StoredTokenUsage,
  by: TokenGrouping,
): string | null {
  switch (by) {
    case 'llm':
      return model;
    case 'provider':
      return provider;
    case 'user':
      return user ?? null;
    case 'session':
      return session ?? null;
    default:
      return subject[by] ?? null;
  }
}

async function* readAllUsage(store: Store, selection: TokenUsageSelection): AsyncGenerator<FoundTokenUsage> {
  let after: UsagePosition | null = null;
  for (;;) {
    const page: FoundTokenUsage[] = await findTokenUsage(store, selection, { after, limit: TOTAL_PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < TOTAL_PAGE) return;
    after = { at: last.at, id: last.usage };
  }
}

function compareCosts(a: Pick<TokenCostTotal, 'cost'>, b: Pick<TokenCostTotal, 'cost'>): number {
  return decimal(a.cost?.amount ?? 0).comparedTo(b.cost?.amount ?? 0);
}

/** A sum in the making. */
interface Running {
  cost: Decimal | null;
  pricedRecords: number;
  unpricedRecords: number;
  inputTokens: Decimal;
  outputTokens: Decimal;
  requests: Decimal;
  sameCallRecords: number;
  readonly currencies: Set<string>;
  readonly unpricedModels: Set<string>;
}

function createRunning(): Running {
  const [inputTokens, outputTokens, requests] = [decimal(0), decimal(0), decimal(0)];
  const counts = { pricedRecords: 0, unpricedRecords: 0, sameCallRecords: 0, inputTokens, outputTokens, requests };
  return { cost: null, ...counts, currencies: new Set(), unpricedModels: new Set() };
}

function addTo(sum: Running, usage: FoundTokenUsage, { cost }: MeteredTokens): void {
  if (usage.sameCallAs !== null) {
    sum.sameCallRecords += 1;
    return;
  }
  sum.inputTokens = sum.inputTokens.plus(usage.inputTokens);
  sum.outputTokens = sum.outputTokens.plus(usage.outputTokens);
  sum.requests = sum.requests.plus(usage.requests);
  if (cost === null) {
    sum.unpricedRecords += 1;
    sum.unpricedModels.add(usage.model);
    return;
  }
  sum.pricedRecords += 1;
  sum.currencies.add(cost.currency);
  sum.cost = (sum.cost ?? decimal(0)).plus(cost.amount);
}

function buildCostTotal(sum: Running): TokenCostTotal {
  const [currency, ...others] = sum.currencies;
  if (others.length > 0) {
    const detail = `The prices of these tokens are in ${[...sum.currencies].join(' and ')}; one sum needs one currency.`;
    throw new AppError('currency_mismatch', detail);
  }
  return {
    cost: sum.cost === null || currency === undefined ? null : { amount: decimalString(sum.cost), currency },
    pricedRecords: sum.pricedRecords,
    unpricedRecords: sum.unpricedRecords,
    sameCallRecords: sum.sameCallRecords,
    unpricedModels: [...sum.unpricedModels].toSorted(),
    inputTokens: decimalString(sum.inputTokens),
    outputTokens: decimalString(sum.outputTokens),
    requests: decimalString(sum.requests),
  };
}
