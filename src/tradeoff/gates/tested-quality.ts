import { DAY_MS } from '../../platform/units/durations.ts';
import { decimalString } from '../../platform/units/index.ts';
import type { GateFacts } from '../evidence/schema.ts';
import type { Comparison } from '../statistics/index.ts';
import {
  type MeanEvidence,
  type TestQuestion,
  testDifference,
  testMean,
  testRelativeDifference,
  testTraffic,
} from './compare-evidence.ts';
import { describeSpentLooks, planLook } from './look-plan.ts';
import type { Check, QualityRule } from './schema.ts';
import {
  countExamples,
  findLoggedInterval,
  findRuleEvidence,
  findUntestable,
  type LoggedInterval,
  needsTest,
  type RuleEvidence,
  type TestContext,
} from './test-evidence.ts';
import { describeTraffic } from './traffic-evidence.ts';

/** One requirement of a rule, and the test that decides it. */
interface Requirement {
  readonly name: string;
  /** In the unit of the metric, as the check shows it. */
  readonly bound: string;
  readonly isAgainstChampion: boolean;
  /** null where the metric of the champion is too near to zero for a relative margin. */
  test(evidence: RuleEvidence, question: Omit<TestQuestion, 'threshold'>): Comparison | null;
}

/** Checks of a rule as tests: each passes or fails with the stated error, else it is inconclusive. */
export function testQualityRule(rule: QualityRule, context: TestContext): Check[] {
  return listRequirements(rule, context.policy.alias).map((requirement) => testRequirement(rule, requirement, context));
}

function listRequirements(rule: QualityRule, alias: string): Requirement[] {
  const { metric, direction, floor, notWorseThanChampionBy, nonInferiority, superiority } = rule;
  const sign = direction === 'higher' ? 1 : -1;
  const requirements: Requirement[] = [];
  if (floor !== undefined) {
    requirements.push({
      name: `${metric} floor`,
      bound: floor,
      isAgainstChampion: false,
      test: (evidence, question) => testMean(readMean(evidence), { ...question, threshold: sign * Number(floor) }),
    });
  }
  const difference = (name: string, gain: number): Requirement => ({
    name,
    bound: decimalString(String(sign * gain)),
    isAgainstChampion: true,
    test: (evidence, question) => testRuleDifference(evidence, { ...question, threshold: gain }),
  });
  const margin =
    notWorseThanChampionBy ??
    (nonInferiority !== undefined && 'margin' in nonInferiority ? nonInferiority.margin : undefined);
  if (margin !== undefined) requirements.push(difference(`${metric} non-inferior to @${alias}`, -Number(margin)));
  if (nonInferiority !== undefined && 'relativeMargin' in nonInferiority) {
    const { relativeMargin } = nonInferiority;
    requirements.push({
      name: `${metric} non-inferior to @${alias} within ${Number((100 * relativeMargin).toFixed(4))} %`,
      bound: '0',
      isAgainstChampion: true,
      test: (evidence, question) =>
        'live' in evidence || evidence.pair === null
          ? null
          : testRelativeDifference(evidence.pair, relativeMargin, question),
    });
  }
  if (superiority !== undefined)
    requirements.push(difference(`${metric} superior to @${alias}`, Number(superiority.by)));
  return requirements;
}

/** Tests the difference to the champion; null without one. */
export function testRuleDifference(evidence: RuleEvidence, question: TestQuestion): Comparison | null {
  if ('live' in evidence) return testTraffic(evidence, question);
  return evidence.pair === null ? null : testDifference(evidence.pair, question);
}

function readMean(evidence: RuleEvidence): MeanEvidence {
  if (!('live' in evidence)) return evidence.outcome;
  const { n: rows, mean, variance, inflation } = evidence.candidate;
  return { rows, mean, variance, inflation, kind: evidence.kind };
}

function testRequirement(rule: QualityRule, requirement: Requirement, context: TestContext): Check {
  const untested = buildUntestedCheck(rule, requirement);
  const logged = requirement.isAgainstChampion ? null : findLoggedInterval(rule, context);
  if (logged !== null) return testLoggedInterval(rule, untested, logged, context);
  const prepared = prepareTest(rule, requirement.isAgainstChampion, context);
  if ('source' in prepared) return { ...untested, ...prepared };
  const { evidence, question } = prepared;
  const comparison = requirement.test(evidence, question);
  if (comparison === null) {
    const source = `the value of @${context.policy.alias} does not differ from 0 with confidence, so that a share of it is no margin; state nonInferiority: {margin: ...}`;
    return { ...untested, alpha: question.tail, source };
  }
  return buildTestedCheck(untested, comparison, { sign: question.sign, evidence, context });
}

interface PreparedTest {
  readonly evidence: RuleEvidence;
  readonly question: Omit<TestQuestion, 'threshold'>;
}

/** Evidence and look of a test of a rule; or, as part of a check, why there is nothing to test. */
export function prepareTest(
  rule: QualityRule,
  isAgainstChampion: boolean,
  context: TestContext,
): PreparedTest | Pick<Check, 'source' | 'holds' | 'n'> {
  const { policy, facts, champion } = context;
  if (isAgainstChampion && champion === null) return describeMissingChampion(context);
  const evidence = findRuleEvidence(rule, context);
  if ('reason' in evidence) return { holds: null, n: null, source: evidence.reason };
  const missing = describeMissingOutcomes(context);
  if (missing !== null) return { holds: null, n: null, source: missing };
  const n = countExamples(evidence);
  // Evidence from outside of a gate, such as that of a simulation, is the first look.
  const look = facts.look ?? { number: 1, spentAt: null, previous: [] };
  const looks = planLook(policy, look, { metric: rule.metric, n });
  if ('reason' in looks) return { holds: null, n, source: looks.reason };
  return { evidence, question: { sign: rule.direction === 'higher' ? 1 : -1, tail: policy.alpha ?? 0, looks } };
}

/** Why no test of the policy is made yet; null when all of them can be made. */
function describeMissingOutcomes(context: TestContext): string | null {
  const metrics = [...new Set(findUntestable(context).map(({ metric }) => metric))];
  if (metrics.length === 0) return null;
  return `not tested, and no look is spent, until the outcomes of ${metrics.join(', ')} can be tested`;
}

function describeMissingChampion({ policy, facts }: TestContext): Pick<Check, 'source' | 'holds' | 'n'> {
  const { lostChampion } = facts;
  if (lostChampion === null) {
    const source = `no other version is @${policy.alias}, so there is no champion to compare with`;
    return { holds: true, n: null, source };
  }
  return { holds: null, n: null, source: describeLostChampion(policy.alias, lostChampion) };
}

/** Example: "@champion was version 3, which is gone; point @champion to a version to compare with". */
export function describeLostChampion(alias: string, version: string): string {
  return `@${alias} was version ${version}, which is gone; point @${alias} to a version to compare with`;
}

const TAIL_DECIMALS = 12;

/** A floor on an interval that the client logged, of level 95 %: its one-sided error is 0.025 at one look. */
function testLoggedInterval(
  rule: QualityRule,
  untested: Check,
  { interval, sampleSize, value, source }: LoggedInterval,
  context: TestContext,
): Check {
  const { policy, facts } = context;
  const missing = describeMissingOutcomes(context);
  if (missing !== null) return { ...untested, source: missing };
  if (facts.look?.number === null) return { ...untested, source: describeSpentLooks(policy.looks ?? 1) };
  // The level is a decimal: (1 - 0.95) / 2 is 0.025, not the next number above it.
  const tail = Number(((1 - interval.level) / 2).toFixed(TAIL_DECIMALS));
  const measured = {
    ...untested,
    measured: toDecimal(value),
    estimate: toDecimal(value),
    interval: { lower: decimalString(String(interval.lower)), upper: decimalString(String(interval.upper)) },
    n: sampleSize === null ? null : Math.round(sampleSize),
  };
  if (tail > (policy.alpha ?? 0) || (policy.looks ?? 1) !== 1) {
    const reason = `the logged interval has a one-sided error of ${Number(tail.toFixed(4))} at one look; import per-example outcomes to test at the alpha and looks of the policy`;
    return { ...measured, source: `${source}; ${reason}` };
  }
  const floor = Number(untested.bound);
  const [worst, best] =
    rule.direction === 'higher'
      ? [interval.lower - floor, interval.upper - floor]
      : [floor - interval.upper, floor - interval.lower];
  const holds = worst > 0 ? true : best < 0 ? false : null;
  return { ...measured, holds, test: 'logged 95 % interval', alpha: tail, source };
}

function buildUntestedCheck(rule: QualityRule, { name, bound }: Requirement): Check {
  return {
    name,
    side: 'quality',
    measured: null,
    unit: rule.metric,
    comparison: rule.direction === 'higher' ? '>=' : '<=',
    bound,
    holds: null,
    interval: null,
    estimate: null,
    n: null,
    test: null,
    alpha: null,
    samplesNeeded: null,
    expectedAt: null,
    source: '',
  };
}

function buildTestedCheck(
  untested: Check,
  comparison: Comparison,
  {
    sign,
    evidence,
    context,
  }: { readonly sign: 1 | -1; readonly evidence: RuleEvidence; readonly context: TestContext },
): Check {
  const { n, estimate, lower, upper, tail, test, verdict, samplesNeeded, reason } = comparison;
  const value = toDecimal(sign * estimate);
  const ends = sign === 1 ? [lower, upper] : [-upper, -lower];
  const [low, high] = ends.map(toDecimal);
  return {
    ...untested,
    measured: value,
    estimate: value,
    interval: low == null || high == null ? null : { lower: low, upper: high },
    holds: verdict === 'inconclusive' ? null : verdict === 'non-inferior',
    n,
    test,
    alpha: tail,
    samplesNeeded,
    expectedAt: estimateArrival(samplesNeeded, evidence, context.facts),
    source: reason ?? describeEvidence(evidence, context),
  };
}

/** An end that is not bounded has no decimal. -0 is 0. */
function toDecimal(value: number): string | null {
  return Number.isFinite(value) ? decimalString(String(value)) : null;
}

/** When the needed examples are there at the growth of the evaluation so far; null where it has not grown, or none are needed. */
function estimateArrival(needed: number | null, evidence: RuleEvidence, { at }: GateFacts): string | null {
  const examplesPerDay = readGrowth(evidence);
  if (needed === null || needed === 0 || examplesPerDay === null) return null;
  const instant = Date.parse(at) + (needed / examplesPerDay) * DAY_MS;
  return instant < MOST_INSTANT ? new Date(instant).toISOString() : null;
}

/** Examples a day; null when the evidence has not grown. */
function readGrowth(evidence: RuleEvidence): number | null {
  if (!('live' in evidence)) return evidence.outcome.examplesPerDay;
  const days = (Date.parse(evidence.window.end) - Date.parse(evidence.window.start)) / DAY_MS;
  return days === 0 ? null : countExamples(evidence) / days;
}

/** The year 10000, which ISO 8601 with four digits cannot name. */
const MOST_INSTANT = Date.UTC(10_000, 0, 1);

function describeEvidence(evidence: RuleEvidence, { policy, champion }: TestContext): string {
  if ('live' in evidence) return describeTraffic(evidence, policy.alias);
  const { outcome, pair } = evidence;
  const table = `evaluation ${outcome.name} v${outcome.evaluationVersion} of run ${outcome.runId}`;
  if (pair === null) return table;
  const { window } = pair.baseline;
  if (window !== undefined) {
    return `${table}, paired with the logged answers of @${policy.alias} (version ${champion?.version}) from ${window.start} to ${window.end}`;
  }
  return `${table}, paired with v${pair.baseline.evaluationVersion} of run ${pair.baseline.runId} (@${policy.alias}, version ${champion?.version})`;
}

/** Metrics and their numbers of examples that a look at these facts tests. */
export function listTestedExamples(context: TestContext): Record<string, number> {
  const counted = context.policy.quality.flatMap((rule): [string, number][] => {
    const evidence = needsTest(rule, context) ? findRuleEvidence(rule, context) : null;
    if (evidence === null || 'reason' in evidence) return [];
    return [[rule.metric, countExamples(evidence)]];
  });
  return Object.fromEntries(counted);
}
