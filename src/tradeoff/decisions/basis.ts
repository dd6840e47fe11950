import { z } from 'zod';
import type { BasisKind } from './tables.ts';

/** The fields of a recorded decision that name things; older and newer decisions have additional fields. */
const Named = z.object({
  evidence: z.object({
    candidate: z.object({ runId: z.string().nullish() }).optional(),
    champion: z.object({ runId: z.string().nullish() }).nullish(),
    billDeliveries: z.array(z.string()).default([]),
    priceBooks: z.array(z.string()).default([]),
  }),
});

/** Bills, price books and runs that the evidence of a recorded decision names, each once. */
export function listBasis(document: unknown): { kind: BasisKind; name: string }[] {
  const parsed = Named.safeParse(document);
  if (!parsed.success) return [];
  const { candidate, champion, billDeliveries, priceBooks } = parsed.data.evidence;
  const runs = [candidate?.runId, champion?.runId].filter((run) => typeof run === 'string');
  const list = (kind: BasisKind, names: readonly string[]) => [...new Set(names)].map((name) => ({ kind, name }));
  return [...list('bill', billDeliveries), ...list('priceBook', priceBooks), ...list('run', runs)];
}
