import type { Daemon } from './daemon.ts';
import { isStatus } from './failures.ts';
import type { Remains } from './outcome.ts';

/** State of a container as the engine reports it. */
export interface ContainerState {
  /** Whether the command was started. */
  readonly began: boolean;
  /** Remains of the container. Null while it runs. */
  readonly remains: Remains | null;
}

/** The engine's value for an absent time. */
const NEVER = '0001-01-01T00:00:00Z';

/** Reads the state of a container, with retries while the engine is unreachable. Null: no such container. */
export async function readContainer(
  { daemon, closing }: { readonly daemon: Daemon; readonly closing: AbortSignal },
  container: string,
): Promise<ContainerState | null> {
  try {
    const { State: state } = await daemon.askPatiently((api) => api.getContainer(container).inspect(), closing);
    return toLook(state);
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

interface State {
  readonly Status: string;
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly ExitCode: number;
  readonly StartedAt: string;
  readonly FinishedAt: string;
}

export function toLook(state: State): ContainerState {
  const began = state.StartedAt !== NEVER;
  if (state.Running || state.Status === 'created') return { began, remains: null };
  const ranMs = Math.max(0, Date.parse(state.FinishedAt) - Date.parse(state.StartedAt));
  return { began, remains: { exitCode: state.ExitCode, outOfMemory: state.OOMKilled, ranMs } };
}

/** Sends a signal to a container. A stopped container does not receive it, which is no error. */
export async function tell(daemon: Daemon, container: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  try {
    await daemon.ask((api) => api.getContainer(container).kill({ signal }));
  } catch (error) {
    if (!isStatus(error, 404, 409)) throw error;
  }
}
