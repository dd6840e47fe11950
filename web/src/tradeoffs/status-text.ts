import type { Acceptance, ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';

type Labels = ReadonlyMap<string, string>;

const MOST_NAMED = 2;

/**
 * Reason for the status of a point, in one sentence. Examples: "No other point is better and not more expensive.";
 * "v3 is better and not more expensive.", "Statistically tied with v3, which is not more expensive."
 */
export function explainStatus({ status, by }: Pick<ModelFrontierPoint, 'status' | 'by'>, labels: Labels): string {
  if (status === 'frontier') return 'No other point is better and not more expensive.';
  const { text, isOne } = nameAll(by, labels);
  return status === 'dominated'
    ? `${text} ${isOne ? 'is' : 'are'} better and not more expensive.`
    : `Statistically tied with ${text}, which ${isOne ? 'is' : 'are'} not more expensive.`;
}

function nameAll(ids: readonly string[], labels: Labels): { readonly text: string; readonly isOne: boolean } {
  const names = ids.map((id) => labels.get(id) ?? id);
  const rest = names.length - MOST_NAMED;
  if (names.length === 1) return { text: names[0] ?? '', isOne: true };
  const text =
    rest > 0
      ? `${names.slice(0, MOST_NAMED).join(', ')} and ${rest} more`
      : `${names[0] ?? 'another point'} and ${names[1] ?? 'others'}`;
  return { text, isOne: false };
}

/** Rules of the policy that a point does not pass, one a line; "All rules of the policy pass." without any. */
export function explainAcceptance(acceptance: Acceptance | null): string {
  if (acceptance === null) return 'No policy was chosen.';
  if (acceptance.rules.length === 0) return 'All rules of the policy pass.';
  return acceptance.rules
    .map(({ name, result, reason }) => `${name} ${result === 'fails' ? 'fails' : 'is inconclusive'}: ${reason}`)
    .join('\n');
}

/** Status in few words, with versions only: "frontier", "tied with v3", "dominated by v3 +2". */
export function formatStatus({ status, by }: Pick<ModelFrontierPoint, 'status' | 'by'>, labels: Labels): string {
  const [first, ...rest] = new Set(by.map((id) => (labels.get(id) ?? id).split(/,| \(/, 1)[0]));
  if (status === 'frontier' || first === undefined) return status;
  const more = rest.length === 0 ? '' : ` +${rest.length}`;
  return `${status} ${status === 'tied' ? 'with' : 'by'} ${first}${more}`;
}
