import type { LiveEvidence } from '../evidence/schema.ts';
import type { QualityRule } from './schema.ts';

type Side = NonNullable<LiveEvidence['candidate']>;

/** Matured predictions of a version, and of the champion in the same time. */
export interface TrafficEvidence {
  readonly live: LiveEvidence;
  readonly window: NonNullable<LiveEvidence['window']>;
  readonly kind: NonNullable<LiveEvidence['kind']>;
  readonly candidate: Side;
  /** null where the rule does not compare with the champion. */
  readonly champion: Side | null;
}

export interface TrafficQuestion {
  readonly live: readonly LiveEvidence[];
  /** Smallest share of labelled predictions in each cohort, 0 to 1. */
  readonly completeness: number;
  readonly alias: string;
  readonly needsChampion: boolean;
}

/** Cohorts that a rule with `source: live` compares, or the reason why it cannot be tested. An estimate is never one. */
export function findTrafficEvidence(
  { metric }: Pick<QualityRule, 'metric'>,
  { live, completeness, alias, needsChampion }: TrafficQuestion,
): TrafficEvidence | { readonly reason: string } {
  const found = live.find((one) => one.metric === metric);
  if (found === undefined) return { reason: `no predictions of this version in traffic were read for "${metric}"` };
  const { window, kind, candidate, champion } = found;
  if (found.reason !== null || window === null || kind === null || candidate === null) {
    return { reason: `${found.reason ?? 'no matured predictions of this version'}${describeEstimate(found)}` };
  }
  if (needsChampion && champion === null) return { reason: `no matured predictions of @${alias} in the same time` };
  const sides = champion === null || !needsChampion ? [candidate] : [candidate, champion];
  for (const side of sides) {
    const share = side.predictions === 0 ? 0 : side.labelled / side.predictions;
    if (share >= completeness) continue;
    const reason = `${side.labelled} of ${side.predictions} matured predictions of version ${side.version} have a label: ${formatShare(share)}, and the policy requires ${formatShare(completeness)} (completeness)`;
    return { reason };
  }
  return { live: found, window, kind, candidate, champion: needsChampion ? champion : null };
}

/** Example: "; 0.83 (0.81 to 0.85) is an estimate without labels, which passes no check". */
function describeEstimate({ estimated }: LiveEvidence): string {
  if (estimated === null || estimated.value === null) return '';
  const { interval } = estimated;
  const ends = interval === null ? '' : ` (${round(interval.lower)} to ${round(interval.upper)})`;
  return `; ${round(estimated.value)}${ends} is an estimate without labels, which passes no check`;
}

const round = (value: number): string => String(Number(value.toPrecision(4)));

/** Example: 0.9512 -> "95.1 %". */
function formatShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Predictions of a test: of the smaller cohort. */
export function countTrafficExamples({ candidate, champion }: TrafficEvidence): number {
  return Math.min(candidate.n, champion?.n ?? candidate.n);
}

/** Cohorts in a sentence. */
export function describeTraffic({ live, window, candidate, champion }: TrafficEvidence, alias: string): string {
  const ours = `${candidate.n} labelled predictions of version ${candidate.version} from ${window.start} to ${window.end} (monitor ${live.monitor})`;
  return champion === null
    ? ours
    : `${ours}, against ${champion.n} of @${alias} (version ${champion.version}) in the same time`;
}
