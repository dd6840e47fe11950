import type { ManifestOutcome } from '../../../platform/manifests/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { appendTimeChanged, type ChangeDeps } from '../../gpu-telemetry/index.ts';
import type { GpuOwnerRulesSpec } from './schema.ts';
import { findOwnerRules, putOwnerRules } from './store.ts';

/** Replaces the rules of a document; past times follow the new rules too. */
export async function applyOwnerRules(
  deps: ChangeDeps & { readonly clock: Clock },
  sql: Sql,
  name: string,
  spec: GpuOwnerRulesSpec,
): Promise<ManifestOutcome> {
  const before = (await findOwnerRules(sql)).find((one) => one.name === name);
  if (before !== undefined && JSON.stringify(before.rules) === JSON.stringify(spec.rules)) return 'unchanged';
  await putOwnerRules(sql, name, spec, new Date(deps.clock.now()).toISOString());
  await appendTimeChanged(deps, sql, null);
  return before === undefined ? 'created' : 'changed';
}
