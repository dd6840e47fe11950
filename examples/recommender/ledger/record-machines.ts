import { recordUsage } from '../../../src/finops/metering/schema.ts';
import type { DemoClient } from '../demo/client.ts';
import { listMachineTimes, type MachineTime, toUsage } from './machine-usage.ts';

const EXPERIMENT = 'ranker-nightly';
/** The machines that train every night. */
const NIGHTLY = 'ranker-training';
/** Nights that are logged as a run. */
const NIGHTS = 14;
/** Intervals sent in one request. */
const BATCH = 1_000;

/**
 * Records who held which machine of the bill and when, so that metered usage and bill are one ledger. The latest nightly
 * trainings are runs: each has the cost of its machines. With `nightly` it records the machines of these trainings alone. Answers the number
 * of intervals.
 */
export async function recordMachines(client: DemoClient, asOf: Date, only?: 'nightly'): Promise<number> {
  const all = listMachineTimes(asOf);
  const times = only === undefined ? all : all.filter(({ fleet }) => fleet === NIGHTLY);
  const nights = [
    ...Map.groupBy(
      times.filter(({ fleet }) => fleet === NIGHTLY),
      ({ start }) => start,
    ),
  ]
    .toSorted(([one], [other]) => one - other)
    .filter(([, [first]]) => first !== undefined && first.end <= asOf.getTime())
    .slice(-NIGHTS);
  const runs = await logNights(client, nights);
  const intervals = times.map((time) => toUsage(time, time.fleet === NIGHTLY ? runs.get(time.start) : undefined));
  for (let from = 0; from < intervals.length; from += BATCH) {
    await client.call(recordUsage, { body: { intervals: intervals.slice(from, from + BATCH) } });
  }
  return intervals.length;
}

/** One finished run for each night; answers their ids by the start of the night. */
async function logNights(
  client: DemoClient,
  nights: readonly (readonly [number, readonly MachineTime[]])[],
): Promise<ReadonlyMap<number, string>> {
  const { experiment_id } = await client.mlflow<{ experiment_id: string }>('experiments/create', { name: EXPERIMENT });
  const runs = new Map<number, string>();
  for (const [start, machines] of nights) {
    const [first] = machines;
    if (first === undefined) continue;
    const { run } = await client.mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id,
      run_name: `night-${new Date(start).toISOString().slice(0, 10)}`,
      start_time: start,
      tags: [
        { key: 'steelyard.team', value: first.subject.team },
        { key: 'steelyard.project', value: first.subject.project },
      ],
    });
    const params = [
      { key: 'instance', value: first.instance },
      { key: 'machines', value: String(machines.length) },
    ];
    await client.mlflow('runs/log-batch', { run_id: run.info.run_id, params });
    await client.mlflow('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: first.end });
    runs.set(start, run.info.run_id);
  }
  return runs;
}
