import type { VersionEvidence } from '../../evidence/schema.ts';
import { listConfigurations, narrowEvidence } from '../configurations.ts';
import type { Configuration } from '../figures/schema.ts';
import { compareAmounts } from '../money.ts';
import { type CostTerms, planCost } from '../plan-cost.ts';

/** Hardware that a question names, and the configuration that is served now. */
export interface Preference {
  /** undefined: that of the present configuration. */
  readonly hardware?: string | undefined;
  readonly present: Configuration | null;
}

/** A chosen configuration, and whether others were possible. */
export interface ChosenConfiguration {
  readonly configuration: Configuration;
  /** What was assumed by the choice; null when nothing was. */
  readonly assumption: string | null;
}

/**
 * The configuration of a version: on the named hardware, else the live traffic, else on the hardware of the present configuration or of the endpoint
 * that serves the model, else the cheapest at demand. Of several batch sizes the present one, else the cheapest. A reason in words without one.
 */
export function chooseConfiguration(
  evidence: VersionEvidence,
  { hardware, present }: Preference,
  terms: CostTerms,
): ChosenConfiguration | string {
  const { version, scaling = [] } = evidence;
  const all = listConfigurations(evidence);
  if (hardware !== undefined) {
    const named = all.filter(({ hardware: { name } }) => isNamed(name, hardware));
    if (named.length === 0) return describeUnmeasured(version, hardware, all);
    return chooseCheapest(evidence, preferBatch(named, present), terms);
  }
  const traffic = all.filter(({ source }) => source === 'traffic');
  if (traffic.length > 0 && present === null) return chooseCheapest(evidence, traffic, terms);
  const known = present === null ? scaling.map((bounds) => bounds.hardware) : [present.hardware.name];
  const same = all.filter((one) => known.includes(one.hardware.name));
  if (same.length > 0) return chooseCheapest(evidence, preferBatch(same, present), terms);
  if (all.length === 0) return `no benchmark of version ${version} was recorded and no endpoint measured it`;
  const chosen = chooseCheapest(evidence, all, terms);
  const where = present === null ? 'no endpoint serves it' : `it was not measured on ${present.hardware.name}`;
  const measured = all.length === 1 ? 'the only measured hardware' : 'the cheapest measured hardware';
  const assumption = `Version ${version} runs on ${chosen.configuration.hardware.name}, ${measured}: ${where}.`;
  return { ...chosen, assumption };
}

/** Whether hardware is the named one; "gpu:A10G" is "1 x gpu:A10G". */
function isNamed(name: string, asked: string): boolean {
  return name === asked || name === `1 x ${asked}`;
}

function describeUnmeasured(version: string, hardware: string, all: readonly Configuration[]): string {
  const measured = [...new Set(all.map((one) => one.hardware.name))].join(', ');
  const known = measured === '' ? 'it was measured nowhere' : `it was measured on ${measured}`;
  return `no benchmark of version ${version} on ${hardware} was recorded (${known}); capacity is not guessed from other hardware`;
}

function preferBatch(
  configurations: readonly Configuration[],
  present: Configuration | null,
): readonly Configuration[] {
  const same = configurations.filter(
    ({ source, batchSize }) => present !== null && source === present.source && batchSize === present.batchSize,
  );
  return same.length > 0 ? same : configurations;
}

/** The cheapest with a known cost, else the first. */
function chooseCheapest(
  evidence: VersionEvidence,
  configurations: readonly Configuration[],
  terms: CostTerms,
): ChosenConfiguration {
  const planned = configurations
    .map((configuration) => ({ configuration, cost: planCost(narrowEvidence(evidence, configuration), terms) }))
    .flatMap(({ configuration, cost }) => (typeof cost === 'string' ? [] : [{ configuration, cost }]))
    .toSorted((a, b) => compareAmounts(a.cost.perMonth, b.cost.perMonth));
  const configuration = (planned[0]?.configuration ?? configurations[0]) as Configuration;
  if (configurations.length < 2) return { configuration, assumption: null };
  const assumption = `Of ${configurations.length} measurements of version ${evidence.version} on this hardware the cheapest counts: batches of ${configuration.batchSize ?? 'an unknown size'}.`;
  return { configuration, assumption };
}
