import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { StringDecoder } from 'node:string_decoder';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import { findNodeFolder } from '../compute/index.ts';
import type { DriveDeps } from '../pipeline-runs/index.ts';
import {
  computeWorkId,
  type LogRange,
  listSteps,
  logPath,
  maskBytes,
  type StoredRun,
  type StoredStep,
} from '../pipeline-runs/index.ts';
import { isOver } from '../pipeline-runs/schema.ts';

interface NumberedLog {
  readonly attempt: number;
  readonly node: number;
}

/** A log of a step. `attempt` null: the last. */
export interface LogOf {
  readonly attempt: number | null;
  /** From 0. */
  readonly node: number;
}

export interface LogPart {
  readonly text: string;
  readonly next: number;
  readonly attempt: number;
  readonly ended: boolean;
  readonly elsewhere: boolean;
}

/** Output of one node of an attempt of a step, from a byte offset: from its working folder while it runs here, and later from its run. */
export async function readLog(
  deps: DriveDeps,
  run: StoredRun,
  key: string,
  { attempt, node }: LogOf,
  range: LogRange,
): Promise<LogPart> {
  const step = (await listSteps(deps.store, run.id)).find((one) => one.key === key);
  if (step === undefined)
    throw new AppError('pipeline_step_not_found', `Run #${run.number} of "${run.pipeline}" has no step "${key}".`, {
      step: key,
    });
  const number = attempt ?? step.attempt;
  const of = { attempt: number, node };
  const live = await readLiveLog(deps, run, step, of, range);
  if (live !== null) return live;
  const kept = step.mlflowRun === null ? null : await readStoredLog(deps, step, of, range);
  if (kept !== null) return { ...kept, attempt: number, ended: true, elsewhere: false };
  const runs = step.state === 'running' && step.attempt === number;
  return { text: '', next: range.from, attempt: number, ended: isOver(step.state), elsewhere: runs };
}

async function readLiveLog(
  deps: DriveDeps,
  run: StoredRun,
  step: StoredStep,
  { attempt, node }: NumberedLog,
  range: LogRange,
): Promise<LogPart | null> {
  if (step.state !== 'running' || step.attempt !== attempt) return null;
  try {
    const work = computeWorkId(run.id, step, attempt);
    await using file = await open(join(findNodeFolder(join(deps.workFolder, work), node), 'output.log'));
    const masker = deps.workSecrets.maskerOf(work);
    // After a restart the secrets of the step are unknown until its run is found again, so nothing is shown.
    const bytes = masker === null ? Buffer.alloc(0) : await maskBytes(file, masker, range);
    return { ...decodeText(bytes, range.from), attempt, ended: false, elsewhere: false };
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function readStoredLog(
  deps: DriveDeps,
  { mlflowRun }: StoredStep,
  { attempt, node }: NumberedLog,
  { from, maxBytes }: LogRange,
): Promise<Pick<LogPart, 'text' | 'next'> | null> {
  const kept =
    mlflowRun === null
      ? null
      : await deps.runLog.open(mlflowRun, logPath(attempt, node), { start: from, end: from + maxBytes });
  return kept === null ? null : decodeText(await buffer(kept), from);
}

/** Decodes complete characters only: an incomplete one at the end is part of the next read. */
function decodeText(bytes: Buffer, from: number): Pick<LogPart, 'text' | 'next'> {
  const text = new StringDecoder('utf8').write(bytes);
  const taken = text === '' ? bytes.length : Buffer.byteLength(text);
  // Each byte that is not UTF-8 becomes a replacement character, which has another length in bytes.
  return { text, next: from + (text.includes('\uFFFD') ? bytes.length : taken) };
}
