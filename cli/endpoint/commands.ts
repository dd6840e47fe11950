import { setTimeout as pause } from 'node:timers/promises';
import { getEndpointScaling } from '../../src/mlops/serving/autoscaling/schema.ts';
import { abortEndpoint, getEndpointRollout, promoteEndpoint } from '../../src/mlops/serving/rollouts/schema.ts';
import {
  deleteEndpoint,
  type EndpointDetail,
  getEndpoint,
  listEndpoints,
  rollBackEndpoint,
  setEndpointTraffic,
} from '../../src/mlops/serving/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import type { Client } from '../connection/client.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { findTextFiles, readTextFile } from '../text-files.ts';
import { healthCommand } from './health.ts';
import { metricsCommand } from './metrics.ts';
import { endpointsText, endpointText, rolloutText, scalingText } from './text.ts';

const LOOK_MS = 500;
const SHOWN_DECISIONS = 5;
const FAILED = 13;
const EXITS = { [FAILED]: 'the new revision did not become ready; the previous one stays live' };
const wait = { describe: 'Wait until the new revision has the traffic, or fails' };
const endpointWord = { endpoint: { describe: 'Name of the endpoint' } };

const applyCommand = command({
  path: ['endpoint', 'apply'],
  summary: 'Apply endpoints (YAML documents); traffic moves when the replicas are ready',
  example: 'steelyard endpoint apply -f ranker.yaml --wait',
  needs: 'server',
  options: {
    file: {
      value: 'FILE|DIR',
      short: 'f',
      required: true,
      repeat: true,
      describe: 'A YAML file, or a folder with all .yaml and .yml files below it',
    },
    wait,
  },
  exits: EXITS,
  run: async (context, { file, wait: isWaiting }) => {
    const client = await context.client();
    const documents = findTextFiles(file, /\.ya?ml$/i, '.yaml or .yml file').map(readTextFile);
    const { applied } = await client.call(postApply, { body: { documents, dryRun: false } });
    const names = applied.filter(({ kind }) => kind === 'Endpoint').map(({ name }) => name);
    const details = await Promise.all(names.map((endpoint) => readEndpoint(client, endpoint, isWaiting)));
    await context.answer({ applied, endpoints: details }, () => endpointsText(details, context));
    return isWaiting ? toExitCode(context, details) : 0;
  },
});

const listCommand = command({
  path: ['endpoint', 'list'],
  summary: 'List the endpoints with their live revisions',
  example: 'steelyard endpoint list',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listEndpoints);
    await context.answer(document, () => endpointsText(document.endpoints, context));
    if (document.endpoints.length === 0) await context.remark('No endpoint yet. steelyard endpoint apply -f FILE');
    return 0;
  },
});

const showCommand = command({
  path: ['endpoint', 'show'],
  summary: 'Show an endpoint: variants, replicas and cost of 1,000 predictions',
  example: 'steelyard endpoint show ranker',
  needs: 'server',
  positionals: endpointWord,
  run: async (context, { endpoint }) => {
    const client = await context.client();
    const params = { endpoint };
    const detail = await readEndpoint(client, endpoint, false);
    const scaling = await client.call(getEndpointScaling, { params, query: { limit: SHOWN_DECISIONS } });
    const { rollout } = await client.call(getEndpointRollout, { params });
    await context.answer({ ...detail, scaling, rollout }, () =>
      [endpointText(detail, context), scalingText(scaling, context), rolloutText(rollout, context)]
        .filter(Boolean)
        .join('\n\n'),
    );
  },
});

const deleteCommand = command({
  path: ['endpoint', 'delete'],
  summary: 'Delete an endpoint and its replicas; keep its cost records',
  example: 'steelyard endpoint delete ranker',
  needs: 'server',
  positionals: endpointWord,
  run: async (context, { endpoint }) => {
    const document = await (await context.client()).call(deleteEndpoint, { params: { endpoint } });
    await context.answer(document, () => `Deleted ${document.name}.`);
  },
});

const promoteCommand = command({
  path: ['endpoint', 'promote'],
  summary: 'Give an active canary all traffic and skip its remaining steps',
  example: 'steelyard endpoint promote ranker',
  needs: 'server',
  positionals: endpointWord,
  run: async (context, { endpoint }) => {
    const document = await (await context.client()).call(promoteEndpoint, { params: { endpoint } });
    await context.answer(document, () => rolloutText(document.rollout, context));
  },
});

const abortCommand = command({
  path: ['endpoint', 'abort'],
  summary: 'Abort an active canary; the live revision keeps the traffic',
  example: 'steelyard endpoint abort ranker',
  needs: 'server',
  positionals: endpointWord,
  run: async (context, { endpoint }) => {
    const document = await (await context.client()).call(abortEndpoint, { params: { endpoint } });
    await context.answer(document, () => rolloutText(document.rollout, context));
  },
});

const rollbackCommand = command({
  path: ['endpoint', 'rollback'],
  summary: 'Roll back to the previous live revision, or to another one',
  example: 'steelyard endpoint rollback ranker --wait\nsteelyard endpoint rollback ranker --revision 3',
  needs: 'server',
  positionals: endpointWord,
  options: { revision: { value: 'NUMBER', describe: 'Earlier live revision; default: the previous one' }, wait },
  exits: EXITS,
  run: async (context, { endpoint, revision, wait: isWaiting }) => {
    const client = await context.client();
    const body = revision === undefined ? {} : { revision: wholeNumber(revision) };
    await client.call(rollBackEndpoint, { params: { endpoint }, body });
    const detail = await readEndpoint(client, endpoint, isWaiting);
    await context.answer(detail, () => endpointText(detail, context));
    return isWaiting ? toExitCode(context, [detail]) : 0;
  },
});

const trafficCommand = command({
  path: ['endpoint', 'traffic'],
  summary: 'Change the traffic shares of the variants',
  example: 'steelyard endpoint traffic ranker --weight main=90 --weight canary=10',
  needs: 'server',
  positionals: endpointWord,
  options: {
    weight: {
      value: 'VARIANT=SHARE',
      repeat: true,
      required: true,
      describe: 'Share of a variant; variants not named get none',
    },
    wait,
  },
  exits: EXITS,
  run: async (context, { endpoint, weight, wait: isWaiting }) => {
    const client = await context.client();
    await client.call(setEndpointTraffic, { params: { endpoint }, body: { weights: parseWeights(weight) } });
    const detail = await readEndpoint(client, endpoint, isWaiting);
    await context.answer(detail, () => endpointText(detail, context));
    return isWaiting ? toExitCode(context, [detail]) : 0;
  },
});

async function readEndpoint(client: Client, endpoint: string, isWaiting: boolean): Promise<EndpointDetail> {
  for (;;) {
    const detail = await client.call(getEndpoint, { params: { endpoint } });
    if (!isWaiting || detail.state === 'live' || detail.state === 'failed') return detail;
    await pause(LOOK_MS);
  }
}

async function toExitCode(context: Context, details: readonly EndpointDetail[]): Promise<number> {
  const failed = details.filter(({ state }) => state === 'failed');
  for (const { name, newest } of failed) {
    await context.remark(
      `${name}: revision ${newest.revision} did not become ready: ${newest.reason ?? 'unknown reason'}`,
    );
  }
  return failed.length === 0 ? 0 : FAILED;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CommandError('invalid_request', `--revision ${text}: write the number of a revision.`);
}

/** `main=90`. */
function parseWeights(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name = '', share = ''] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(word) ?? [];
      if (name === '')
        throw new CommandError('invalid_request', `--weight ${word}: write VARIANT=SHARE, such as canary=10.`);
      return [name, Number(share)];
    }),
  );
}

export const endpointCommands = [
  applyCommand,
  listCommand,
  showCommand,
  healthCommand,
  metricsCommand,
  rollbackCommand,
  trafficCommand,
  promoteCommand,
  abortCommand,
  deleteCommand,
];
