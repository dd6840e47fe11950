import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TASKSET } from '../cores.ts';
import { type LoadPlan, LoadResult } from './load-program.ts';

const MOST_OUTPUT_BYTES = 1e9;

/** Generates a load from a separate process. */
export async function drive(plan: LoadPlan, cores: string | null): Promise<LoadResult> {
  const program = fileURLToPath(new URL('./load-program.ts', import.meta.url));
  const [command = '', ...words] = onCores(cores, [process.execPath, program, JSON.stringify(plan)]);
  const { stdout } = await promisify(execFile)(command, words, { maxBuffer: MOST_OUTPUT_BYTES });
  return LoadResult.parse(JSON.parse(stdout));
}

/** A command that stays on its cores. */
export function onCores(cores: string | null, command: readonly string[]): string[] {
  return cores === null ? [...command] : [TASKSET, '-c', cores, ...command];
}
