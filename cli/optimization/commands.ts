import { z } from 'zod';
import {
  getOptimization,
  listOptimizations,
  OptimizationState,
  resumeOptimization,
  stopOptimization,
} from '../../src/tradeoff/optimizations/schema.ts';
import { command } from '../frame/command.ts';
import { proposeCommand } from './propose.ts';
import { simulateCommand } from './simulate.ts';
import { optimizationsText, optimizationText } from './text.ts';

const optimization = { describe: 'Name of the optimization' } as const;
const reason = { value: 'TEXT', describe: 'Reason, recorded with the step' } as const;

const listCommand = command({
  path: ['optimization', 'list'],
  summary: 'List optimizations with their state, traffic and saving',
  example: 'steelyard optimization list\nsteelyard optimization list --endpoint ranker --state running',
  needs: 'server',
  options: {
    endpoint: { value: 'ENDPOINT', describe: 'Only of this endpoint' },
    state: {
      value: 'STATE',
      schema: z.enum(OptimizationState.options, `one of ${OptimizationState.options.join(', ')}`),
      describe: 'Only in this state, such as running or watched',
    },
  },
  run: async (context, { endpoint, state }) => {
    const query = { ...(endpoint === undefined ? {} : { endpoint }), ...(state === undefined ? {} : { state }) };
    const answer = await (await context.client()).call(listOptimizations, { query });
    await context.answer(answer, () => optimizationsText(answer.optimizations, context));
    if (answer.optimizations.length > 0) return 0;
    const isFiltered = Object.keys(query).length > 0;
    await context.remark(
      isFiltered ? 'No such optimization.' : 'No optimization yet. Propose one: steelyard optimization propose --help',
    );
    return 0;
  },
});

const showCommand = command({
  path: ['optimization', 'show'],
  summary: 'Show an optimization with its checks, saving and steps',
  example: 'steelyard optimization show smaller',
  needs: 'server',
  positionals: { optimization },
  run: async (context, { optimization: name }) => {
    const one = await (await context.client()).call(getOptimization, { params: { optimization: name } });
    await context.answer(one, () => optimizationText(one, context));
    return 0;
  },
});

const stopCommand = command({
  path: ['optimization', 'stop'],
  summary: 'Stop an optimization; before it is kept, traffic returns to the baseline',
  example: `steelyard optimization stop smaller --reason "a launch on Friday"
steelyard optimization stop smaller --undo`,
  needs: 'server',
  positionals: { optimization },
  options: { undo: { describe: 'Also undo a change that was kept; without it the change stays' }, reason },
  run: async (context, { optimization: name, undo, reason: why }) => {
    const body = { undo, ...(why === undefined ? {} : { reason: why }) };
    const one = await (await context.client()).call(stopOptimization, { params: { optimization: name }, body });
    await context.answer(one, () => optimizationText(one, context));
    return 0;
  },
});

const resumeCommand = command({
  path: ['optimization', 'resume'],
  summary: 'Start a stopped, rolled back or undone optimization again',
  example: 'steelyard optimization resume smaller --reason "labels arrive again"',
  needs: 'server',
  positionals: { optimization },
  options: { reason },
  run: async (context, { optimization: name, reason: why }) => {
    const body = why === undefined ? {} : { reason: why };
    const one = await (await context.client()).call(resumeOptimization, { params: { optimization: name }, body });
    await context.answer(one, () => optimizationText(one, context));
    return 0;
  },
});

export const optimizationCommands = [
  proposeCommand,
  listCommand,
  showCommand,
  stopCommand,
  resumeCommand,
  simulateCommand,
];
