import { z } from 'zod';
import { adviseHardware, type HardwareAdvice, type MeasuredProfile } from '../../src/finops/purchasing/schema.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { counted, formatMoney } from '../output/amounts.ts';
import { facts, table } from '../output/table.ts';
import { namedRows, numberIn } from './named-columns.ts';
import { formatShare, PriceWord } from './words.ts';

const FAULT = 'profile_unusable';
const MOST_ROWS = 500;

/** `g5.xlarge=4`. */
const PresentWord = z.string().transform((text, context) => {
  const [, type, replicas] = /^(.{1,100})=(\d{1,5})$/.exec(text) ?? [];
  if (type !== undefined && Number(replicas) > 0) return { type, replicas: Number(replicas) };
  context.addIssue({ code: 'custom', message: 'a type and its replicas such as g5.xlarge=4' });
  return z.NEVER;
});

/** `h100=6.88USD/h`. */
const TypePriceWord = z.string().transform((text, context) => {
  const [, type, word] = /^([^=]{1,100})=(.+)$/.exec(text) ?? [];
  const price = PriceWord.safeParse(word);
  if (type !== undefined && price.success) return { type, price: price.data };
  context.addIssue({ code: 'custom', message: 'a type and its price for an hour such as h100=6.88USD/h' });
  return z.NEVER;
});

/** `short=30@200ms`. */
const DemandWord = z.string().transform((text, context) => {
  const [, bucket, rate, latency] = /^([^=]{1,100})=(\d+(?:\.\d+)?)@(\d+(?:\.\d+)?)ms$/.exec(text) ?? [];
  if (bucket !== undefined && Number(rate) > 0 && Number(latency) > 0) {
    return { bucket, requestsPerSecond: Number(rate), latencyMs: Number(latency) };
  }
  context.addIssue({ code: 'custom', message: 'requests a second of a size and their latency such as short=30@200ms' });
  return z.NEVER;
});

async function readProfiles(path: string) {
  const rows: MeasuredProfile[] = [];
  const needed = ['type', 'bucket', 'requests_per_second', 'latency_ms'];
  for await (const row of namedRows(path, { needed, known: ['memory_gib'], fault: FAULT, mostRows: MOST_ROWS })) {
    const number = (column: string) => {
      const value = numberIn(path, row, column, FAULT);
      if (value !== null && value > 0) return value;
      throw new CommandError(FAULT, `${path}, line ${row.line}: ${column} is not more than 0.`, { file: path });
    };
    const { type = '', bucket = '', memory_gib: memory = '' } = row.fields;
    if (type === '' || bucket === '') {
      throw new CommandError(FAULT, `${path}, line ${row.line}: type and bucket must be named.`, { file: path });
    }
    rows.push({
      ...{ type, bucket, requestsPerSecond: number('requests_per_second'), latencyMs: number('latency_ms') },
      ...(memory === '' ? {} : { memoryGib: number('memory_gib') }),
    });
  }
  return rows;
}

const adviseCommand = command({
  path: ['hardware', 'advise'],
  summary: 'Find the cheapest hardware for a served model that meets the SLO',
  example: `steelyard hardware advise profile.csv --demand short=30@200ms --demand long=3@500ms --present g5.xlarge=6
steelyard hardware advise --endpoint ranker --demand all=120@250ms --present g5.xlarge=4
steelyard hardware advise profile.csv --demand all=120@250ms --price h100=6.88USD/h --memory 40 --json`,
  needs: 'server',
  positionals: {
    profile: {
      optional: true,
      describe: 'CSV of measurements: type,bucket,requests_per_second,latency_ms and, if known, memory_gib',
    },
  },
  options: {
    endpoint: {
      value: 'NAME',
      describe: 'Endpoint of this server, measured over the last 7 days (95th percentile)',
    },
    demand: {
      value: 'SIZE=RATE@LATENCY',
      schema: DemandWord,
      repeat: true,
      describe: 'Peak requests per second of a size and their latency limit, such as short=30@200ms',
    },
    present: { value: 'TYPE=N', schema: PresentWord, repeat: true, describe: 'Current replicas, such as g5.xlarge=6' },
    price: {
      value: 'TYPE=PRICE',
      schema: TypePriceWord,
      repeat: true,
      describe: 'Price of a type; from the price book by default',
    },
    consider: { value: 'TYPE', repeat: true, describe: 'An additional type to consider' },
    load: {
      value: 'RATIO',
      schema: z.coerce.number().gt(0).max(1),
      fallback: '0.8',
      describe: 'Load of a replica as a ratio of its measured rate',
    },
    least: {
      value: 'N',
      schema: z.coerce.number().int().min(1).max(100),
      fallback: '2',
      describe: 'Fewest replicas, for redundancy',
    },
    most: {
      value: 'N',
      schema: z.coerce.number().int().min(1).max(10_000),
      fallback: '1000',
      describe: 'Most replicas of one type',
    },
    memory: { value: 'GIB', schema: z.coerce.number().gt(0), describe: 'GPU memory that the model needs, GiB' },
  },
  run: async (context, { profile, endpoint, demand, present, price, consider, load, least, most, memory }) => {
    if (demand.length === 0) throw new CommandError('usage', 'Give --demand at least once, such as all=120@250ms.');
    if (profile === undefined && endpoint === undefined) {
      throw new CommandError('usage', 'Give a profile that was measured, or --endpoint NAME.');
    }
    const body = {
      ...{
        profiles: profile === undefined ? [] : await readProfiles(profile),
        endpoint,
        demand,
        present,
        consider,
        prices: price,
        memoryGib: memory,
      },
      ...{ loadRatio: load, leastReplicas: least, mostReplicas: most },
    };
    const report = await (await context.client()).call(adviseHardware, { body });
    await context.answer(report, () => adviceText(report, context));
    return 0;
  },
});

function adviceText({ best, reason, isProven, present, types }: HardwareAdvice, { paint }: Context): string {
  const mix =
    best === null
      ? [paint.bad(`No mix: ${reason}.`)]
      : [
          table(
            best.replicas,
            [
              { title: 'TYPE', cell: ({ type }) => type },
              { title: 'REPLICAS', align: 'right', cell: ({ replicas }) => String(replicas) },
              { title: 'LOADED', align: 'right', cell: ({ loadRatio }) => formatShare(loadRatio, 0) },
              {
                title: 'SURVIVES A FAILURE',
                cell: ({ survivesLoss }) => (survivesLoss ? 'yes' : 'no'),
              },
              { title: 'PER HOUR EACH', align: 'decimal', cell: ({ pricePerHour }) => formatMoney(pricePerHour) },
              {
                title: 'SERVES',
                cell: ({ shares }) =>
                  shares.map(({ bucket, share }) => `${bucket} ${formatShare(share, 0)}`).join(', '),
              },
            ],
            paint,
          ),
          '',
          facts(
            [
              ['per hour', formatMoney(best.pricePerHour)],
              ['per month (730 h)', formatMoney(best.pricePerMonth)],
              ['cheapest of the measured', isProven ? 'yes' : 'not proven: the search was ended'],
              ...(present === null ? [] : presentFacts(present)),
            ],
            paint,
          ),
        ];
  const verdicts = table(
    types,
    [
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'VERDICT', cell: ({ verdict }) => VERDICTS[verdict] },
      {
        title: 'ONLY THIS TYPE',
        align: 'right',
        cell: ({ aloneReplicas }) => (aloneReplicas === null ? null : counted(aloneReplicas, 'replica')),
      },
      { title: 'PER HOUR', align: 'decimal', cell: ({ alonePricePerHour }) => formatMoney(alonePricePerHour) },
      { title: 'REASON', cell: ({ reason: why }) => why },
    ],
    paint,
  );
  return [...mix, '', verdicts].join('\n');
}

const VERDICTS: Readonly<Record<HardwareAdvice['types'][number]['verdict'], string>> = {
  usable: 'usable',
  tooSlow: 'too slow',
  tooSmall: 'too small',
  notPriced: 'no price',
  notMeasured: 'not measured',
};

function presentFacts({ pricePerHour, meetsDemand, monthlySaving }: NonNullable<HardwareAdvice['present']>) {
  const meets = meetsDemand === null ? 'not measured' : meetsDemand ? 'in time' : 'too little';
  const price = pricePerHour === null ? 'no price' : `${formatMoney(pricePerHour)} an hour`;
  return [
    ['now', `${price}, ${meets}`],
    ['monthly savings', formatMoney(monthlySaving)],
  ] as const;
}

export const hardwareCommands = [adviseCommand];
