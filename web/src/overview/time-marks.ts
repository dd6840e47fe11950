import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { TimeMark } from '../charts/stacked-bars-option.ts';

/** Decisions as marks on a time axis of days or months; several on one slot share a mark. */
export function timeMarks(decisions: readonly Decision[], slots: readonly string[]): TimeMark[] {
  const labels = new Map<string, string[]>();
  for (const decision of decisions) {
    const slot = slots.find((candidate) => decision.at.startsWith(candidate));
    if (slot === undefined) continue;
    const label = `${decision.verdict} ${decision.model} v${decision.version}`;
    labels.set(slot, [...(labels.get(slot) ?? []), label]);
  }
  return [...labels].map(([slot, parts]) => ({ slot, label: parts.join(', ') }));
}
