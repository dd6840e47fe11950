import { AppError } from '../../../platform/errors/index.ts';
import { handle, type Route } from '../../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../../platform/manifests/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { deletePurchaseTerms, listPurchaseTerms, PurchaseTermsSpec } from './schema.ts';

interface TermsTables {
  purchase_terms: { name: string; spec: string; applied_at: string };
}

export interface StoredTerms {
  readonly name: string;
  readonly spec: PurchaseTermsSpec;
  readonly appliedAt: string;
}

/** By name. */
export async function findTerms(sql: Sql): Promise<StoredTerms[]> {
  const rows = await sql.tables<TermsTables>().selectFrom('purchase_terms').selectAll().orderBy('name').execute();
  return rows.map(({ name, spec, applied_at: appliedAt }) => ({
    ...{ name, appliedAt },
    spec: PurchaseTermsSpec.parse(JSON.parse(spec)),
  }));
}

export function createTermsKind(clock: Clock): ManifestKind {
  return createSpecKind('PurchaseTerms', 72, PurchaseTermsSpec, async (sql, name, spec) => {
    const tables = sql.tables<TermsTables>();
    const before = await tables.selectFrom('purchase_terms').select('spec').where('name', '=', name).executeTakeFirst();
    const text = JSON.stringify(spec);
    if (before?.spec === text) return 'unchanged';
    const row = { spec: text, applied_at: new Date(clock.now()).toISOString() };
    await tables
      .insertInto('purchase_terms')
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute();
    return before === undefined ? 'created' : 'changed';
  });
}

export function createTermsRoutes(store: Store): Route[] {
  return [
    handle(listPurchaseTerms, async () => ({
      terms: (await findTerms(store)).map(({ name, appliedAt, spec: { currency, commitments, spot, serving } }) => ({
        ...{ name, appliedAt, currency },
        commitments: commitments.map((offer) => offer.name),
        spot: spot.map((offer) => offer.name),
        serving: serving.map(({ endpoint }) => endpoint),
      })),
    })),
    handle(deletePurchaseTerms, async ({ params: { terms: name } }) => {
      const done = await store
        .tables<TermsTables>()
        .deleteFrom('purchase_terms')
        .where('name', '=', name)
        .executeTakeFirst();
      if (Number(done.numDeletedRows) === 1) return { name };
      const detail = `There are no purchase terms "${name}". List them with: steelyard recommend terms`;
      throw new AppError('purchase_terms_not_found', detail, { terms: name });
    }),
  ];
}
