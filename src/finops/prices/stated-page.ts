import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import type { PriceSelection } from './store.ts';

/** The sort key of every table of stated prices. */
interface StatedKey {
  resource: string;
  region: string;
  currency: string;
  effective_from: string;
}

/** A page of one table, by machine, region, currency and date. Each row has the start of the next price; null: it is the last one. */
export async function readStatedPage<Row extends StatedKey>(
  sql: Sql,
  table: 'catalogue_price' | 'learned_price',
  { resource, region, after, limit }: PriceSelection,
): Promise<(Row & { readonly next_from: string | null })[]> {
  const stated = raw<StatedKey>`${raw.table(table)}`;
  let query = sql
    .tables<Record<never, never>>()
    .selectFrom(stated.as('p'))
    .selectAll('p')
    .select((eb) =>
      eb
        .selectFrom(stated.as('next'))
        .select((inner) => inner.fn.min('next.effective_from').as('from'))
        .whereRef('next.resource', '=', 'p.resource')
        .whereRef('next.region', '=', 'p.region')
        .whereRef('next.currency', '=', 'p.currency')
        .whereRef('next.effective_from', '>', 'p.effective_from')
        .as('next_from'),
    )
    .orderBy('p.resource')
    .orderBy('p.region')
    .orderBy('p.currency')
    .orderBy('p.effective_from')
    .limit(limit);
  if (resource !== undefined) query = query.where('p.resource', '=', resource);
  if (region !== undefined) query = query.where('p.region', '=', region);
  if (after !== null) {
    const [name = '', place = '', currency = '', from = ''] = after;
    query = query.where((eb) =>
      eb(
        eb.refTuple('p.resource', 'p.region', 'p.currency', 'p.effective_from'),
        '>',
        eb.tuple(name, place, currency, from),
      ),
    );
  }
  return query.$castTo<Row & { readonly next_from: string | null }>().execute();
}
