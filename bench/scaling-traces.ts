import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { poisson } from '../src/mlops/scaling/seeded-traces.testing.ts';
import type { Trace } from '../src/mlops/scaling/simulation.ts';
import { readTrace } from '../src/mlops/scaling/trace-csv.ts';
import { seeded } from '../src/testing/random.ts';

/** A recorded trace and the source that it is of: parts of one recording are never on both sides of a validation. */
export interface RecordedTrace {
  readonly name: string;
  readonly source: string;
  /** Requests that one replica serves at a time. */
  readonly concurrency: number;
  readonly trace: Trace;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** Rows of the rates of GenTD26 are so far apart. */
const RATE_ROW_SECONDS = 72.1;
const RATE_ROWS_SECONDS = 80_000;
const MOST_RATE = 3.3;

/** The recorded traces below a folder with `llm/` and `gpu/`, in the order of docs/benchmarks.md. */
export async function readRecordedTraces(folder: string): Promise<RecordedTrace[]> {
  const code = await readTrace(createReadStream(join(folder, 'llm/AzureLLMInferenceTrace_code_2023.csv')), {
    timeColumn: null,
    service: { by: 'tokens' },
  });
  const images = await readTrace(createReadStream(join(folder, 'llm/alibaba_genai2026_lora_request_trace.csv.gz')), {
    timeColumn: 'gmt_create',
    service: { by: 'column', column: 'exec_time_seconds' },
  });
  const middle = (code.atSeconds.at(-1) ?? 0) / 2;
  const tenthMidnight = 10 * DAY_SECONDS - 62_000;
  const [azure, alibaba] = ['Azure code', 'Alibaba images'];
  return [
    { name: 'Azure, LLM for code, 8 slots', source: azure, concurrency: 8, trace: code },
    { name: 'its first half', source: azure, concurrency: 8, trace: partOf(code, 0, middle) },
    { name: 'its second half', source: azure, concurrency: 8, trace: partOf(code, middle) },
    { name: 'the same, 4 slots', source: azure, concurrency: 4, trace: code },
    {
      name: 'Alibaba, images, 15–24 Nov 2024',
      source: alibaba,
      concurrency: 1,
      trace: partOf(images, 0, tenthMidnight),
    },
    {
      name: 'Alibaba, images, 25 Nov–8 Dec 2024',
      source: alibaba,
      concurrency: 1,
      trace: partOf(images, tenthMidnight),
    },
    { name: 'Alibaba, rates of GenTD26', source: 'GenTD26', concurrency: 8, trace: readRates(folder) },
    { name: 'Philly, run times ÷ 3600', source: 'Philly', concurrency: 8, trace: readRunTimes(folder) },
  ];
}

/** Requests of `[fromSeconds, untilSeconds)`, counted from the first of them. */
function partOf(
  { atSeconds, serviceSeconds }: Trace,
  fromSeconds: number,
  untilSeconds = Number.POSITIVE_INFINITY,
): Trace {
  const from = atSeconds.findIndex((at) => at >= fromSeconds);
  const after = atSeconds.findIndex((at) => at >= untilSeconds);
  const until = after === -1 ? atSeconds.length : after;
  const first = atSeconds[from] ?? 0;
  return {
    atSeconds: atSeconds.slice(from, until).map((at) => at - first),
    serviceSeconds: serviceSeconds.slice(from, until),
  };
}

/** Arrivals drawn from the recorded requests a second, lognormal service of 20 s. */
function readRates(folder: string): Trace {
  const rateAt = new Map<number, number>();
  for (const line of readLines(join(folder, 'gpu/alibaba-gentd26-qps.csv.gz'))) {
    const [time, rate, , kind] = line.split(',');
    if (kind === 'API Requests') rateAt.set(Number(time), (rateAt.get(Number(time)) ?? 0) + Number(rate));
  }
  const rates = [...rateAt].toSorted(([one], [other]) => one - other).map(([, rate]) => rate);
  const rate = (at: number) => rates[Math.min(rates.length - 1, Math.floor(at / RATE_ROW_SECONDS))] ?? 0;
  return poisson(5, RATE_ROWS_SECONDS, rate, MOST_RATE, { meanSeconds: 20, spread: 0.8 });
}

/** Three requests a second for four hours; service times are drawn from the recorded run times, scaled from hours to seconds. */
function readRunTimes(folder: string): Trace {
  const runTimes = readLines(join(folder, 'gpu/philly_runtime.csv.gz'))
    .map(Number)
    .filter((seconds) => seconds > 0);
  const { atSeconds } = poisson(6, 4 * HOUR_SECONDS, () => 3, 3);
  const next = seeded(7);
  const draw = () => Math.min(60, (runTimes[Math.floor(next() * runTimes.length)] ?? 0) / HOUR_SECONDS);
  return { atSeconds, serviceSeconds: atSeconds.map(draw) };
}

/** Lines of a gzipped CSV, without its header. */
function readLines(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString().trim().split('\n').slice(1);
}
