import { z } from 'zod';
import {
  adviseSpot,
  InterruptionBand,
  replaySpotDeadline,
  type SpotHistory,
} from '../../src/finops/purchasing/schema.ts';
import { command } from '../frame/command.ts';
import { CommandError } from '../frame/failure.ts';
import { readBand, readHistories } from './spot-history.ts';
import { adviceText, deadlineText } from './spot-text.ts';
import { PriceWord, SecondsWord } from './words.ts';

const columns = {
  time: { value: 'COLUMN', fallback: 'time', describe: 'Column of the time of a reading' },
  available: { value: 'COLUMN', fallback: 'available', describe: 'Column of capacity: 1 (available) or 0' },
  zone: { value: 'COLUMN', fallback: 'zone', describe: 'Column of the zone, where a file holds several' },
} as const;
const prices = {
  spot: { value: 'PRICE', schema: PriceWord, describe: 'Spot price: 0.918USD/h, or a key of the price book' },
  onDemand: { value: 'PRICE', schema: PriceWord, describe: 'On-demand price: 3.06USD/h, or a key such as p3.2xlarge' },
} as const;
const work = { value: 'TIME', schema: SecondsWord, required: true, describe: 'Work of the job, such as 100h' } as const;

async function readSpotHistories(
  files: readonly string[] | undefined,
  names: { time: string; available: string; zone: string },
): Promise<SpotHistory[]> {
  const read: SpotHistory[] = [];
  for (const file of files ?? []) read.push(...(await readHistories(file, names)));
  return read;
}

const adviseCommand = command({
  path: ['spot', 'advise'],
  summary: 'Find the best checkpoint interval on spot capacity, and compare its cost',
  example: `steelyard spot advise us-west-2b.json us-west-2c.json --work 100h --save 3m --restart 6m --spot 0.918USD/h --on-demand p3.2xlarge
steelyard spot advise readings.csv --work 20h --save 1m --restart 5m --json
steelyard spot advise --mean 6h --work 100h --save 3m --restart 6m
steelyard spot advise --advisor spot-advisor-data.json --type g5.xlarge --region us-east-1 --work 100h --save 3m --restart 6m`,
  needs: 'server',
  positionals: {
    file: {
      many: true,
      optional: true,
      describe:
        'Histories of capacity: CSV (time,available[,zone]), or JSON {"metadata":{"gap_seconds":N},"data":[0,1,…]}',
    },
  },
  options: {
    work,
    save: { value: 'TIME', schema: SecondsWord, required: true, describe: 'Time of one checkpoint, such as 3m' },
    restart: {
      value: 'TIME',
      schema: SecondsWord,
      required: true,
      describe: 'Time from capacity to the first new work, such as 6m',
    },
    mean: { value: 'TIME', schema: SecondsWord, describe: 'Without a history: mean time between interruptions' },
    band: { value: 'BAND', schema: InterruptionBand, describe: 'Without a history: <5%, 5-10%, 10-15%, 15-20%, >20%' },
    advisor: { value: 'FILE', describe: 'Without a history: file of AWS’s spot advisor, with --type and --region' },
    type: { value: 'TYPE', describe: 'Instance type in the advisor file' },
    region: { value: 'REGION', describe: 'Region in the advisor file' },
    ...prices,
    ...columns,
  },
  run: async (context, { file, work: workSeconds, save, restart, mean, spot, onDemand, ...asked }) => {
    const histories = await readSpotHistories(file, asked);
    const band = asked.band ?? findBand(asked);
    if ([histories.length > 0, mean !== undefined, band !== undefined].filter(Boolean).length !== 1) {
      throw new CommandError('usage', 'Give either files of history, or --mean, or --band, or --advisor.');
    }
    const body = {
      ...{ histories, band, workHours: workSeconds / 3600, saveSeconds: save, restartSeconds: restart },
      ...{ meanHours: mean === undefined ? undefined : mean / 3600, spotPrice: spot, onDemandPrice: onDemand },
    };
    const report = await (await context.client()).call(adviseSpot, { body });
    await context.answer(report, () => adviceText(report, context));
    return 0;
  },
});

interface AdvisorWords {
  readonly advisor: string | undefined;
  readonly type: string | undefined;
  readonly region: string | undefined;
}

function findBand({ advisor, type, region }: AdvisorWords): InterruptionBand | undefined {
  if (advisor === undefined) return undefined;
  if (type !== undefined && region !== undefined) return readBand(advisor, type, region);
  throw new CommandError('usage', '--advisor needs --type and --region.');
}

const deadlineCommand = command({
  path: ['spot', 'deadline'],
  summary: 'Replay a job with a deadline on spot and on-demand capacity: cost and delay',
  example: `steelyard spot deadline us-west-2b.json --work 48h --deadline 60h --changeover 12m --spot 0.612USD/h --on-demand p3.2xlarge
steelyard spot deadline *.json --work 48h --deadline 60h --changeover 12m --price-ratio 0.2 --step 195s --json`,
  needs: 'server',
  positionals: { file: { many: true, describe: 'Histories of capacity, as for spot advise' } },
  options: {
    work,
    deadline: {
      value: 'TIME',
      schema: SecondsWord,
      required: true,
      describe: 'Time from the start to the deadline, such as 60h',
    },
    changeover: {
      value: 'TIME',
      schema: SecondsWord,
      required: true,
      describe: 'Time from the request for an instance to the first new work, such as 12m',
    },
    step: { value: 'TIME', schema: SecondsWord, fallback: '60s', describe: 'Time between two decisions' },
    starts: {
      value: 'N',
      schema: z.coerce.number().int().min(1).max(1000),
      fallback: '100',
      describe: 'Random starts in each history',
    },
    seed: { value: 'N', schema: z.coerce.number().int().min(0), fallback: '1', describe: 'Seed of the starts' },
    priceRatio: {
      value: 'RATIO',
      schema: z.coerce.number().gt(0).max(10),
      describe: 'Ratio of spot price to on-demand price, in place of both',
    },
    ...prices,
    ...columns,
  },
  run: async (
    context,
    { file, work: workSeconds, deadline, changeover, step, starts, seed, priceRatio, spot, onDemand, ...asked },
  ) => {
    const isPriced = spot !== undefined && onDemand !== undefined;
    if (priceRatio === undefined ? !isPriced : spot !== undefined || onDemand !== undefined) {
      throw new CommandError('usage', 'Give either --price-ratio, or both --spot and --on-demand.');
    }
    const body = {
      ...{
        histories: await readSpotHistories(file, asked),
        workHours: workSeconds / 3600,
        deadlineHours: deadline / 3600,
      },
      ...{ changeoverSeconds: changeover, stepSeconds: step, starts, seed },
      ...{ spotPriceRatio: priceRatio, spotPrice: spot, onDemandPrice: onDemand },
    };
    const report = await (await context.client()).call(replaySpotDeadline, { body });
    await context.answer(report, () => deadlineText(report, context));
    return 0;
  },
});

export const spotCommands = [adviseCommand, deadlineCommand];
