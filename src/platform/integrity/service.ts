import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { JobContext, Jobs } from '../jobs/index.ts';
import type { Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { type CheckedArea, type Finding, type Verification, VerificationId } from './schema.ts';
import { findLastVerifications, findVerification, type StoredVerification, saveVerification } from './store.ts';
import type { Verifier } from './verifier.ts';

export interface IntegrityDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Pick<Jobs, 'register' | 'enqueue'>;
  /** In the order in which they run. */
  readonly verifiers: readonly Verifier[];
}

export interface IntegrityService {
  start(repair: boolean): Promise<Verification>;
  /** Error: `verification_not_found`. */
  find(verification: string): Promise<Verification>;
  list(): Promise<Verification[]>;
}

const JOB = 'integrity.verify';
const TRIES = 3;
const LISTED = 20;
const KEPT_FINDINGS = 1000;
const Payload = z.strictObject({ verification: VerificationId });

export function createIntegrityService(deps: IntegrityDeps): IntegrityService {
  const { store, clock, jobs } = deps;
  const progress = new Map<string, NonNullable<Verification['progress']>>();
  const toShown = (stored: StoredVerification): Verification => ({
    ...stored,
    progress: progress.get(stored.verification) ?? null,
  });
  jobs.register(JOB, {
    maxAttempts: TRIES,
    handler: async (payload, context) => {
      const { verification } = Payload.parse(payload);
      // One after the other: two would read the same disk, and repair the same files.
      await store.exclusively('integrity', async () => {
        try {
          await run(deps, verification, context, (now) => progress.set(verification, now));
        } finally {
          progress.delete(verification);
        }
      });
    },
  });
  return {
    async start(repair) {
      const stored: StoredVerification = {
        verification: `ver_${randomBytes(16).toString('hex')}`,
        ...{ state: 'waiting', repair, startedAt: new Date(clock.now()).toISOString(), endedAt: null },
        ...{ checked: [], findings: [], findingsCount: 0, unrepaired: 0, error: null },
      };
      await store.transaction(async (sql) => {
        await saveVerification(sql, stored);
        await jobs.enqueue(sql, { kind: JOB, payload: { verification: stored.verification } });
      });
      return toShown(stored);
    },
    async find(verification) {
      const stored = await findVerification(store, verification);
      if (stored !== null) return toShown(stored);
      const detail = `There is no verification ${verification}. steelyard verify starts one.`;
      throw new AppError('verification_not_found', detail, { verification });
    },
    list: async () => (await findLastVerifications(store, LISTED)).map(toShown),
  };
}

async function run(
  { store, clock, log, verifiers }: IntegrityDeps,
  verification: string,
  { signal, attempt }: JobContext,
  progress: (now: NonNullable<Verification['progress']>) => void,
): Promise<void> {
  const asked = await findVerification(store, verification);
  if (asked === null) return;
  await saveVerification(store, { ...asked, state: 'running' });
  const findings: Finding[] = [];
  const checked: CheckedArea[] = [];
  const end = async (state: 'ended' | 'failed', error: string | null) => {
    const endedAt = new Date(clock.now()).toISOString();
    const found = { findings: findings.slice(0, KEPT_FINDINGS), findingsCount: findings.length };
    const unrepaired = findings.filter(({ repaired }) => !repaired).length;
    await saveVerification(store, { ...asked, state, endedAt, checked, ...found, unrepaired, error });
  };
  try {
    for (const { area, verify } of verifiers) {
      progress({ area, itemsDone: 0, items: null });
      const counts = await verify({
        ...{ repair: asked.repair, signal },
        find(finding) {
          findings.push({ area, ...finding });
          log.error({ area, ...finding }, 'verification found damage');
        },
        progress: (itemsDone, items) => progress({ area, itemsDone, items }),
      });
      checked.push({ area, ...counts });
    }
  } catch (error) {
    // A server that stops takes it up again when it starts.
    if (!signal.aborted && attempt >= TRIES)
      await end('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
  await end('ended', null);
}
