import type { FastifyRequest } from 'fastify';
import type { Scope } from '../contract/schema.ts';
import { EVERYTHING, NO_DATA, type Visible } from './visible.ts';

/** Identity of the caller, as far as known. */
export interface Identity {
  /** Name of the account; `local` where no account is needed. */
  readonly name: string;
  /** Role of the account; null without an account. */
  readonly role: string | null;
  /** Scopes of this request: those of its role, or fewer where its token is limited. Null: all scopes. */
  readonly scopes: ReadonlySet<Scope> | null;
  /** Data that it may read. */
  readonly visible: Visible;
  /** The stored token that proves the request; null for a password, a session and the command line on this machine. */
  readonly token: TokenGrant | null;
  /** The pipeline step whose token proves the request; null for other credentials. */
  readonly work: WorkGrant | null;
}

/** A stored token, as far as a token made with it may not exceed it. */
export interface TokenGrant {
  readonly id: string;
  /** Unix milliseconds; null: it does not end. */
  readonly expiresMs: number | null;
  /** Scopes that it is limited to; null: all of its role. */
  readonly scopes: readonly Scope[] | null;
}

/** One attempt of a pipeline step, with the run and experiment that it may write to. */
export interface WorkGrant {
  /** Id of the work. */
  readonly id: string;
  /** Id of its MLflow run; null where it has none. */
  readonly runId: string | null;
  readonly experimentId: number;
}

/** Whether the identity of a request has this scope. */
export function isAllowed({ scopes }: Pick<Identity, 'scopes'>, scope: Scope): boolean {
  return scopes === null || scopes.has(scope);
}

/**
 * Access control. It is called once for every request, at the root of the router, before any code of a route
 * runs; `scope` is null where no route matches.
 */
export interface Access {
  /**
   * Sets `request.identity` as soon as it is known, also for a request that it then refuses. Errors: `not_authenticated`, `not_permitted`,
   * `too_many_attempts`, `origin_not_allowed`.
   */
  admit(request: FastifyRequest, scope: Scope | null): Promise<void> | void;
}

/** Identity before authentication. Requests refused at that stage are not recorded: any client could fill the audit trail with them. */
export const NOBODY: Identity = {
  name: 'nobody',
  role: null,
  scopes: new Set(),
  visible: NO_DATA,
  token: null,
  work: null,
};

export const LOCAL: Identity = {
  name: 'local',
  role: null,
  scopes: null,
  visible: EVERYTHING,
  token: null,
  work: null,
};

/** Every caller is `local` and may do everything: for a server on loopback only. */
export const localAccess: Access = {
  admit(request) {
    request.identity = LOCAL;
  },
};

/** One write, as input to the audit trail. */
export interface WriteRecord {
  readonly actor: Pick<Identity, 'name' | 'role'>;
  readonly method: string;
  /** The route's pattern, not the address: `/api/2.0/mlflow/runs/create`. */
  readonly route: string;
  readonly scope: Scope;
  /** Ids that the write named. */
  readonly subject: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal; null for a stream and for bodies that carry secrets. */
  readonly bodyDigest: string | null;
  readonly status: number;
  readonly requestId: string;
  /** Many of these are one row (`WriteCounting` in route.ts). */
  readonly counted: boolean;
}

/** Records writes with their actor. Resolves when the record is as durable as the write itself. */
export interface WriteRecorder {
  record(write: WriteRecord): Promise<void> | void;
}

export const noRecorder: WriteRecorder = { record: () => undefined };
