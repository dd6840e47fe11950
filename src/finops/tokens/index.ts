import type { z } from 'zod';
import type { Subject } from '../../org/schema.ts';
import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createLazyCatalogue } from './catalogue.ts';
import { type CountedTokens, readCountedTokens, readTokenFingerprint, type TokenWindow } from './counted-tokens.ts';
import { createTokenRoutes } from './routes.ts';
import { type TokenCostTotal, TokenPricesSpec } from './schema.ts';
import { buildServedUsage, type ServedUsage } from './served-usage.ts';
import { applyPriceList, readCurrentPrices, type TokensDeps } from './service.ts';
import { removeTokenUsage } from './store.ts';
import { buildTraceUsage, priceSpans, type SpanCost, type SpanTokenUse } from './trace-usage.ts';
import { readTokenCost, recordTokens } from './usage.ts';

export { tokenMigrations } from './migrations.ts';

/** Tokens: their prices by the catalogue and by your price lists, their usage, and the reconciliation of both with the bill. */
export interface Tokens {
  /** Metered cost of token usage whose subject has the given fields; within [start, end) Unix ms when given. */
  total(
    subject: Subject,
    within?: { readonly start: number; readonly end: number },
  ): Promise<z.infer<typeof TokenCostTotal>>;
  /** Tokens used in [start, end) Unix ms, by subject: a key to allocate shared cost. */
  counted(sql: Sql, within: TokenWindow): Promise<CountedTokens[]>;
  /** Changes whenever usage within [start, end) Unix ms is recorded or replaced. */
  fingerprint(sql: Sql, within: TokenWindow): Promise<string>;
  /** Cost of the tokens of spans at current prices, in the order of the spans; null with the reason if the price is unknown. */
  priceSpans(sql: Sql, spans: readonly SpanTokenUse[]): Promise<SpanCost[]>;
  /** Records the tokens of requests that endpoints of this server answered; a repeated request replaces its record. */
  recordServed(used: readonly ServedUsage[]): Promise<void>;
  /** `TokenPrices`: one list replaces the list of its name. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createTokens(given: Omit<TokensDeps, 'catalogue'> & SubscribesToEvents): Tokens {
  const deps: TokensDeps = { ...given, catalogue: createLazyCatalogue() };
  const { store, clock } = deps;
  given.events.subscribe('tokens', ['trace.tokens_counted'], async (event) => {
    const { records, withdrawn } = buildTraceUsage(event, clock);
    await store.transaction(async (sql) => {
      await recordTokens(clock, sql, records);
      await removeTokenUsage(sql, withdrawn);
    });
  });
  return {
    async total(subject, within) {
      const selection = { subject, start: within?.start ?? null, end: within?.end ?? null };
      const { groups: _groups, ...total } = await readTokenCost(
        { store, priceOf: await readCurrentPrices(deps, store) },
        selection,
        null,
      );
      return total;
    },
    counted: readCountedTokens,
    fingerprint: readTokenFingerprint,
    priceSpans: async (sql, spans) => (spans.length === 0 ? [] : priceSpans(await readCurrentPrices(deps, sql), spans)),
    recordServed: (used) =>
      store.transaction(async (sql) => void (await recordTokens(clock, sql, used.map(buildServedUsage)))),
    kinds: [
      createSpecKind('TokenPrices', 30, TokenPricesSpec, (sql, name, spec) => applyPriceList(clock, sql, name, spec)),
    ],
    routes: createTokenRoutes(deps),
  };
}
