import { DAY_MS, HOUR_MS } from '../../platform/units/durations.ts';
import { decimalString } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import type { Check, PolicySpec } from './schema.ts';

/** Checks the age of the prices behind the costs; empty where the policy states none. The age of evaluations is part of the tests. */
export function checkPriceAge({ freshness }: PolicySpec, { gate, pricesAsOf }: VersionEvidence): Check[] {
  const most = freshness?.prices;
  if (most === undefined) return [];
  const age = gate === undefined || pricesAsOf == null ? null : Date.parse(gate.at) - Date.parse(pricesAsOf);
  return [
    {
      name: 'age of the prices',
      side: 'cost',
      measured: age === null ? null : toDays(age),
      unit: 'days',
      comparison: '<=',
      bound: toDays(most),
      // Old prices are no reason to reject a version: they say nothing about it.
      holds: age !== null && age <= most ? true : null,
      interval: null,
      source:
        age === null
          ? 'unknown: no price was used'
          : `oldest price as of ${pricesAsOf}${age > most ? '; import the prices again' : ''}`,
    },
  ];
}

function toDays(ms: number): string {
  return decimalString((ms / DAY_MS).toFixed(2));
}

/** `90000000` -> `25 h`; from two days on in days. */
export function formatSpan(ms: number): string {
  return ms >= 2 * DAY_MS ? `${Math.round(ms / DAY_MS)} d` : `${Math.round(ms / HOUR_MS)} h`;
}
