import type { Doors } from './doors.ts';
import type { Findings } from './team-findings.ts';

/** Members of one team each, an account without a team, and the roles of a company. */
export type Caller = 'alice' | 'bob' | 'carol' | 'finance' | 'leader' | 'admin' | 'operator';
export type Team = 'alpha' | 'beta';
export type Owner = Team | 'nobody';
export const TEAMS = ['alpha', 'beta'] as const;
export const OWNERS = [...TEAMS, 'nobody'] as const;

/** In every content of a team's data; names contain the team. */
export const secretOf = (owner: Owner) => `secret${owner}content`;

/** Cost of the bill of each owner. No sum of several equals the cost of one. */
export const BILLED = { alpha: '1000.013', beta: '2000.029', nobody: '4000.053' } as const;
export const BILLED_IN_TOTAL = '7000.095';

/** Month of the bill, the last complete one, and the day of its costs. */
export const BILL_MONTH = findLastMonth();
export const BILL_DAY = `${BILL_MONTH}-15`;

function findLastMonth(): string {
  const now = new Date();
  const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  return last.toISOString().slice(0, 'YYYY-MM'.length);
}

/** Ids of the things of an owner. */
export interface Seeded extends Findings {
  readonly experiment: string;
  readonly run: string;
  readonly trace: string;
  readonly version: string;
  readonly decision: string;
  readonly evaluation: string;
  readonly reservation: string;
  readonly loggedModel: string;
  readonly assessment: string;
  readonly pipelineRun: string;
  /** Number of its statement; empty before it is issued. */
  readonly number: string;
  /** A shared view of its costs. */
  readonly view: string;
}

/** A server with two teams, their members, and one thing of each noun for each owner. */
export interface Company extends AsyncDisposable {
  readonly doors: Doors;
  readonly seeded: ReadonlyMap<Owner, Seeded>;
  call(caller: Caller, method: string, url: string, body?: Body): Promise<{ status: number; text: string }>;
  /** As an administrator; throws when it fails. */
  made(method: string, url: string, body?: object | Uint8Array): Promise<Made>;
  apply(...documents: object[]): Promise<Made>;
}

type Body = object | string | Uint8Array;
// biome-ignore lint/suspicious/noExplicitAny: answers of many endpoints, read by name
type Made = any;

export const document = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: 'steelyard/v1', kind },
  metadata: { name },
  spec,
});

/** Sends a file as an upload or as bytes; answers what the server answers. */
export async function sendFile({ doors }: Company, url: string, payload: string): Promise<Made> {
  const answer = await doors.application.http.inject({
    ...{ method: 'POST', url, payload },
    headers: { host: 'localhost', 'content-type': 'application/octet-stream', ...doors.as('admin') },
  });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json();
}
