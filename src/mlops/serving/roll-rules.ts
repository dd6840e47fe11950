import { AppError } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { NotReady } from '../replicas/index.ts';
import type { Revision } from './store.ts';

/** Reason for a failed revision; the text of an unexpected error goes to the log alone. */
export function describeFailure(error: unknown, log: Log): string {
  if (error instanceof NotReady || error instanceof AppError) return error.message;
  log.error({ err: error }, 'a revision of an endpoint failed');
  return 'an internal error occurred in Steelyard; see the server log';
}

/** Retry interval for a revision that was live before a restart and could not be started, or whose rollout the store interrupted. */
const AGAIN_MS = 10_000;

export function retryLater(state: { target: number | null }, target: number): void {
  setTimeout(() => {
    if (state.target === target) state.target = null;
  }, AGAIN_MS).unref();
}

/** A revision that changes no running replica needs no canary. */
export function needsCanary(
  { strategy }: Revision,
  wanted: readonly { readonly key: string }[],
  { variants }: { readonly variants: readonly { readonly key: string }[] },
): boolean {
  return strategy === 'canary' && wanted.some(({ key }) => !variants.some((one) => one.key === key));
}

/** Time in milliseconds for which the deployment before this revision is kept ready. */
export function computeKeepMs({ strategy, spec }: Revision): number {
  return (strategy === 'blueGreen' ? spec.rollout.keepFor : undefined) ?? spec.keepPrevious;
}
