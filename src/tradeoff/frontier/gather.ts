import type { Budgets } from '../../finops/budgets/index.ts';
import type { CascadeAnswers, Evaluations, StoredEvaluation } from '../../mlops/evaluations/index.ts';
import type { RegisteredVersion, Registry } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Evidence } from '../evidence/index.ts';
import {
  gatherTestedOutcomes,
  type IsHiddenBudget,
  listDemandSlos,
  readPolicyBudgets,
  requirePolicyOfModel,
} from '../gates/index.ts';
import type { Policy, PolicySpec } from '../gates/schema.ts';
import type { WaitingSlo } from '../unit-cost/schema.ts';
import type { VersionQuality } from './compare-quality.ts';
import type { FrontierFacts, VersionFacts } from './facts.ts';
import { listCurrencies } from './list-points.ts';
import type { PairBook, VersionPair } from './pair-book.ts';
import { buildMonthRule } from './plan-cost.ts';
import { type AskedMetric, buildQualityAxis, chooseMetric, findAxisOutcome } from './quality-axis.ts';
import type { QualityAxis } from './schema.ts';

export interface GatherDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'find' | 'behind' | 'gather' | 'gatherMany' | 'gatherOutcomes'>;
  readonly evaluations: Pick<Evaluations, 'versions' | 'pairMany' | 'sumByConfidence' | 'reportCascade'>;
  readonly registry: Pick<Registry, 'versions'>;
  readonly budgets: Pick<Budgets, 'standing' | 'subjects'>;
}

export interface GatherQuestion extends AskedMetric {
  readonly model: string;
  readonly policy?: string | undefined;
  readonly predictionsPerMonth?: number | undefined;
  /** Version or @alias to compare with; undefined: the alias of the policy, else of the champion. */
  readonly baseline?: string | undefined;
  /** Budgets whose amounts the caller may not read; undefined: none. */
  readonly isHiddenBudget?: IsHiddenBudget | undefined;
  /** Only these versions; undefined: all. */
  readonly select?: ((version: RegisteredVersion, baseline: string | null) => boolean) | undefined;
}

/** Facts of a model, and the tables of its versions, to read pairs from. */
export interface Gathered {
  readonly facts: FrontierFacts;
  readonly tables: ReadonlyMap<string, StoredEvaluation>;
}

const CHAMPION = 'champion';
/** Each version is read on its own; of more, the newest and the baseline are taken. */
const MOST_VERSIONS = 200;

/**
 * Reads the facts of a frontier. Errors: `model_not_found`, `model_version_not_found`, `policy_not_found`, `policy_model_mismatch`,
 * `budget_not_found`, `currency_mismatch`, `frontier_metric_unknown`.
 */
export async function gatherFacts(deps: GatherDeps, question: GatherQuestion): Promise<Gathered> {
  const { store } = deps;
  const { model } = question;
  const registered = await requireVersions(deps, model);
  const policy = question.policy === undefined ? null : await requirePolicyOfModel(store, question.policy, model);
  const spec = policy?.spec ?? null;
  const baseline = await findBaseline(deps, question, spec);
  const chosen = selectVersions(registered, { ...question, baseline: baseline?.version ?? null });
  const rule = buildMonthRule(spec, question.predictionsPerMonth);
  const slos = spec === null ? [null] : listSlos([...listDemandSlos(spec), rule.slo ?? null]);
  const wanted = chooseMetric(spec, question);
  const tables = await readTables(deps, chosen, wanted.evaluation);
  const axis = buildQualityAxis(wanted, orderTables(tables, baseline?.version ?? null));
  const gathered = await deps.evidence.gatherMany(store, model, chosen, { slos });
  const versions = gathered.map(({ version, evidence }): VersionFacts => {
    const quality = readQuality(tables.get(version.version), { axis, name: wanted.evaluation, version });
    return { evidence, quality };
  });
  const budgets =
    policy === null ? new Map() : (await readPolicyBudgets(deps, policy, question.isHiddenBudget)).budgets;
  const facts: FrontierFacts = {
    model,
    at: new Date(deps.clock.now()).toISOString(),
    versions: policy === null ? versions : await addRuleOutcomes(deps, policy, { versions, baseline }),
    baseline,
    policy,
    budgets,
    axis,
    terms: { rule, currency: spec?.currency ?? findOnlyCurrency(model, versions) },
  };
  return { facts, tables };
}

async function requireVersions({ registry, store }: GatherDeps, model: string): Promise<RegisteredVersion[]> {
  const versions = await registry.versions(store, model);
  if (versions !== null) return versions;
  const detail = `There is no registered model "${model}". See "steelyard model list".`;
  throw new AppError('model_not_found', detail, { model });
}

async function findBaseline(
  { evidence, store }: GatherDeps,
  { model, baseline }: GatherQuestion,
  spec: PolicySpec | null,
): Promise<FrontierFacts['baseline']> {
  if (baseline !== undefined) {
    return { version: (await evidence.find(store, model, baseline)).version, source: 'stated' };
  }
  const behind = await evidence.behind(store, model, spec?.alias ?? CHAMPION);
  return behind === null ? null : { version: behind.version, source: 'alias' };
}

/** The newest versions and the baseline. */
function selectVersions(
  versions: readonly RegisteredVersion[],
  { select, baseline }: { readonly select?: GatherQuestion['select']; readonly baseline: string | null },
): RegisteredVersion[] {
  const asked = select === undefined ? versions : versions.filter((one) => select(one, baseline));
  return asked.filter(({ version }, place) => place < MOST_VERSIONS || version === baseline);
}

function listSlos(slos: readonly (WaitingSlo | null)[]): (WaitingSlo | null)[] {
  return [...new Map(slos.map((slo) => [JSON.stringify(slo), slo])).values()];
}

/** The newest version of the evaluation of each version, by version. */
async function readTables(
  { evaluations, store }: GatherDeps,
  versions: readonly RegisteredVersion[],
  name: string,
): Promise<Map<string, StoredEvaluation>> {
  const tables = new Map<string, StoredEvaluation>();
  for (const { version, runId } of versions) {
    const [newest] = runId === null ? [] : await evaluations.versions(store, runId, name);
    if (newest !== undefined) tables.set(version, newest);
  }
  return tables;
}

/** That of the baseline before the others. */
function orderTables(tables: ReadonlyMap<string, StoredEvaluation>, baseline: string | null): StoredEvaluation[] {
  const own = baseline === null ? undefined : tables.get(baseline);
  return own === undefined ? [...tables.values()] : [own, ...tables.values()];
}

function readQuality(
  table: StoredEvaluation | undefined,
  {
    axis,
    name,
    version,
  }: { readonly axis: QualityAxis | null; readonly name: string; readonly version: RegisteredVersion },
): VersionQuality | string {
  if (table === undefined || axis === null) {
    const run = version.runId === null ? 'it names no run' : `run ${version.runId}`;
    return `no evaluation "${name}" (${run}); import it with: steelyard evaluation import FILE --run RUN --id COLUMN --correct COLUMN`;
  }
  const outcome = findAxisOutcome(table, axis);
  if (outcome === null) return `its evaluation "${name}" has no ${axis.kind} outcome "${axis.outcome}"`;
  const { mean, variance, inflation } = outcome;
  return { rows: table.evaluation.rows, mean, variance, inflation, sha256: table.evaluation.sha256 };
}

/** Outcomes, latencies and requests that the rules of a policy test, paired with the baseline. Spends no look. */
async function addRuleOutcomes(
  deps: GatherDeps,
  policy: Policy,
  { versions, baseline }: { readonly versions: readonly VersionFacts[]; readonly baseline: FrontierFacts['baseline'] },
): Promise<VersionFacts[]> {
  const champion = versions.find(({ evidence }) => evidence.version === baseline?.version)?.evidence ?? null;
  const at = new Date(deps.clock.now()).toISOString();
  const unasked = { look: null, approvals: null, requestedBy: null, lostChampion: null, rejectsBy: 'holm' as const };
  const added: VersionFacts[] = [];
  for (const { evidence, quality } of versions) {
    const gathered = await gatherTestedOutcomes(deps, { policy, candidate: evidence, champion });
    added.push({ evidence: { ...evidence, gate: { at, ...gathered, ...unasked } }, quality });
  }
  return added;
}

const DEFAULT_CURRENCY = 'USD';

/** The currency of all hardware; costs in several are not compared. Error: `currency_mismatch`. */
function findOnlyCurrency(model: string, versions: readonly VersionFacts[]): string {
  const currencies = listCurrencies(versions);
  const [currency = DEFAULT_CURRENCY] = currencies;
  if (currencies.length <= 1) return currency;
  const detail = `The hardware of "${model}" is priced in ${currencies.join(' and ')}, which are not compared. State a policy: its currency counts, and the others are left out.`;
  throw new AppError('currency_mismatch', detail, { model, currencies });
}

/**
 * Reads the pairs that a calculation asked for into the book: those of one version together, the version of most pairs first, because a frontier
 * compares few versions with all others. `cascades`: their answers, by their names in the book.
 */
export async function readWantedPairs(
  { store, evaluations }: Pick<GatherDeps, 'store' | 'evaluations'>,
  { facts: { axis }, tables }: Gathered,
  pairs: PairBook,
  cascades: ReadonlyMap<string, CascadeAnswers> = new Map(),
): Promise<void> {
  const findAnswers = (name: string) => cascades.get(name) ?? tables.get(name);
  for (let wanted = pairs.listWanted(); wanted.length > 0; wanted = pairs.listWanted()) {
    const hub = findHub(wanted);
    const own = wanted.filter(({ candidate, baseline }) => candidate === hub || baseline === hub);
    const others = own.map(({ candidate, baseline }) => (candidate === hub ? baseline : candidate));
    const baseline = findAnswers(hub);
    const known = others.flatMap((version) => {
      const answers = findAnswers(version);
      return answers === undefined ? [] : [{ version, answers }];
    });
    const candidates = known.map(({ answers }) => answers);
    const paired =
      baseline === undefined || axis === null
        ? []
        : await evaluations.pairMany(store, { candidates, baseline, outcome: axis.outcome });
    const found = new Map(known.map(({ version }, at) => [version, paired[at] ?? null]));
    for (const candidate of others) pairs.put({ candidate, baseline: hub }, found.get(candidate) ?? null);
  }
}

/** The version in most pairs. */
function findHub(pairs: readonly VersionPair[]): string {
  const counts = new Map<string, number>();
  for (const version of pairs.flatMap(({ candidate, baseline }) => [candidate, baseline])) {
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  const [[hub] = ['', 0]] = [...counts].toSorted(([, a], [, b]) => b - a);
  return hub;
}
