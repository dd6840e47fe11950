import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';

export interface AliasRow {
  readonly alias: string;
  readonly version: VersionEvidence;
}

/** The aliases of a model with the versions behind them, by name. */
export function listAliases(versions: readonly VersionEvidence[]): AliasRow[] {
  return versions
    .flatMap((version) => version.aliases.map((alias) => ({ alias, version })))
    .sort((a, b) => (a.alias < b.alias ? -1 : 1));
}
