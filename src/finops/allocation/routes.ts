import { AppError } from '../../platform/errors/index.ts';
import { handle, limitMoney, type Route } from '../../platform/http/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import { type ApplyDeps, findBillPeriods, rederive } from './apply-rules.ts';
import { readCoverage, readRuleHits } from './coverage.ts';
import { previewRules } from './preview/preview.ts';
import { getReconciliation } from './reconciliation/schema.ts';
import { buildReconciliation, type ReconciliationDeps } from './reconciliation/service.ts';
import {
  deriveAgain,
  getAllocationRules,
  getCoverage,
  getRuleHits,
  getUnallocated,
  listDerivations,
  previewAllocation,
} from './schema.ts';
import { findLastDerivations, findRulesInForce, findRulesOfVersion, type StoredRules } from './store.ts';
import { getTeamOffer } from './team-offer/schema.ts';
import { suggestTeamRule } from './team-offer.ts';
import { readUnallocated } from './unallocated.ts';
import { recordWorkloadUsage } from './workloads/schema.ts';
import { recordWorkloads } from './workloads/service.ts';

export function createAllocationRoutes(deps: ApplyDeps & ReconciliationDeps, kind: ManifestKind): Route[] {
  return [
    handle(getAllocationRules, async ({ query: { version }, identity }) => {
      const { rules, normalise, ...facts } = await findShownRules(deps, version);
      const teams = limitMoney(identity);
      if (teams === null) return { ...facts, rules: [...rules], normalise: normalise ?? null };
      return { ...facts, rules: selectRulesOf(rules, teams), normalise: null, partial: { teams: [...teams] } };
    }),
    handle(getRuleHits, async ({ query, identity }) => {
      const teams = limitMoney(identity);
      const found = await readRuleHits(deps, query, teams);
      return teams === null ? found : { ...found, partial: { teams: [...teams] } };
    }),
    handle(getCoverage, async ({ query }) => ({ rows: await readCoverage(deps, query) })),
    handle(getUnallocated, ({ query }) => readUnallocated(deps, query)),
    handle(getTeamOffer, () => suggestTeamRule(deps)),
    handle(previewAllocation, ({ body }) => previewRules(deps, kind, body)),
    handle(listDerivations, async () => ({
      derivations: (await findLastDerivations(deps.store)).map(
        ({ id, usageFingerprint, billFiles: _files, ...facts }) => ({
          derivation: id,
          ...facts,
          deliveries: [...facts.deliveries],
          usage: usageFingerprint === '' ? null : usageFingerprint,
        }),
      ),
    })),
    handle(deriveAgain, async ({ body }) => {
      const known = await findBillPeriods(deps, deps.store);
      const periods = known.filter((period) => body.periods?.includes(period) ?? true);
      await rederive(deps, periods);
      return { periods };
    }),
    handle(getReconciliation, ({ query }) => buildReconciliation(deps, query.period, query.metric)),
    handle(recordWorkloadUsage, async ({ body }) => ({
      recorded: await deps.store.transaction((sql) => recordWorkloads(deps.clock, sql, body.usages)),
    })),
  ];
}

/** Rules that assign cost to one of these teams by name. */
function selectRulesOf(rules: StoredRules['rules'], teams: readonly string[]): StoredRules['rules'][number][] {
  return rules.filter(({ subject }) => teams.includes(subject?.team ?? ''));
}

async function findShownRules(deps: ApplyDeps, version: number | undefined): Promise<StoredRules> {
  if (version === undefined) return findRulesInForce(deps.store);
  const rules = await findRulesOfVersion(deps.store, version);
  if (rules !== null) return rules;
  const { version: newest } = await findRulesInForce(deps.store);
  const detail = `There is no version ${version} of the allocation rules; the newest is ${newest}.`;
  throw new AppError('allocation_rules_not_found', detail, { version });
}
