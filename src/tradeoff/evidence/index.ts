import type { RegisteredVersion } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { gatherLiveQuality } from './live.ts';
import { sumMakingCosts } from './making/compute.ts';
import { createMaturedEvidence, type MaturedEvidence } from './matured.ts';
import { type GatheredOutcomes, gatherOutcomes, type OutcomeDeps, type OutcomeQuestion } from './outcomes.ts';
import { getVersionEvidence, listModelEvidence } from './schema.ts';
import {
  compareVersions,
  type EvidenceDeps,
  type EvidenceNeeds,
  findVersion,
  type GatheredEvidence,
  type GatheredVersion,
  gatherEvidence,
  gatherRunEvidence,
  gatherVersions,
} from './service.ts';

export { gatherMakingCost, type MakingDeps } from './making/gather.ts';
export type { MaturedEvidence, MaturedQuestion } from './matured.ts';
export type { OutcomeRequest } from './outcomes.ts';
export type { EvidenceNeeds, GatheredEvidence } from './service.ts';
export type { ServingFacts } from './unit-costs.ts';

/** The quality and the cost of a version, side by side. */
export interface Evidence {
  /** Finds a version by number or `@alias`. Errors: `model_not_found`, `model_version_not_found`. */
  find(sql: Sql, model: string, version: string): Promise<RegisteredVersion>;
  /** The version behind an alias, or null. */
  behind(sql: Sql, model: string, alias: string): Promise<RegisteredVersion | null>;
  /** `needs`: evidence that takes more reading. */
  gather(sql: Sql, version: RegisteredVersion, needs?: EvidenceNeeds): Promise<GatheredEvidence>;
  /** Of several versions of one model, in their order. Reads what the versions share once. */
  gatherMany(
    sql: Sql,
    model: string,
    versions: readonly RegisteredVersion[],
    needs?: EvidenceNeeds,
  ): Promise<GatheredVersion[]>;
  /** Of a run, as the version of this model that it would become. */
  gatherRun(
    sql: Sql,
    question: { readonly model: string; readonly runId: string } & EvidenceNeeds,
  ): Promise<GatheredEvidence>;
  /** Per-example outcomes, latencies and requests that the tests of a policy use. */
  gatherOutcomes(sql: Sql, question: OutcomeQuestion): Promise<GatheredOutcomes>;
  readonly matured: MaturedEvidence;
  readonly routes: readonly Route[];
}

/** Needs of a reader of the evidence. */
const ALL_NEEDS: EvidenceNeeds = { makingCost: true, value: true };

export function createEvidence(deps: EvidenceDeps & OutcomeDeps & { readonly store: Store }): Evidence {
  return {
    find: (sql, model, version) => findVersion(deps, sql, model, version),
    behind: (sql, model, alias) => deps.versions.versionByAlias(sql, model, alias),
    gather: (sql, version, needs) => gatherEvidence(deps, sql, version, needs),
    gatherMany: (sql, model, versions, needs) => gatherVersions(deps, sql, { model, versions, needs }),
    gatherRun: (sql, question) => gatherRunEvidence(deps, sql, question),
    gatherOutcomes: (sql, question) => gatherOutcomes(deps, sql, question),
    matured: createMaturedEvidence(deps),
    routes: [
      handle(getVersionEvidence, async ({ params }) => {
        const version = await findVersion(deps, deps.store, params.model, params.version);
        const { evidence, priceBooks, billDeliveries } = await gatherEvidence(deps, deps.store, version, ALL_NEEDS);
        const live = await gatherLiveQuality(deps, deps.store, version);
        return { ...evidence, live, priceBooks: [...priceBooks], billDeliveries: [...billDeliveries] };
      }),
      handle(listModelEvidence, async ({ params: { model } }) => {
        const versions = await deps.versions.versions(deps.store, model);
        if (versions === null) {
          throw new AppError('model_not_found', `There is no registered model "${model}".`, { model });
        }
        const gathered = await gatherVersions(deps, deps.store, { model, versions, needs: ALL_NEEDS });
        const evidence = gathered.map((one) => one.evidence);
        const makingTotal = sumMakingCosts(evidence.flatMap(({ makingCost }) => makingCost ?? []));
        return { versions: evidence, compared: compareVersions(evidence), makingTotal };
      }),
    ],
  };
}
