import type { LeftOut } from '../../../src/tradeoff/frontier/schema.ts';

export interface LeftOutGroup {
  readonly versions: readonly string[];
  readonly hardware: string | null;
  readonly missing: LeftOut['missing'];
  readonly reason: string;
}

const RUN_ID = / \(run [0-9a-f]{32}\)/;

/** Versions that are left out for one reason, in one row; the run of a version is named on its own page. */
export function groupLeftOut(leftOut: readonly LeftOut[]): LeftOutGroup[] {
  const groups = new Map<string, LeftOutGroup>();
  for (const { version, ...known } of leftOut) {
    const rest = { ...known, reason: known.reason.replace(RUN_ID, '') };
    const key = JSON.stringify([rest.hardware, rest.missing, rest.reason]);
    const versions = groups.get(key)?.versions ?? [];
    groups.set(key, { ...rest, versions: [...versions, version] });
  }
  return [...groups.values()];
}
