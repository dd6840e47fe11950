import { expect, it } from 'vitest';
import { PipelineSpec } from '../schema.ts';

const problems = (engine: string, resources: object, more: object = {}) => {
  const parsed = PipelineSpec.safeParse({ engine, steps: { train: { run: 'x', resources } }, ...more });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

it.each<[string, object, object, string[]]>([
  ['kubernetes', { nodes: 4, queue: 'gpus', priority: 'urgent' }, {}, []],
  ['kubernetes', { priority: 'urgent' }, { queue: 'gpus' }, []],
  ['kubernetes', { priority: 'urgent' }, {}, ['steps.train.resources.priority: a priority requires a queue']],
  [
    'docker',
    { nodes: 2 },
    {},
    [
      'steps.train.resources.nodes: the docker engine runs a step on one node: several nodes require engine: kubernetes',
    ],
  ],
  [
    'process',
    { queue: 'gpus' },
    {},
    ['steps.train.resources.queue: the process engine has no queues: a queue requires engine: kubernetes'],
  ],
  ['process', {}, { queue: 'gpus' }, ['queue: the process engine has no queues: a queue requires engine: kubernetes']],
  ['process', { nodes: 1 }, {}, []],
])('%s with %j and %j has the problems %j', (engine, resources, more, found) => {
  expect(problems(engine, resources, more)).toEqual(found);
});

it.each([{ nodes: 0 }, { nodes: 65 }, { nodes: 1.5 }, { queue: 'Not a name' }])('%j is refused', (resources) => {
  expect(problems('kubernetes', resources)).toHaveLength(1);
});
