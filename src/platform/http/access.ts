import type { FastifyRequest } from 'fastify';
import type { Scope } from '../contract/schema.ts';

/** Who a request comes from, as far as it could be told. */
export interface Identity {
  /** Name of the account; `local` for whoever needs none. */
  readonly name: string;
  /** What the account may do; null where nobody asked. */
  readonly role: string | null;
}

/**
 * Decides who may come in. It is asked once for every request, at the root of the router, before anything of a route
 * runs; `scope` is null where no route matches.
 */
export interface Access {
  /**
   * Sets `request.identity` as soon as it knows, also where it then refuses. Errors: `not_authenticated`, `not_permitted`, `too_many_attempts`,
   * `origin_not_allowed`.
   */
  admit(request: FastifyRequest, scope: Scope | null): Promise<void> | void;
}

/** Before it is known who asks. What is refused then is not recorded: anybody could fill the trail with it. */
export const NOBODY: Identity = { name: 'nobody', role: null };

export const LOCAL: Identity = { name: 'local', role: null };

/** Everybody who reaches the server is `local` and may do everything: for a server alone on loopback. */
export const localAccess: Access = {
  admit(request) {
    request.identity = LOCAL;
  },
};

/** One write, as the audit trail is told of it. */
export interface WriteRecord {
  readonly actor: Identity;
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

/** Keeps what was written by whom. Resolves when the record is as durable as the write itself. */
export interface WriteRecorder {
  record(write: WriteRecord): Promise<void> | void;
}

export const noRecorder: WriteRecorder = { record: () => undefined };
