import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { meterReservation, openReservation, type Reservation } from '../../src/finops/budgets/reservations/schema.ts';
import type { Subject } from '../../src/org/schema.ts';
import type { GpuUse } from '../../src/platform/gpus/index.ts';
import { startExecution } from '../../src/platform/processes/index.ts';
import type { Money } from '../../src/platform/units/schema.ts';
import type { Client } from '../connection/client.ts';
import type { Context } from '../frame/context.ts';
import { createOwnServer } from '../mlflow/server.ts';
import { watchGpus } from './gpus.ts';
import { type HeldEnd, holdCommand } from './held-command.ts';

/** Time to run in a first grant below which more is asked for before the command starts. */
const SHORT_GRANT_MS = 4_000;
const PRICED_BY_NOBODY = 'machine';

/** Budget, price and subject of a command. */
export interface Asked {
  /** Most money that it may spend. */
  readonly budget?: Money | undefined;
  readonly price?: Money | undefined;
  readonly instance?: string | undefined;
  readonly quantity: string;
  readonly team?: string | undefined;
  readonly project?: string | undefined;
}

const CreatedRun = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

/** Starts the MLflow run that the command logs to; its tag prevents its GPU metrics from being metered twice. */
export async function beginRun(
  context: Context,
  experimentId: string,
  words: readonly string[],
  { team, project }: Pick<Asked, 'team' | 'project'>,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const own = { 'steelyard.metered_by': 'steelyard run', 'steelyard.team': team, 'steelyard.project': project };
  const tags: Readonly<Record<string, string | undefined>> = { ...own, ...more };
  const message = {
    experiment_id: experimentId,
    start_time: Date.now(),
    run_name: words.join(' ').slice(0, 250),
    tags: Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
  };
  const created = await createOwnServer(await context.client()).post('runs/create', message, CreatedRun);
  return created.run.info.run_id;
}

export type EndStatus = 'FINISHED' | 'FAILED' | 'KILLED';

export function toEndStatus({ ended, stopped }: Pick<HeldEnd, 'ended' | 'stopped'>): EndStatus {
  if (stopped) return 'KILLED';
  return ended.exitCode === 0 ? 'FINISHED' : 'FAILED';
}

export async function endRun(context: Context, run: string, status: EndStatus, end: number): Promise<void> {
  const message = { run_id: run, status, end_time: Math.round(end) };
  await createOwnServer(await context.client()).post('runs/update', message, z.unknown());
}

export interface RunOnHold extends Asked {
  readonly run: string;
  readonly experimentId: string;
  readonly words: readonly string[];
  readonly graceSeconds: number;
  /** Other commands that spend from the same limit. */
  readonly together?: { readonly sweep: string; readonly limit: Money };
  /** Further variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** File for its output; default: the output of this command. */
  readonly log?: string;
  /** Longest time between two reports, in milliseconds; default 10 s. */
  readonly reportMs?: number;
  /** Called with the reservation before the command starts. */
  readonly opened?: (reservation: Reservation) => Promise<void>;
  /** Called at every report with the reservation, which has the cost so far; true stops the command. */
  readonly reported?: (reservation: Reservation) => Promise<boolean>;
}

/** End of a run, and the usage of its GPUs; null where it had none that `nvidia-smi` lists. */
export interface HeldRunEnd extends HeldEnd {
  readonly gpus: GpuUse | null;
}

/** Runs a command on money that is set aside for it. Errors: `budget_exceeded`, `price_missing` and others of reservations. */
export async function runUnderReservation(context: Context, options: RunOnHold): Promise<HeldRunEnd> {
  const client = await context.client();
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-run-'));
  const checkpointFile = join(folder, 'checkpoint');
  const graceMs = options.graceSeconds * 1000;
  try {
    const opened = await extendShortGrant(
      client,
      options,
      await client.call(openReservation, { body: toReservation(options) }),
    );
    await options.opened?.(opened);
    const [program = '', ...words] = options.words;
    const environment = {
      ...readEnvironment(context),
      ...options.environment,
      ...runEnvironment(client, options, checkpointFile),
    };
    const execution = startExecution({
      id: options.run,
      folder: join(folder, 'execution'),
      command: [program, ...words],
      cwd: process.cwd(),
      environment,
      until: Date.parse(opened.until),
      graceMs,
      ...(options.log === undefined ? { output: 'inherit' } : { output: 'file', log: options.log }),
    });
    using _signals = context.io.onSignal(() => execution.stop());
    const remark = once(context.remark);
    const gpus = watchGpus(context, { run: options.run, environment, start: execution.start, remark });
    void gpus.look();
    const end = await holdCommand({
      client,
      execution,
      opened,
      graceMs,
      checkpoint: () => firstLine(checkpointFile),
      remark,
      ...(options.reportMs === undefined ? {} : { reportMs: options.reportMs }),
      reported: async (reservation) => {
        void gpus.look();
        if ((await options.reported?.(reservation)) === true) execution.stop();
      },
    });
    return { ...end, gpus: await gpus.end() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Extends the first grant before the command starts, where the grant could expire before a slow server answers. */
async function extendShortGrant(
  client: Client,
  { graceSeconds }: Pick<RunOnHold, 'graceSeconds'>,
  opened: Reservation,
): Promise<Reservation> {
  const now = Date.now();
  if (Date.parse(opened.until) - graceSeconds * 1000 - now >= SHORT_GRANT_MS) return opened;
  const at = new Date(Math.max(now, Date.parse(opened.start) + 1)).toISOString();
  return client.call(meterReservation, { params: { reservation: opened.reservation }, body: { at } });
}

function toReservation({
  run,
  experimentId,
  budget,
  price,
  instance,
  quantity,
  graceSeconds,
  team,
  project,
  together,
}: RunOnHold) {
  const subject: Subject = {
    run,
    experiment: experimentId,
    purpose: 'training',
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    ...(together === undefined ? {} : { pipelineRun: together.sweep }),
  };
  return {
    reservation: `run:${run}`,
    subject,
    resource: instance ?? PRICED_BY_NOBODY,
    quantity,
    graceSeconds,
    origin: `steelyard run on ${hostname()}`.slice(0, 250),
    ...(budget === undefined ? {} : { limit: budget }),
    ...(price === undefined ? {} : { price }),
    ...(together === undefined ? {} : { runLimit: together.limit }),
  };
}

function readEnvironment({ io }: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(io.environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Environment for an MLflow client that logs to the run, and for the command to find its grace period and its
 * checkpoint file.
 */
function runEnvironment(
  { url, authorization }: Pick<Client, 'url' | 'authorization'>,
  { run, graceSeconds }: RunOnHold,
  checkpointFile: string,
): Record<string, string> {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  return {
    MLFLOW_TRACKING_URI: url,
    MLFLOW_RUN_ID: run,
    STEELYARD_GRACE_SECONDS: String(graceSeconds),
    STEELYARD_CHECKPOINT_FILE: checkpointFile,
    ...(token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: token }),
  };
}

function firstLine(file: string): string | null {
  try {
    const [line = ''] = readFileSync(file, 'utf8').trim().split('\n');
    return line === '' ? null : line.slice(0, 2000);
  } catch {
    return null;
  }
}

/** Suppresses repeated remarks. */
function once(remark: Context['remark']): Context['remark'] {
  const remarked = new Set<string>();
  return async (text) => {
    if (remarked.has(text)) return;
    remarked.add(text);
    await remark(text);
  };
}
