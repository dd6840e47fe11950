import { handle, type Route } from '../http/index.ts';
import { type KnownDamageDeps, listKnownDamage } from './known-damage.ts';
import { getKnownDamage, getVerification, listVerifications, startVerification } from './schema.ts';
import { createIntegrityService, type IntegrityDeps } from './service.ts';

export { integrityMigrations } from './migrations.ts';
export type { Verifier, VerifyContext } from './verifier.ts';
export { buildUnrepairableFinding } from './verifier.ts';
export { createLakeVerifier } from './verify-lake.ts';
export { createObjectsVerifier, listKeysBelow } from './verify-objects.ts';
export { createAuditVerifier, createJournalVerifier, storeVerifier } from './verify-store.ts';

/** Checks all that is stored: digests of files and objects, pages of the store, the audit trail, references. */
export interface Integrity {
  readonly routes: readonly Route[];
}

/** Makes the endpoints and registers the job; the verifiers run in their order. */
export function createIntegrity(deps: IntegrityDeps & { readonly known: KnownDamageDeps }): Integrity {
  const service = createIntegrityService(deps);
  return {
    routes: [
      handle(startVerification, ({ body: { repair } }) => service.start(repair)),
      handle(getVerification, ({ params: { verification } }) => service.find(verification)),
      handle(getKnownDamage, () => listKnownDamage(deps.known)),
      handle(listVerifications, async () => ({ verifications: await service.list() })),
    ],
  };
}
