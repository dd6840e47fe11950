import { z } from 'zod';
import type { BasisKind } from './tables.ts';

const Version = z.object({
  runId: z.string().nullish(),
  makingCost: z.object({ parts: z.array(z.object({ run: z.string() })) }).nullish(),
});

/** The fields of a recorded decision that name things; older and newer decisions have additional fields. */
const Named = z.object({
  evidence: z.object({
    candidate: Version.optional(),
    champion: Version.nullish(),
    billDeliveries: z.array(z.string()).default([]),
    priceBooks: z.array(z.string()).default([]),
  }),
});

/** Bills, price books and runs that the evidence of a recorded decision names, each once. */
export function listBasis(document: unknown): { kind: BasisKind; name: string }[] {
  const parsed = Named.safeParse(document);
  if (!parsed.success) return [];
  const { candidate, champion, billDeliveries, priceBooks } = parsed.data.evidence;
  const runs = [candidate, champion]
    .flatMap((version) => [version?.runId, ...(version?.makingCost?.parts ?? []).map(({ run }) => run)])
    .filter((run) => typeof run === 'string');
  const list = (kind: BasisKind, names: readonly string[]) => [...new Set(names)].map((name) => ({ kind, name }));
  return [...list('bill', billDeliveries), ...list('priceBook', priceBooks), ...list('run', runs)];
}
