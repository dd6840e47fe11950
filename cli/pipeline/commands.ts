import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import {
  getPipelineRun,
  listPipelineRuns,
  listPipelines,
  type PipelineRun,
  resumePipelineRun,
  startPipelineRun,
  stopPipelineRun,
  uploadPipelineCode,
} from '../../src/mlops/pipelines/schema.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { localCode } from './code-archive.ts';
import { compared } from './compare.ts';
import { waitFor, writeLog } from './follow.ts';
import { junitReport, markdownReport } from './report.ts';
import { takenText } from './taken.ts';
import { capacityText, endText, pipelinesText, runsText, runText } from './text.ts';
import { triggersCommand } from './triggers.ts';

const EXITS = {
  10: 'a gate returns hold',
  11: 'a gate rejects the model version',
  12: 'a budget stopped it',
  13: 'a step failed',
  14: 'stopped by a user',
};

const listCommand = command({
  path: ['pipeline', 'list'],
  summary: 'List the pipelines, or the runs of one',
  example: 'steelyard pipeline list\nsteelyard pipeline list training',
  needs: 'server',
  positionals: { pipeline: { describe: 'Pipeline whose runs are listed', optional: true } },
  run: async (context, { pipeline }) => {
    const client = await context.client();
    if (pipeline === undefined) {
      const document = await client.call(listPipelines);
      await context.answer(document, () => pipelinesText(document.pipelines, context));
      if (document.pipelines.length === 0) await context.remark('No pipeline yet. steelyard apply -f steelyard.yaml');
      return 0;
    }
    const document = await client.call(listPipelineRuns, { params: { pipeline } });
    await context.answer(document, () => runsText(document.runs, context));
    if (document.runs.length === 0) await context.remark(`It was never run. steelyard pipeline run ${pipeline}`);
    return 0;
  },
});

const waiting = {
  wait: { describe: 'Wait for the end; the exit code gives the result' },
  junit: { value: 'FILE', describe: 'With --wait: write its steps as JUnit XML' },
  markdown: { value: 'FILE', describe: 'With --wait: write changes of quality and cost as Markdown' },
} as const;

const inputOptions = {
  param: { value: 'NAME=VALUE', repeat: true, describe: 'Parameter that differs from its default' },
  code: {
    value: 'FOLDER',
    describe: 'Send the code in this folder; of a Git work tree, tracked files and files that Git would add',
  },
} as const;

const runCommand = command({
  path: ['pipeline', 'run'],
  summary: 'Run a pipeline',
  example: `steelyard pipeline run training --code . --param lr=0.01 --wait
steelyard pipeline run training --ref main --wait --junit steps.xml --markdown comment.md`,
  needs: 'server',
  positionals: { pipeline: { describe: 'Name of the pipeline' } },
  options: {
    ...inputOptions,
    ref: { value: 'REF', describe: 'Branch, tag or commit of its source' },
    key: { value: 'KEY', describe: 'Idempotency key: the same key returns the same run' },
    ...waiting,
  },
  exits: EXITS,
  run: async (context, { pipeline, param, code, ref, key, ...after }) => {
    const client = await context.client();
    const sent = await sentCode(context, code);
    const body = {
      params: parseParams(param),
      ...sent,
      ...(ref === undefined ? {} : { ref }),
      ...(key === undefined ? {} : { requestKey: key }),
    };
    return finish(context, await client.call(startPipelineRun, { params: { pipeline }, body }), after);
  },
});

const resumeCommand = command({
  path: ['pipeline', 'resume'],
  summary: 'Resume a failed or stopped run and keep valid step results',
  example: 'steelyard pipeline resume training 12 --code . --wait',
  needs: 'server',
  positionals: { pipeline: { describe: 'Name of the pipeline' }, run: { describe: 'Number or id of the run' } },
  options: { ...inputOptions, ...waiting },
  exits: EXITS,
  run: async (context, { pipeline, run, param, code, ...after }) => {
    const client = await context.client();
    const body = { params: parseParams(param), ...(await sentCode(context, code)) };
    return finish(context, await client.call(resumePipelineRun, { params: { pipeline, run }, body }), after);
  },
});

const showCommand = command({
  path: ['pipeline', 'show'],
  summary: 'Show a run and its steps: cost, and the reason each one ran or was skipped',
  example: 'steelyard pipeline show training 12',
  needs: 'server',
  positionals: {
    pipeline: { describe: 'Name of the pipeline' },
    run: { describe: 'Number or id; default: the latest', optional: true },
  },
  run: async (context, { pipeline, run }) => {
    const client = await context.client();
    const document = await client.call(getPipelineRun, {
      params: { pipeline, run: run ?? (await latest(context, pipeline)) },
    });
    await context.answer(document, () =>
      [runText(document, context), takenText(document, context), capacityText(document, context)]
        .filter((part) => part !== '')
        .join('\n\n'),
    );
  },
});

const logsCommand = command({
  path: ['pipeline', 'logs'],
  summary: 'Print the log of a step',
  example: "steelyard pipeline logs training 12 --step 'train[lr=0.01]' -f",
  needs: 'server',
  positionals: {
    pipeline: { describe: 'Name of the pipeline' },
    run: { describe: 'Number or id; default: the latest', optional: true },
  },
  options: {
    step: { value: 'STEP', required: true, describe: 'Step, with its combination where it has a matrix' },
    node: {
      value: 'N',
      fallback: '0',
      schema: z.coerce.number().int().min(0).max(9_999),
      describe: 'Node of a step on several nodes, from 0',
    },
    follow: { short: 'f', describe: 'Continue until the step has ended' },
  },
  run: async (context, { pipeline, run, step, node, follow }) => {
    await writeLog(context, { pipeline, run: run ?? (await latest(context, pipeline)) }, { step, node }, follow);
    return 0;
  },
});

const stopCommand = command({
  path: ['pipeline', 'stop'],
  summary: 'Stop a run; running steps have a grace period',
  example: 'steelyard pipeline stop training 12',
  needs: 'server',
  positionals: { pipeline: { describe: 'Name of the pipeline' }, run: { describe: 'Number or id of the run' } },
  options: { wait: { describe: 'Wait until all steps have ended' } },
  run: async (context, { pipeline, run, wait }) => {
    const client = await context.client();
    const stopped = await client.call(stopPipelineRun, { params: { pipeline, run } });
    const document = wait ? await waitFor(context, { pipeline, run: stopped.run }) : stopped;
    await context.answer(document, () => runText(document, context));
  },
});

interface After {
  readonly wait: boolean;
  readonly junit: string | undefined;
  readonly markdown: string | undefined;
}

async function finish(context: Context, started: PipelineRun, { wait, junit, markdown }: After): Promise<number> {
  if (!wait) {
    await context.answer(started, () => `${started.pipeline} #${started.number} ${started.state}`);
    await context.remark(`steelyard pipeline show ${started.pipeline} ${started.number}`);
    return 0;
  }
  const run = await waitFor(context, { pipeline: started.pipeline, run: started.run });
  if (junit !== undefined) writeFileSync(junit, junitReport({ run }));
  if (markdown !== undefined) writeFileSync(markdown, markdownReport(await compared(await context.client(), run)));
  await context.answer(run, () => runText(run, context));
  if (run.state !== 'succeeded')
    await context.remark(`${endText(run)}. After the fix: steelyard pipeline resume ${run.pipeline} ${run.number}`);
  return toExitCode(run);
}

/** Exit code of the first failed step with a more specific meaning than a failed step. */
function toExitCode({ state, stepList }: PipelineRun): number {
  if (state === 'succeeded') return 0;
  const verdict = stepList.find((step) => step.kind === 'gate' && step.state === 'failed')?.values.verdict;
  if (verdict !== undefined) return verdict === 'hold' ? 10 : 11;
  if (state === 'failed') return 13;
  return stepList.some(({ state: one, reason }) => one === 'stopped' && reason?.startsWith('by ') !== true) ? 12 : 14;
}

async function latest(context: Context, pipeline: string): Promise<string> {
  const client = await context.client();
  const { runs } = await client.call(listPipelineRuns, { params: { pipeline }, query: { pageSize: 1 } });
  const [run] = runs;
  if (run !== undefined) return run.run;
  throw new CommandError(
    'pipeline_run_not_found',
    `Pipeline "${pipeline}" was never run. steelyard pipeline run ${pipeline}`,
    { pipeline },
  );
}

async function sentCode(context: Context, folder: string | undefined): Promise<{ code?: string; commit?: string }> {
  if (folder === undefined) return {};
  const { content, files, commit } = await localCode(folder);
  const { code } = await (await context.client()).upload(uploadPipelineCode, {}, content);
  await context.remark(`sent ${files} files of ${folder}${commit === null ? '' : ` at ${commit.slice(0, 10)}`}`);
  return { code, ...(commit === null ? {} : { commit }) };
}

/** `lr=0.01`: numbers and true/false as they are, the rest as text. */
function parseParams(words: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at <= 0) throw new CommandError('invalid_request', `--param ${word}: write NAME=VALUE.`);
      return [word.slice(0, at), paramValue(word.slice(at + 1))];
    }),
  );
}

function paramValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text;
}

export const pipelineCommands = [
  listCommand,
  runCommand,
  showCommand,
  logsCommand,
  resumeCommand,
  stopCommand,
  triggersCommand,
];
