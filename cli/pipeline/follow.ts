import { setTimeout as pause } from 'node:timers/promises';
import { getPipelineRun, isOver, type PipelineRun, pipelineStepLog } from '../../src/mlops/pipelines/schema.ts';
import type { Client } from '../connection/client.ts';
import type { Context } from '../frame/context.ts';
import { formatMoney } from '../output/amounts.ts';
import { createProgress } from '../output/progress.ts';

const LOOK_MS = 500;

interface Followed {
  readonly pipeline: string;
  readonly run: string;
}

/** Waits until a run is over, with its progress on the terminal. */
export async function waitFor({ client: clientOf, io, globals }: Context, followed: Followed): Promise<PipelineRun> {
  const client = await clientOf();
  const progress = createProgress(io.err, globals.json);
  for (;;) {
    const now = await client.call(getPipelineRun, { params: followed });
    if (isOver(now.state)) {
      await progress.clear();
      return now;
    }
    const { good, bad, skipped } = now.steps;
    const running = now.stepList.filter(({ state }) => state === 'running').map(({ step }) => step);
    const cost = formatMoney(now.cost);
    const label = `#${now.number} ${running.join(', ') || now.state}${cost === null ? '' : `, ${cost}`}`;
    progress.show(label, (good + bad + skipped) / Math.max(1, now.stepList.length));
    await pause(LOOK_MS);
  }
}

/** A log of a step. */
export interface LogOf {
  readonly step: string;
  /** Number of the node, from 0. */
  readonly node: number;
}

/** Writes the log of a step on one node, to its present end or, when followed, to the end of its last try. */
export async function writeLog(
  context: Context,
  followed: Followed,
  { step, node }: LogOf,
  follow: boolean,
): Promise<void> {
  const client = await context.client();
  let [from, attempt] = [0, 0];
  for (;;) {
    const part = await client.call(pipelineStepLog, {
      params: followed,
      query: { step, node, from, ...(attempt === 0 ? {} : { attempt }) },
    });
    if (part.text !== '') await context.io.out.write(part.text);
    [from, attempt] = [part.next, part.attempt];
    if (part.text !== '') continue;
    if (part.elsewhere) await context.remark('Another server runs this step: its log is here when it has ended.');
    if (!follow || (part.ended && (await isLast(client, followed, step, attempt)))) return;
    if (part.ended) [from, attempt] = [0, attempt + 1];
    else await pause(LOOK_MS);
  }
}

/** True if the step has no later attempt, neither started nor pending. */
async function isLast(client: Client, followed: Followed, step: string, attempt: number): Promise<boolean> {
  const { stepList } = await client.call(getPipelineRun, { params: followed });
  const found = stepList.find((one) => one.step === step);
  return found === undefined || (isOver(found.state) && found.attempt <= attempt);
}
