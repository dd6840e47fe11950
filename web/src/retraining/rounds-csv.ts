import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { toCsv } from '../format/csv.ts';

const HEADER = [
  ...['round', 'state', 'reason', 'trigger', 'detail', 'openedAt', 'startedAt', 'endedAt', 'run'],
  ...['candidate', 'verdict', 'gain', 'gainCurrency', 'cost', 'costCurrency'],
];

/** The rounds of a retraining, exactly; empty is not known. */
export function roundsCsv(rounds: readonly RetrainingRoundSummary[]): string {
  return toCsv(
    HEADER,
    rounds.map((one) => [
      ...[String(one.round), one.state, one.reason, one.trigger.kind, one.trigger.detail],
      ...[one.openedAt, one.startedAt, one.endedAt],
      one.run === null ? null : `${one.run.pipeline} ${one.run.number}`,
      ...[one.candidate, one.verdict, one.gain?.amount ?? null, one.gain?.currency ?? null],
      ...[one.cost?.amount ?? null, one.cost?.currency ?? null],
    ]),
  );
}
