import type { DamagedPlace, KnownDamage } from '../../../src/platform/integrity/schema.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';

const AREAS: Readonly<Record<DamagedPlace['area'], string>> = {
  store: 'the store',
  audit: 'the audit trail',
  lake: 'the lake',
  objects: 'objects',
  journals: 'journals',
  references: 'references',
};

/** `3 damaged places in journals and the lake. Figures that need them are refused or incomplete.` */
export function damageSummary({ count, damaged }: KnownDamage): string {
  const areas = [...new Set(damaged.map(({ area }) => AREAS[area]))];
  return `${counted(count, 'damaged place')} in ${areas.join(' and ')}. Figures that need them are refused or incomplete.`;
}

/** Problem at a location, with its month, offset and size where they are known. */
export function placeText({ problem, period, offset, sizeBytes }: DamagedPlace): string {
  const facts = [
    ...(period === null ? [] : [period]),
    ...(offset === null ? [] : [`offset ${formatCount(offset)}`]),
    ...(sizeBytes === null || sizeBytes === 0 ? [] : [formatBytes(sizeBytes)]),
  ];
  return facts.length === 0 ? problem : `${problem} (${facts.join(', ')})`;
}
