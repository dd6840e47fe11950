import { z } from 'zod';
import type { Reservation } from '../../src/finops/budgets/reservations/schema.ts';
import { ResourceName } from '../../src/finops/metering/schema.ts';
import { findExperimentId } from '../experiment.ts';
import { command } from '../frame/command.ts';
import { formatMoney } from '../output/amounts.ts';
import { gpuText } from '../output/gpus.ts';
import type { HeldEnd } from './held-command.ts';
import { beginRun, endRun, type HeldRunEnd, runUnderReservation, toEndStatus } from './held-run.ts';
import { HourlyPriceWord, MoneyWord } from './money-words.ts';

const STOPPED_EXIT = 12;
/** Exit code of shells for a command that was ended by SIGKILL. */
const KILLED_EXIT = 137;

const seconds = z.coerce.number().int().min(0).max(86_400);

const runCommand = command({
  path: ['run'],
  summary: 'Run a command, meter its cost, and stop it at its budget',
  example: `steelyard run --budget 5USD --price 3.06USD/h -- python train.py
steelyard run --instance p4d.24xlarge --project recommender --grace 120 -- ./train.sh`,
  needs: 'server',
  positionals: { command: { many: true, describe: 'Command and arguments, after --' } },
  options: {
    budget: { value: 'MONEY', schema: MoneyWord, describe: 'Budget of the run, such as 5USD' },
    price: { value: 'PRICE', schema: HourlyPriceWord, describe: 'Price of this machine, such as 3.06USD/h' },
    instance: { value: 'TYPE', schema: ResourceName, describe: 'Key of this machine in the price book' },
    quantity: {
      value: 'N',
      fallback: '1',
      schema: z.string().regex(/^\d+(\.\d+)?$/),
      describe: 'Number of machines of this price',
    },
    team: { value: 'TEAM', describe: 'Team that owns it' },
    project: { value: 'PROJECT', describe: 'Project that it belongs to' },
    experiment: { value: 'NAME|ID', fallback: '0', describe: 'MLflow experiment of its run' },
    grace: {
      value: 'SECONDS',
      fallback: '10',
      schema: seconds,
      describe: 'Grace period before it is killed',
    },
  },
  exits: { 12: 'a budget stopped it', 137: 'it was killed' },
  run: async (context, { command: words, grace, experiment, ...asked }) => {
    const client = await context.client();
    const experimentId = await findExperimentId(client, experiment);
    const run = await beginRun(context, experimentId, words, asked);
    const opened = (reservation: Reservation) => context.remark(beginText(reservation));
    const onHold = { ...asked, run, experimentId, words, graceSeconds: grace, opened };
    const end = await runUnderReservation(context, onHold).catch(async (error: unknown) => {
      await endRun(context, run, 'FAILED', Date.now());
      throw error;
    });
    await endRun(context, run, toEndStatus(end), end.ended.end);
    await context.answer(toDocument(run, end), () => '');
    await context.remark(endText(end));
    return toExitCode(end);
  },
});

function beginText({ until, ceiling, resource }: Reservation): string {
  if (ceiling === null)
    return `"${resource}" has no price, so the cost is unknown. Give one with --price or --instance.`;
  return `${formatMoney(ceiling)} reserved until ${until.slice(11, 19)} UTC; the reservation is extended while budget remains`;
}

function endText({ ended, settled, stopped, gpus }: HeldRunEnd): string {
  if (settled === null)
    return 'The server did not receive the end of the run. The reservation counts as spent until it does.';
  const cost = settled.spent === null ? 'cost not known' : `cost ${formatMoney(settled.spent)}`;
  const did = gpus === null ? '' : `; ${gpuText(gpus)}`;
  if (stopped) return `stopped: ${settled.stoppedBy}; ${cost}${did}`;
  return `ended with ${ended.exitCode ?? 'a kill'}; ${cost}${did}`;
}

function toDocument(run: string, { ended, settled, stopped, gpus }: HeldRunEnd) {
  const { exitCode, end } = ended;
  return {
    run,
    exitCode,
    end: new Date(end).toISOString(),
    stopped,
    stoppedBy: settled?.stoppedBy ?? null,
    spent: settled?.spent ?? null,
    prices: settled?.prices ?? [],
    gpus,
  };
}

function toExitCode({ ended, stopped }: HeldEnd): number {
  return stopped ? STOPPED_EXIT : (ended.exitCode ?? KILLED_EXIT);
}

export const meteredRunCommands = [runCommand];
