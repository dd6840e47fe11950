import { setTimeout as pause } from 'node:timers/promises';
import {
  addForecastChange,
  type ForecastDetail,
  ForecastLevel,
  getForecast,
  getForecastCsv,
  type LedgerForecasts,
  listForecastChanges,
  listForecasts,
  listForecastsCsv,
  makeForecasts,
  removeForecastChange,
  switchForecastChange,
} from '../src/finops/forecasts/schema.ts';
import type { Client } from './connection/client.ts';
import { passOn, refuseBothFormats } from './downloads.ts';
import { changesText, detailText, forecastsText } from './forecast-text.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { SignedMoneyWord } from './metered/money-words.ts';
import { createProgress } from './output/progress.ts';
import { sourcesBehindText } from './output/sources-behind.ts';

const LOOK_EVERY_MS = 200;
/**
 * Polls before a job counts as idle. A job starts within a second or two; without a start there is no data to forecast
 * from.
 */
const LOOKS_BEFORE_IDLE = 15;
const MOST_LOOKS = 3000;

const csv = { describe: 'Print CSV with all digits' } as const;

const listCommand = command({
  path: ['forecast', 'list'],
  summary: 'List cost forecasts for the month and for each budget window',
  example:
    'steelyard forecast list\nsteelyard forecast list --level budget\nsteelyard forecast list --team search --csv',
  needs: 'server',
  options: {
    level: { value: 'LEVEL', schema: ForecastLevel, describe: `Only this level: ${ForecastLevel.options.join(', ')}` },
    team: { value: 'TEAM', describe: 'Only this team, its projects and budgets' },
    csv,
  },
  run: async (context, { csv: asCsv, ...query }) => {
    refuseBothFormats(context, asCsv);
    const client = await context.client();
    if (asCsv) {
      await passOn(await client.download(listForecastsCsv, { query }), context);
      return 0;
    }
    const answer = await client.call(listForecasts, { query });
    await context.answer(answer, () => (answer.forecasts.length === 0 ? '' : forecastsText(answer, context)));
    await remarkOn(answer, context);
    return 0;
  },
});

async function remarkOn({ reason, standing, working }: LedgerForecasts, context: Context): Promise<void> {
  if (reason !== null) await context.remark(reason);
  if (standing !== null) await context.remark(`Bills are whole to ${standing.through}.`);
  const late = sourcesBehindText(standing?.behind ?? []);
  if (late !== null) await context.remark(`${late}.`);
  if (working !== null) await context.remark(`Forecasts are being recomputed: ${working.done} of ${working.total}.`);
  else if (standing?.isCurrent === false)
    await context.remark('The forecasts are older than their data: steelyard forecast make');
}

const subjects = {
  team: { value: 'TEAM', describe: 'Of this team' },
  project: { value: 'TEAM/PROJECT', describe: 'Of this project' },
  model: { value: 'MODEL', describe: 'Of this model' },
  endpoint: { value: 'ENDPOINT', describe: 'Of this endpoint' },
  service: { value: 'SERVICE', describe: 'Of this service of a cloud' },
  budget: { value: 'BUDGET', describe: 'Of this budget in its current window' },
} as const;

const showCommand = command({
  path: ['forecast', 'show'],
  summary: 'Show a forecast by day, with the probability of exceeding its budget',
  example: `steelyard forecast show
steelyard forecast show --team search
steelyard forecast show --budget recommender --json`,
  needs: 'server',
  options: {
    ...subjects,
    currency: { value: 'CODE', describe: 'Currency; the first by default' },
    csv,
  },
  run: async (context, { csv: asCsv, currency, ...named }) => {
    refuseBothFormats(context, asCsv);
    const query = { ...readSelection(named), currency };
    const client = await context.client();
    if (asCsv) {
      await passOn(await client.download(getForecastCsv, { query }), context);
      return 0;
    }
    const detail: ForecastDetail = await client.call(getForecast, { query });
    await context.answer(detail, () => detailText(detail, context));
    return 0;
  },
});

function readSelection(named: Readonly<Partial<Record<ForecastLevel, string | undefined>>>): {
  level: ForecastLevel;
  key?: string;
} {
  const selected = ForecastLevel.options.flatMap((level) => {
    const key = named[level];
    return key === undefined ? [] : [{ level, key }];
  });
  if (selected.length > 1)
    throw new CommandError('usage', `--${selected.map(({ level }) => level).join(' and --')}: give one of them.`);
  return selected[0] ?? { level: 'total' };
}

const makeCommand = command({
  path: ['forecast', 'make'],
  summary: 'Recompute the forecasts and wait for them',
  example: 'steelyard forecast make',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    await client.call(makeForecasts, { body: {} });
    const answer = await made(client, context);
    await context.answer(answer, () => (answer.forecasts.length === 0 ? '' : forecastsText(answer, context)));
    await remarkOn(answer, context);
    return 0;
  },
});

/** Waits until today's forecasts are ready; returns immediately without data to forecast from. */
async function made(client: Client, context: Context): Promise<LedgerForecasts> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    for (let polls = 0; polls < MOST_LOOKS; polls += 1) {
      const { standing, working } = await client.call(listForecasts, { query: { level: 'total' } });
      const isIdle = working === null && standing === null && polls > LOOKS_BEFORE_IDLE;
      if (standing?.isCurrent === true || isIdle) break;
      progress.show('Making the forecasts', working === null ? null : working.done / working.total);
      await pause(LOOK_EVERY_MS);
    }
    return await client.call(listForecasts);
  } finally {
    await progress.clear();
  }
}

const addCommand = command({
  path: ['forecast', 'change', 'add'],
  summary: 'Add a known change of cost, such as a planned endpoint',
  example: `steelyard forecast change add --from 2026-12-01 --daily 240USD --team search --what "endpoint for search, 2 H100"
steelyard forecast change add --from 2027-01-15 --daily 90USD --service EC2 --what "the savings plan ends"
steelyard forecast change add --from 2027-01-01 --factor 1.5 --team search --what "search grows by half"
steelyard forecast change add --from 2026-12-24 --until 2027-01-02 --daily=-50USD --what "training rests"`,
  needs: 'server',
  options: {
    from: { value: 'DAY', required: true, describe: 'First day of the change, UTC' },
    until: { value: 'DAY', describe: 'First day after the change; permanent by default' },
    daily: {
      value: 'MONEY',
      schema: SignedMoneyWord,
      describe: 'Additional cost of each day, such as 240USD; lower cost: --daily=-240USD',
    },
    factor: { value: 'FACTOR', describe: 'Factor for the cost of each day: 1.5, or 0.9 for 10% less' },
    what: { value: 'TEXT', required: true, describe: 'Description of the change' },
    team: { value: 'TEAM', describe: 'Team with the changed cost' },
    project: { value: 'PROJECT', describe: 'Project with the changed cost' },
    model: { value: 'MODEL', describe: 'Model with the changed cost' },
    endpoint: { value: 'ENDPOINT', describe: 'Endpoint with the changed cost' },
    service: { value: 'SERVICE', describe: 'Cloud service with the changed cost' },
  },
  run: async (context, { from, until = null, daily, factor, what, service, ...of }) => {
    if ((daily === undefined) === (factor === undefined)) {
      throw new CommandError('usage', 'Give either --daily 240USD or --factor 1.5.');
    }
    const subject = { ...of, serviceName: service };
    const by = { dailyAmount: daily?.amount ?? null, factor: factor ?? null, currency: daily?.currency ?? null };
    const body = { subject, from, until, ...by, what };
    const change = await (await context.client()).call(addForecastChange, { body });
    await context.answer(change, () => changesText([change], context));
    return 0;
  },
});

const changesCommand = command({
  path: ['forecast', 'change', 'list'],
  summary: 'List the known changes of cost in forecasts',
  example: 'steelyard forecast change list',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listForecastChanges);
    await context.answer(answer, () => changesText(answer.changes, context));
    if (answer.changes.length === 0) await context.remark('No known change.');
    return 0;
  },
});

const switchCommand = command({
  path: ['forecast', 'change', 'switch'],
  summary: 'Include or exclude the end of a commitment, for example when it is renewed',
  example: 'steelyard forecast change switch fc_0123abcd off',
  needs: 'server',
  positionals: { change: { describe: 'Id of the change' }, state: { describe: 'on or off' } },
  run: async (context, { change, state }) => {
    if (state !== 'on' && state !== 'off') throw new CommandError('usage', '"forecast change switch" needs on or off.');
    const isOn = state === 'on';
    const { changes } = await (await context.client()).call(switchForecastChange, {
      params: { change },
      body: { isOn },
    });
    await context.answer({ changes }, () => changesText(changes, context));
    return 0;
  },
});

const removeCommand = command({
  path: ['forecast', 'change', 'remove'],
  summary: 'Remove a known change of cost',
  example: 'steelyard forecast change remove fc_0123abcd',
  needs: 'server',
  positionals: { change: { describe: 'Id of the change' } },
  run: async (context, { change }) => {
    const removed = await (await context.client()).call(removeForecastChange, { params: { change } });
    await context.answer(removed, () => `${removed.change} is removed: ${removed.what}`);
    return 0;
  },
});

export const ledgerForecastCommands = [
  listCommand,
  showCommand,
  makeCommand,
  addCommand,
  changesCommand,
  switchCommand,
  removeCommand,
];
