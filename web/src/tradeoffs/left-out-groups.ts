import type { LeftOut } from '../../../src/tradeoff/frontier/schema.ts';

export interface LeftOutGroup {
  readonly versions: readonly string[];
  readonly hardware: string | null;
  readonly missing: LeftOut['missing'];
  readonly reason: string;
}

/** Versions that are left out for one reason, in one row. */
export function groupLeftOut(leftOut: readonly LeftOut[]): LeftOutGroup[] {
  const groups = new Map<string, LeftOutGroup>();
  for (const { version, ...rest } of leftOut) {
    const key = JSON.stringify([rest.hardware, rest.missing, rest.reason]);
    const versions = groups.get(key)?.versions ?? [];
    groups.set(key, { ...rest, versions: [...versions, version] });
  }
  return [...groups.values()];
}
