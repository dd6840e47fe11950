import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { HOUR_MS } from '../../src/platform/units/durations.ts';
import { ClockMessage } from './demo/story-clock.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.steelyard/demo' },
    port: { type: 'string', default: '4610' },
    seed: { type: 'string', default: '1' },
    serve: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const data = resolve(values.data);
// The demo starts from nothing every time, so that its outcome is that of this run.
rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });

const { config } = loadConfig({
  environment: {},
  flags: { data, port: values.serve ? values.port : 0, logLevel: 'warn' },
});
// The clock begins an hour late and is moved to the present while savings are tried: a proof needs that much traffic. In the first hour of a
// month it would begin in the month before, whose bill is another one.
let behindMs = isFirstHourOfMonth(new Date()) ? 0 : HOUR_MS;
const application = await createApplication(config, { clock: { now: () => Date.now() - behindMs } });
const url = await listenOn(application.http, config);
if (values.serve) console.log(`The first pages are at ${url}. The demo fills them, in about a minute.\n`);

// Another process tells the story, so that the pages answer while models are trained.
const goOn = values.serve ? ['--go-on'] : [];
const story = fork(join(import.meta.dirname, 'demo/tell-story.ts'), [
  ...['--url', url, '--data', data, '--seed', values.seed],
  ...['--behind-ms', String(behindMs)],
  ...goOn,
]);
story.on('message', (message) => {
  behindMs = Math.min(behindMs, ClockMessage.parse(message).behindMs);
  // A job wakes the queue, which then runs all jobs that are due by the moved clock.
  const job = { kind: 'optimizations.look', payload: null };
  void application.jobs.enqueue(application.store, job).then(() => {
    if (story.connected) story.send({ behindMs });
  });
});
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isEnding = true;
    story.kill(signal);
  });
}
const [code] = await once(story, 'exit');
if (code !== 0 && !isEnding) {
  console.error('The demo ended early.');
  process.exitCode = 1;
}
await application[Symbol.asyncDispose]();
if (values.serve) process.exit();

function isFirstHourOfMonth(now: Date): boolean {
  return now.getUTCDate() === 1 && now.getUTCHours() === 0;
}
