import type { Org } from '../../org/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { TraceOwner } from '../tracing/index.ts';
import type { Owner, Tracking } from '../tracking/index.ts';

/** Team and project, as tags name them. */
export type Belonging = Pick<Owner, 'team' | 'project'>;

/** A noun with an owner team, such as a pipeline. */
export interface OwnedNoun {
  /** Name in error messages: `Pipeline`. */
  readonly title: string;
  /** Team and project of the thing with this name; null when there is no such thing. */
  ownerOf(sql: Sql, name: string): Promise<Belonging | null>;
}

export interface WriteAccessDeps {
  readonly store: Store;
  readonly org: Pick<Org, 'mayWriteFor' | 'withTeam'>;
  readonly tracking: Pick<Tracking, 'owners'>;
  readonly registry: {
    /** Owner of a registered model; null when there is no such model. */
    ownerOf(sql: Sql, model: string): Promise<Belonging | null>;
    /** Refuses a path among the artifacts of a registered version. Error: `artifact_immutable`. */
    refuseFrozen(sql: Sql, path: string, what?: 'file' | 'folder'): Promise<void>;
  };
  readonly traces: {
    /** Owners of those of these traces that exist, by trace id. */
    ownersOf(sql: Sql, traceIds: readonly string[]): Promise<ReadonlyMap<string, TraceOwner>>;
  };
  /** Further nouns, by the field of a request that names them: `pipeline`, `endpoint`. */
  readonly owned: Readonly<Record<string, OwnedNoun>>;
}
