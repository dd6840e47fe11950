import type { AliasGovernance } from '../../mlops/registry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { findModelPolicies } from '../gates/index.ts';
import { insertAct } from './acts-store.ts';
import { generateDecisionId } from './decision-id.ts';

/** Policy lookup for the registry: the alias that each policy governs, and the ledger for overrides of a policy. */
export function createAliasGovernance({ clock }: { readonly clock: Clock }): AliasGovernance {
  return {
    async governing(sql, model) {
      const policies = await findModelPolicies(sql, model);
      return policies.map(({ name, spec }) => ({ policy: name, alias: spec.alias, team: spec.team ?? null }));
    },
    async overridden(sql, { actor, model, alias, from, to, reason, policies }) {
      const was = from === null ? 'it did not exist before' : `it pointed to version ${from} before`;
      const moved = to === null ? 'was removed' : `points to version ${to}`;
      await insertAct(sql, {
        decision: generateDecisionId(),
        at: new Date(clock.now()).toISOString(),
        actor,
        act: 'overridden',
        about: `${model}@${alias}`.slice(0, 250),
        subject: { model, ...(to === null ? {} : { modelVersion: to }) },
        summary: `The alias "${alias}" of ${model} ${moved} without a decision of the gate; ${was}. Reason: ${reason}`,
        evidence: { alias, from, to, reason, policies },
      });
    },
  };
}
