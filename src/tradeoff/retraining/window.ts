import type { Scalar } from '../../mlops/pipelines/schema.ts';
import type { Period } from '../../platform/units/index.ts';
import type { RoundTrigger } from './schema.ts';
import type { RetrainingTrigger } from './spec/schema.ts';

const TEMPLATE = /\$\{\{\s*([\w.]*)\s*\}\}/g;
/** A window has a beginning before its end. */
const LEAST_MS = 1_000;

/** Names that templates in parameters can use. */
export const FILLED = [
  ...['window.start', 'window.end', 'test.start', 'test.end'],
  ...['reason', 'trigger', 'round', 'episode'],
] as const;
/** Texts by name; a name that is left out stays as it is, to be filled in later. */
export type Filled = Readonly<Record<string, string>>;

/**
 * Training data of a round, until now: from the opening of an episode, from the last training for new predictions and labels,
 * else the last days; each starts its lookback earlier. Example: an episode opened on the 10th with a lookback of 7 days,
 * begun on the 12th -> [3rd, 12th).
 */
export function computeDataWindow(
  trigger: RetrainingTrigger | null,
  { at }: Pick<RoundTrigger, 'at'>,
  { trainedUntil, now }: { readonly trainedUntil: string; readonly now: number },
): Period {
  const from = trigger === null ? trainedUntil : chooseDataStart(trigger, { at, trainedUntil, now });
  const start = Math.min(Date.parse(from) - (trigger?.lookback ?? 0), now - LEAST_MS);
  return { start: new Date(start).toISOString(), end: new Date(now).toISOString() };
}

function chooseDataStart(
  trigger: RetrainingTrigger,
  { at, trainedUntil, now }: { readonly at: string; readonly trainedUntil: string; readonly now: number },
): string {
  if ('episode' in trigger) return at;
  return 'predictions' in trigger || 'labels' in trigger ? trainedUntil : new Date(now).toISOString();
}

/** Parameters with the templates of these facts replaced. Example: `from=${{ window.start }}`. */
export function fillParams(params: Readonly<Record<string, Scalar>>, facts: Filled): Record<string, Scalar> {
  const value = (whole: string, name: string) => facts[name] ?? whole;
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => [
      name,
      typeof param === 'string' ? param.replace(TEMPLATE, value) : param,
    ]),
  );
}

/** The first unknown template name in a parameter; null where there is none. */
export function findUnknownName(params: Readonly<Record<string, Scalar>>): { param: string; name: string } | null {
  for (const [param, value] of Object.entries(params)) {
    for (const [, name = ''] of String(value).matchAll(/\$\{\{([\s\S]*?)\}\}/g)) {
      const bare = name.trim();
      if (!FILLED.some((known) => known === bare)) return { param, name: bare };
    }
  }
  return null;
}
