import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import { type ApplyDeps, billPeriods, rederive } from './apply-rules.ts';
import { coverageOf, ruleHits } from './coverage.ts';
import { previewOf } from './preview/preview.ts';
import { getReconciliation } from './reconciliation/schema.ts';
import { type ReconciliationDeps, reconciliationOf } from './reconciliation/service.ts';
import {
  deriveAgain,
  getAllocationRules,
  getCoverage,
  getRuleHits,
  getTeamOffer,
  getUnallocated,
  listDerivations,
  previewAllocation,
} from './schema.ts';
import { lastDerivations, rulesInForce, rulesOfVersion, type StoredRules } from './store.ts';
import { teamOfferOf } from './team-offer.ts';
import { unallocatedOf } from './unallocated.ts';
import { recordWorkloadUsage } from './workloads/schema.ts';
import { recordWorkloads } from './workloads/service.ts';

export function allocationRoutes(deps: ApplyDeps & ReconciliationDeps, kind: ManifestKind): Route[] {
  return [
    handle(getAllocationRules, async ({ query: { version } }) => {
      const { rules, normalise, ...facts } = await rulesToShow(deps, version);
      return { ...facts, rules: [...rules], normalise: normalise ?? null };
    }),
    handle(getRuleHits, ({ query }) => ruleHits(deps, query)),
    handle(getCoverage, async ({ query }) => ({ rows: await coverageOf(deps, query) })),
    handle(getUnallocated, ({ query }) => unallocatedOf(deps, query)),
    handle(getTeamOffer, () => teamOfferOf(deps)),
    handle(previewAllocation, ({ body }) => previewOf(deps, kind, body)),
    handle(listDerivations, async () => ({
      derivations: (await lastDerivations(deps.store)).map(({ id, usageFingerprint, billFiles: _files, ...facts }) => ({
        derivation: id,
        ...facts,
        deliveries: [...facts.deliveries],
        usage: usageFingerprint === '' ? null : usageFingerprint,
      })),
    })),
    handle(deriveAgain, async ({ body }) => {
      const known = await billPeriods(deps, deps.store);
      const periods = known.filter((period) => body.periods?.includes(period) ?? true);
      await rederive(deps, periods);
      return { periods };
    }),
    handle(getReconciliation, ({ query }) => reconciliationOf(deps, query.period, query.metric)),
    handle(recordWorkloadUsage, async ({ body }) => ({
      recorded: await deps.store.transaction((sql) => recordWorkloads(deps.clock, sql, body.usages)),
    })),
  ];
}

async function rulesToShow(deps: ApplyDeps, version: number | undefined): Promise<StoredRules> {
  if (version === undefined) return rulesInForce(deps.store);
  const rules = await rulesOfVersion(deps.store, version);
  if (rules !== null) return rules;
  const { version: newest } = await rulesInForce(deps.store);
  const detail = `There is no version ${version} of the allocation rules; the newest is ${newest}.`;
  throw new AppError('allocation_rules_not_found', detail, { version });
}
