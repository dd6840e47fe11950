import type { Purchasing } from '../../../finops/purchasing/index.ts';
import { adviseSpot } from '../../../finops/purchasing/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { HOUR_MS, SECOND_MS } from '../../../platform/units/durations.ts';
import type { StoredTerms } from '../../recommendations/index.ts';
import type { VersionFacts } from '../facts.ts';
import type { Configuration } from '../figures/schema.ts';
import { type GatherDeps, type Gathered, type GatherQuestion, gatherFacts, readWantedPairs } from '../gather.ts';
import { createPairBook, type PairBook } from '../pair-book.ts';
import { type CheaperVersion, findCheaperVersion } from './accept-loss.ts';
import { listAssumptions } from './assumptions.ts';
import { computeDifference } from './build-answer.ts';
import { buildState } from './build-state.ts';
import { chooseConfiguration } from './choose-configuration.ts';
import { type PlannedState, planState } from './plan-state.ts';
import { describePrecisionSteps, isPrecisionOf } from './precision.ts';
import type { WhatIfAnswer, WhatIfChange, WhatIfState } from './schema.ts';
import { computeAvailability, findSpotOffer, type SpotCapacity } from './spot-capacity.ts';
import { listCurveSlos } from './waiting-curve.ts';

export interface WhatIfDeps extends GatherDeps {
  readonly purchasing: Pick<Purchasing, 'spot'>;
  /** Stated terms of purchases, with spot capacity. */
  readonly readTerms: (sql: Sql) => Promise<StoredTerms[]>;
}

export interface WhatIfQuestion extends Omit<GatherQuestion, 'baseline' | 'select'> {
  /** Version or @alias that is served now; undefined: the alias of the policy, else @champion. */
  readonly version?: string | undefined;
  readonly change: WhatIfChange;
}

/**
 * Cost, latency and quality now and after a change. What was not measured is unknown, with the command that measures it; what was assumed is
 * listed. Errors: those of the facts.
 */
export async function answerWhatIf(deps: WhatIfDeps, question: WhatIfQuestion): Promise<WhatIfAnswer> {
  const { model, change } = question;
  const gathered = await gatherFacts(deps, {
    ...question,
    baseline: question.version,
    select: (version, baseline) =>
      change.acceptLoss !== undefined ||
      version.version === baseline ||
      (change.precision !== undefined && isPrecisionOf(version, baseline ?? '', change.precision)),
  });
  const present = requirePresent(gathered);
  const now = await readState(deps, gathered, { facts: present, change: {}, present: null });
  const pairs = createPairBook();
  const target = await chooseTarget(deps, gathered, { pairs, present, now, change });
  if ('missing' in target) {
    const assumptions = [...now.assumptions, ...listAssumptions({ change, now, next: { ...now, spot: null } })];
    return { model, change, now: now.state, ...NOTHING, assumptions, missing: [...target.missing] };
  }
  const next = await readState(deps, gathered, { facts: target.facts, change, present: now.configuration });
  const compare = () => computeDifference({ now: now.state, next: next.state, axis: gathered.facts.axis, pairs });
  const difference = await withPairs(deps, gathered, pairs, compare);
  const assumed = listAssumptions({ change, now, next });
  const unknown = [...now.state.unknown, ...next.state.unknown];
  return {
    model,
    change,
    now: now.state,
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract; its value is data that is never awaited.
    then: next.state,
    difference,
    assumptions: [...new Set([...now.assumptions, ...target.assumptions, ...next.assumptions, ...assumed])],
    missing: [
      ...new Set(
        unknown.map(({ reason, command }) => (command === null ? reason : `${reason}. Supply it with: ${command}`)),
      ),
    ],
  };
}

// biome-ignore lint/suspicious/noThenProperty: the name of the contract; its value is data that is never awaited.
const NOTHING = { then: null, difference: null };

function requirePresent({ facts: { model, baseline, versions } }: Gathered): VersionFacts {
  const present = versions.find(({ evidence }) => evidence.version === baseline?.version);
  if (present !== undefined) return present;
  const detail = `No version of "${model}" is @champion. State the version that is served now, with --version.`;
  throw new AppError('model_version_not_found', detail, { model });
}

/** Runs a calculation, and again with the pairs that it asked for. */
async function withPairs<T>(deps: WhatIfDeps, gathered: Gathered, pairs: PairBook, calculate: () => T): Promise<T> {
  for (;;) {
    const result = calculate();
    if (pairs.listWanted().length === 0) return result;
    await readWantedPairs(deps, gathered, pairs);
  }
}

interface TargetQuestion {
  readonly pairs: PairBook;
  readonly present: VersionFacts;
  readonly now: ReadState;
  readonly change: WhatIfChange;
}

type Target =
  | { readonly facts: VersionFacts; readonly assumptions: readonly string[] }
  | { readonly missing: readonly string[] };

/** The version after the change: the present one, the one at another precision, or the cheapest within an accepted loss. */
async function chooseTarget(
  deps: WhatIfDeps,
  gathered: Gathered,
  { pairs, present, now, change }: TargetQuestion,
): Promise<Target> {
  const { version } = present.evidence;
  const { facts } = gathered;
  const { precision, acceptLoss } = change;
  if (precision !== undefined) {
    const registered = (await deps.registry.versions(deps.store, facts.model)) ?? [];
    const named = registered.find((one) => isPrecisionOf(one, version, precision))?.version;
    const found = facts.versions.find(({ evidence }) => evidence.version === named);
    if (found === undefined) return { missing: [describePrecisionSteps(facts.model, version, precision)] };
    return {
      facts: found,
      assumptions: [`Version ${named} is version ${version} at ${precision} precision, by its tags.`],
    };
  }
  if (acceptLoss === undefined) return { facts: present, assumptions: [] };
  const question = { version, configuration: now.configuration, change, points: acceptLoss };
  const find = (): CheaperVersion => findCheaperVersion(facts, pairs, question);
  const chosen = await withPairs(deps, gathered, pairs, find);
  return 'missing' in chosen ? chosen : { facts: chosen.facts, assumptions: [chosen.assumption] };
}

interface StateRequest {
  readonly facts: VersionFacts;
  readonly change: WhatIfChange;
  readonly present: Configuration | null;
}

interface ReadState {
  readonly state: WhatIfState;
  readonly planned: PlannedState | string;
  readonly configuration: Configuration | null;
  readonly spot: SpotCapacity | string | null;
  readonly assumptions: readonly string[];
}

async function readState(deps: WhatIfDeps, gathered: Gathered, request: StateRequest): Promise<ReadState> {
  const { facts, change, present } = request;
  const { evidence } = facts;
  const { terms, axis } = gathered.facts;
  const chosen = chooseConfiguration(evidence, { hardware: change.hardware, present }, terms);
  const configuration = typeof chosen === 'string' ? chosen : chosen.configuration;
  const spot =
    change.spot === true && typeof configuration !== 'string'
      ? await readSpot(deps, configuration, terms.currency)
      : null;
  const planned = plan({ facts, change, configuration, spot, terms });
  const slo = typeof planned === 'string' ? null : planned.cost.capacity.slo;
  const curve = slo === null ? null : await readCurve(deps, gathered, { version: evidence.version, slo });
  const latencyP95Ms = gathered.tables.get(evidence.version)?.evaluation.latencyP95Ms ?? null;
  return {
    state: buildState({ facts, axis, configuration, spot, planned, curve, latencyP95Ms }),
    planned,
    configuration: typeof configuration === 'string' ? null : configuration,
    spot,
    assumptions: typeof chosen === 'string' || chosen.assumption === null ? [] : [chosen.assumption],
  };
}

function plan({
  facts: { evidence },
  change: { traffic = 1, replicas },
  configuration,
  spot,
  terms,
}: Pick<StateRequest, 'facts' | 'change'> & {
  readonly configuration: Configuration | string;
  readonly spot: SpotCapacity | string | null;
  readonly terms: Gathered['facts']['terms'];
}): PlannedState | string {
  if (typeof configuration === 'string') return configuration;
  if (typeof spot === 'string') return spot;
  return planState({ evidence, configuration, terms, traffic, replicas: replicas ?? null, spot });
}

/** Evidence of a version with capacities at several shares of waiting requests. */
async function readCurve(
  { store, evidence }: WhatIfDeps,
  { facts: { model } }: Gathered,
  { version, slo }: { readonly version: string; readonly slo: Parameters<typeof listCurveSlos>[0] },
) {
  const registered = await evidence.find(store, model, version);
  return (await evidence.gather(store, registered, { slos: listCurveSlos(slo) })).evidence;
}

/** Any length: the mean time between interruptions does not depend on the work. */
const WORK_HOURS = 24;

/** Spot capacity of the purchase terms with its interruptions; a reason in words without it. */
async function readSpot(
  { store, purchasing, readTerms }: WhatIfDeps,
  configuration: Configuration,
  currency: string,
): Promise<SpotCapacity | string> {
  const found = findSpotOffer(await readTerms(store), configuration, currency);
  if (typeof found === 'string') return found;
  const { histories, meanHours, band, save, restart, name } = found.offer;
  const advice = await purchasing.spot(
    adviseSpot.body.parse({
      ...{ histories, workHours: WORK_HOURS, saveSeconds: save / SECOND_MS, restartSeconds: restart / SECOND_MS },
      ...(meanHours === undefined ? {} : { meanHours }),
      ...(band === undefined ? {} : { band }),
    }),
  );
  const zone = advice.zones.find((one) => one.meanHours !== null);
  if (zone === undefined || zone.meanHours === null)
    return `the interruptions of ${name} are unknown: ${advice.zones[0]?.reason ?? 'no data'}`;
  const available = zone.availableShare ?? 1;
  const availability = computeAvailability({ meanHours: zone.meanHours, restartHours: restart / HOUR_MS, available });
  return { ...found, availability, meanHours: zone.meanHours };
}
