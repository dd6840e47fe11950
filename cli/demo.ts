import { setTimeout as pause } from 'node:timers/promises';
import { type DemoData, getDemoData, loadDemoData, removeDemoData } from '../src/tradeoff/demo-data/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import { CommandError } from './frame/failure.ts';
import { createProgress, type Progress } from './output/progress.ts';

const POLL_MS = 250;

const loadCommand = command({
  path: ['demo', 'load'],
  summary: 'Load the demo data into an empty server: bills, runs, models, decisions, GPUs, monitors',
  example: 'steelyard demo load\nsteelyard demo load --url http://127.0.0.1:4610',
  needs: 'server',
  options: {},
  run: async (context) => {
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    await client.call(loadDemoData, { body: {} });
    const demo = await poll(client, progress, 'loading');
    await progress.clear();
    if (demo.failure !== null)
      throw new CommandError('demo_data_refused', `${demo.failure} Remove it: steelyard demo remove.`);
    await context.answer(
      demo,
      () => `${context.paint.good('Loaded')} the demo data. Remove them: steelyard demo remove`,
    );
    return 0;
  },
});

const removeCommand = command({
  path: ['demo', 'remove'],
  summary: 'Remove the demo data with everything that was added to them; the server restarts itself',
  example: 'steelyard demo remove',
  needs: 'server',
  options: {},
  run: async (context) => {
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    await client.call(removeDemoData, {});
    const demo = await poll(client, progress, 'removing');
    await progress.clear();
    await context.answer(demo, () => `${context.paint.good('Removed')} the demo data. The server is empty.`);
    return 0;
  },
});

const showCommand = command({
  path: ['demo', 'show'],
  summary: 'Show whether the server has demo data',
  example: 'steelyard demo show --json',
  needs: 'server',
  options: {},
  run: async (context) => {
    const demo = await (await context.client()).call(getDemoData, {});
    await context.answer(demo, () => demoText(demo));
    return 0;
  },
});

function demoText({ state, failure, refusal }: DemoData): string {
  if (state === 'none') return refusal ?? 'No demo data. Load them: steelyard demo load';
  if (state === 'failed') return failure ?? 'The load failed.';
  return state === 'loaded' ? 'Demo data are loaded.' : `Demo data: ${state}.`;
}

/** Asks until the state has changed. While the server restarts it does not answer. */
async function poll(client: Client, progress: Progress, during: DemoData['state']): Promise<DemoData> {
  for (;;) {
    const demo = await client.call(getDemoData, {}).catch((error: unknown) => {
      if (during === 'removing') return null;
      throw error;
    });
    if (demo !== null && demo.state !== during) return demo;
    progress.show(demo?.doing ?? 'Removing the demo data', demo === null ? null : demo.step / demo.steps);
    await pause(POLL_MS);
  }
}

export const demoCommands = [loadCommand, showCommand, removeCommand];
