import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openReservation, type Reservation } from '../../src/finops/budgets/reservations/schema.ts';
import { ResourceName } from '../../src/finops/metering/schema.ts';
import type { Subject } from '../../src/org/schema.ts';
import { startExecution } from '../../src/platform/processes/index.ts';
import type { Client } from '../connection/client.ts';
import { experimentIdOf } from '../experiment.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { mlflowOf } from '../mlflow/server.ts';
import { shownMoney } from '../output/amounts.ts';
import { type HeldEnd, holdCommand } from './held-command.ts';
import { HourlyPriceWord, MoneyWord } from './money-words.ts';

const STOPPED_EXIT = 12;
/** As shells name the end by a signal that cannot be caught. */
const KILLED_EXIT = 137;
const PRICED_BY_NOBODY = 'machine';

const seconds = z.coerce.number().int().min(0).max(86_400);

const runCommand = command({
  path: ['run'],
  summary: 'Run any command, metered as it runs, and stop it at its budget',
  example: `steelyard run --budget 5USD --price 3.06USD/h -- python train.py
steelyard run --instance p4d.24xlarge --project recommender --grace 120 -- ./train.sh`,
  needs: 'server',
  positionals: { command: { many: true, describe: 'The command and its words, after --' } },
  options: {
    budget: { value: 'MONEY', schema: MoneyWord, describe: 'What it may spend at most, such as 5USD' },
    price: { value: 'PRICE', schema: HourlyPriceWord, describe: 'Price of this machine, such as 3.06USD/h' },
    instance: { value: 'TYPE', schema: ResourceName, describe: 'What this machine is in the price book' },
    quantity: { value: 'N', fallback: '1', schema: z.string().regex(/^\d+(\.\d+)?$/), describe: 'How many of it' },
    team: { value: 'TEAM', describe: 'Team that answers for it' },
    project: { value: 'PROJECT', describe: 'Project that it is for' },
    experiment: { value: 'NAME|ID', fallback: '0', describe: 'MLflow experiment of its run' },
    grace: {
      value: 'SECONDS',
      fallback: '10',
      schema: seconds,
      describe: 'Time it has to save its work when it is stopped',
    },
  },
  exits: { 12: 'a budget stopped it', 137: 'it was killed' },
  run: async (context, { command: words, grace, experiment, ...asked }) => {
    const client = await context.client();
    const experimentId = await experimentIdOf(client, experiment);
    const run = await beginRun(context, experimentId, words, asked);
    const onHold = { ...asked, run, experimentId, words, graceSeconds: grace };
    const end = await heldRun(context, onHold).catch(async (error: unknown) => {
      await endRun(context, run, 'FAILED', Date.now());
      throw error;
    });
    await endRun(context, run, statusOf(end), end.ended.end);
    await context.answer(documentOf(run, end), () => '');
    await context.remark(endText(end));
    return exitOf(end);
  },
});

interface Asked {
  readonly budget: z.output<typeof MoneyWord> | undefined;
  readonly price: z.output<typeof MoneyWord> | undefined;
  readonly instance: string | undefined;
  readonly quantity: string;
  readonly team: string | undefined;
  readonly project: string | undefined;
}

const CreatedRun = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

/** The MLflow run that the command logs to; its tag keeps its GPU metrics from being metered a second time. */
async function beginRun(
  context: Context,
  experimentId: string,
  words: readonly string[],
  { team, project }: Asked,
): Promise<string> {
  const tags = { 'steelyard.metered_by': 'steelyard run', 'steelyard.team': team, 'steelyard.project': project };
  const message = {
    experiment_id: experimentId,
    start_time: Date.now(),
    run_name: words.join(' ').slice(0, 250),
    tags: Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
  };
  const created = await mlflowOf(await context.client()).post('runs/create', message, CreatedRun);
  return created.run.info.run_id;
}

type EndStatus = 'FINISHED' | 'FAILED' | 'KILLED';

function statusOf({ ended, stopped }: HeldEnd): EndStatus {
  if (stopped) return 'KILLED';
  return ended.exitCode === 0 ? 'FINISHED' : 'FAILED';
}

async function endRun(context: Context, run: string, status: EndStatus, end: number): Promise<void> {
  const message = { run_id: run, status, end_time: Math.round(end) };
  await mlflowOf(await context.client()).post('runs/update', message, z.unknown());
}

interface RunOnHold extends Asked {
  readonly run: string;
  readonly experimentId: string;
  readonly words: readonly string[];
  readonly graceSeconds: number;
}

async function heldRun(context: Context, asked: RunOnHold): Promise<HeldEnd> {
  const client = await context.client();
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-run-'));
  const checkpointFile = join(folder, 'checkpoint');
  const graceMs = asked.graceSeconds * 1000;
  try {
    const opened = await client.call(openReservation, { body: reservationOf(asked) });
    await context.remark(beginText(opened));
    const [program = '', ...words] = asked.words;
    const execution = startExecution({
      id: asked.run,
      folder: join(folder, 'execution'),
      command: [program, ...words],
      cwd: process.cwd(),
      environment: { ...environmentOf(context), ...runEnvironment(client, asked, checkpointFile) },
      until: Date.parse(opened.until),
      graceMs,
      output: 'inherit',
    });
    using _signals = context.io.onSignal(() => execution.stop());
    const remark = once(context.remark);
    return await holdCommand({
      client,
      execution,
      opened,
      graceMs,
      now: Date.now,
      checkpoint: () => firstLine(checkpointFile),
      remark,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reservationOf({
  run,
  experimentId,
  budget,
  price,
  instance,
  quantity,
  graceSeconds,
  team,
  project,
}: RunOnHold) {
  const subject: Subject = {
    run,
    experiment: experimentId,
    purpose: 'training',
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
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
  };
}

function environmentOf({ io }: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(io.environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What lets an MLflow client log to the run, and the command know how it will be stopped. */
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

/** Says the same thing once. */
function once(remark: Context['remark']): Context['remark'] {
  const said = new Set<string>();
  return async (text) => {
    if (said.has(text)) return;
    said.add(text);
    await remark(text);
  };
}

function beginText({ until, ceiling, resource }: Reservation): string {
  if (ceiling === null)
    return `"${resource}" has no price: what this costs is not known. Give one with --price, or --instance.`;
  return `${shownMoney(ceiling)} set aside, until ${until.slice(11, 19)} UTC; more is set aside while there is more`;
}

function endText({ ended, settled, stopped }: HeldEnd): string {
  if (settled === null)
    return 'The server could not be told of the end. What was set aside counts as spent until it is.';
  const cost = settled.spent === null ? 'cost not known' : `cost ${shownMoney(settled.spent)}`;
  if (stopped) return `stopped: ${settled.stoppedBy}; ${cost}`;
  return `ended with ${ended.exitCode ?? 'a kill'}; ${cost}`;
}

function documentOf(run: string, { ended, settled, stopped }: HeldEnd) {
  const { exitCode, end } = ended;
  return {
    run,
    exitCode,
    end: new Date(end).toISOString(),
    stopped,
    stoppedBy: settled?.stoppedBy ?? null,
    spent: settled?.spent ?? null,
  };
}

function exitOf({ ended, stopped }: HeldEnd): number {
  return stopped ? STOPPED_EXIT : (ended.exitCode ?? KILLED_EXIT);
}

export const meteredRunCommands = [runCommand];
