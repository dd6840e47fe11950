import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { formatMeasured } from '../format/number.ts';
import { compareBest, type HeadlineFacts } from '../models/headline.ts';
import { findChampion } from '../models/versions.ts';

export interface ModelVerdict {
  /** Version to ship: the one behind the alias. Undefined without one. */
  readonly ship: string | undefined;
  /** The better version that is not shipped, with the reason as a sentence; undefined where the shipped one is best. */
  readonly refused:
    | { readonly version: string; readonly decision: string | undefined; readonly text: string }
    | undefined;
}

const PAST = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;

/**
 * The verdict on a model as a colleague says it.
 *
 * @example
 * // ship '7'; refused.text: 'ranks 46 % better but costs 8 times as much per prediction ($49.86 a month against a
 * // $13.80 limit): rejected.'
 */
export function describeVerdict(facts: HeadlineFacts): ModelVerdict {
  const champion = findChampion(facts.versions, facts.policy);
  const best = compareBest(facts);
  if (best === undefined || best.version === champion?.version) return { ship: champion?.version, refused: undefined };
  const latest = facts.decisions.find(({ version }) => version === best.version);
  const limit = latest === undefined ? null : formatFailedLimit(latest);
  const verdict = latest === undefined ? 'not evaluated yet' : PAST[latest.verdict];
  return {
    ship: champion?.version,
    refused: {
      version: best.version,
      decision: latest?.decision,
      text: `ranks ${best.gain} ${best.cost}${limit === null ? '' : ` (${limit})`}: ${verdict}.`,
    },
  };
}

/** `$49.86 a month against a $13.80 limit`: the failed cost check, a cost per month first; null without one. */
export function formatFailedLimit({ checks }: Pick<Decision, 'checks'>): string | null {
  const failed = checks.filter(({ side, holds, measured }) => side === 'cost' && holds === false && measured !== null);
  const check = failed.find(({ unit }) => unit.endsWith('per month')) ?? failed[0];
  if (check === undefined || check.measured === null || check.bound === null) return null;
  const measured = formatMeasured(check.measured, check.unit, check.bound);
  const bound = formatMeasured(check.bound, check.unit);
  return `${measured.figure} ${measured.unit.replace(/^per month$/, 'a month')} against a ${bound.figure} limit`;
}

export interface Candidates {
  /** Models whose latest version has no verdict, or is on hold. */
  readonly waiting: readonly { readonly model: string; readonly version: string; readonly missing: string }[];
}

/** Latest versions without a verdict, each with the missing evidence. `decisions` are newest first. */
export function listWaiting(
  models: readonly { readonly name: string; readonly latestVersion: string | null }[],
  decisions: readonly Decision[],
  explainHold: (decision: Decision) => string,
): Candidates['waiting'] {
  return models.flatMap(({ name, latestVersion }) => {
    if (latestVersion === null) return [];
    const latest = decisions.find(({ model, version }) => model === name && version === latestVersion);
    if (latest === undefined) return [{ model: name, version: latestVersion, missing: 'not evaluated yet' }];
    return latest.verdict === 'hold' ? [{ model: name, version: latestVersion, missing: explainHold(latest) }] : [];
  });
}
