import { type Exchange, requestsAbout } from '../exchange.ts';

const { post } = requestsAbout('runs/search');

interface Seed {
  readonly name: string;
  readonly loss?: number | string;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly dataset?: string;
}

const seeds: readonly Seed[] = [
  {
    name: 'alpha',
    loss: 0.1,
    params: { lr: '0.1', 'batch size': '8' },
    tags: { kind: 'tree', 'dotted.key': 'x' },
    status: 'FINISHED',
  },
  { name: 'beta', loss: 0.2, params: { lr: '0.01' }, tags: { kind: 'Tree' }, status: 'FAILED', dataset: 'train' },
  { name: 'gamma', loss: 0.3, params: { lr: '0.10' }, tags: { kind: 'net' }, dataset: 'test' },
  { name: 'delta', loss: 'NaN', params: { lr: '1%' }, tags: { kind: 'n_t' } },
  { name: 'epsilon', loss: 'Infinity', tags: { kind: 'ÜBER' } },
  { name: 'zeta', loss: -1, params: { other: 'x' } },
  { name: "it's", params: { lr: '' } },
  { name: 'naked' },
];

const pairs = (values: Readonly<Record<string, string>> = {}) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

function seeded(seed: Seed, at: number): readonly Exchange[] {
  const run_id = `$s${at}`;
  const metrics =
    seed.loss === undefined
      ? []
      : [
          { key: 'loss', value: seed.loss, timestamp: 1, step: 0 },
          { key: 'val loss', value: at, timestamp: 1, step: 0 },
        ];
  const dataset = { name: seed.dataset ?? '', digest: `digest-${at}`, source_type: 's', source: 'x' };
  const context = [{ key: 'mlflow.data.context', value: `${seed.dataset}ing` }];
  return [
    post(
      `seed ${seed.name}`,
      'runs/create',
      {
        experiment_id: '$searchExp',
        run_name: seed.name,
        start_time: 1000 + at,
        user_id: at % 2 === 0 ? 'ada' : 'bob',
      },
      { keep: { [`s${at}`]: 'run.info.run_id' } },
    ),
    post(`seed values of ${seed.name}`, 'runs/log-batch', {
      run_id,
      metrics,
      params: pairs(seed.params),
      tags: pairs(seed.tags),
    }),
    ...(seed.status === undefined
      ? []
      : [post(`seed the end of ${seed.name}`, 'runs/update', { run_id, status: seed.status, end_time: 5000 + at })]),
    ...(seed.dataset === undefined
      ? []
      : [post(`seed the data of ${seed.name}`, 'runs/log-inputs', { run_id, datasets: [{ dataset, tags: context }] })]),
  ];
}

const comparisons = (key: string, operators: readonly string[], value: string) =>
  operators.map((operator) => `${key} ${operator} ${value}`);

const filters: readonly string[] = [
  ...comparisons('metrics.loss', ['=', '!=', '>', '>=', '<', '<='], '0.2'),
  ...comparisons('metrics.loss', ['LIKE', 'ILIKE', 'IN'], "'0.2'"),
  ...[
    'metric.loss > 0',
    'metrics.`val loss` > 2',
    'metrics."val loss" > 2',
    'metrics.loss > -2',
    'metrics.loss > 1e-1',
    'metrics.loss > +0.1',
  ],
  ...[
    "metrics.loss > '0.1'",
    'metrics.loss > abc',
    'metrics.nobody > 0',
    'metrics.nobody != 0',
    'metrics.loss > .1',
    'metrics.loss IS NULL',
  ],
  ...[
    'metrics.loss > 1e400',
    'metrics.loss < 99999999999999999999',
    'metrics.loss = NaN',
    'metrics.val loss > 2',
    'metrics. loss > 0',
  ],
  ...comparisons('params.lr', ['=', '!=', 'LIKE', 'ILIKE'], "'0.1'"),
  ...comparisons('params.lr', ['<', '>', '<=', '>='], "'0.1'"),
  ...[
    "param.lr = '0.1'",
    "parameter.lr = '0.1'",
    "parameters.lr = '0.1'",
    'params.lr = 0.1',
    "params.`batch size` = '8'",
    "params.lr LIKE '0.1%'",
  ],
  ...[
    "params.lr LIKE '1%%'",
    "params.lr IN ('0.1', '0.01')",
    "params.lr NOT IN ('0.1')",
    'params.lr IS NULL',
    'params.lr IS NOT NULL',
    "params.lr = ''",
    'params.lr = "0.1"',
  ],
  ...comparisons('tags.kind', ['=', '!=', 'LIKE', 'ILIKE'], "'tree'"),
  ...comparisons('tags.kind', ['<', '>', 'RLIKE'], "'tree'"),
  ...[
    "tags.kind LIKE 'n_t'",
    "tags.kind LIKE 'N%'",
    "tags.kind ILIKE 'N%'",
    "tags.kind ILIKE 'Über'",
    "tag.kind = 'net'",
    "tags.dotted.key = 'x'",
    "tags.`dotted.key` = 'x'",
  ],
  ...[
    'tags.kind = 5',
    'tags.kind IS NULL',
    'tags.kind IS NOT NULL',
    "tags.kind IN ('net')",
    "tags.mlflow.runName = 'alpha'",
    "tags.kind = 'a\\_b'",
    "tags.`kind` = 'net'",
  ],
  ...comparisons('attributes.status', ['=', '!=', 'LIKE', 'ILIKE'], "'FINISHED'"),
  ...[
    "status = 'finished'",
    "status ILIKE 'fin%'",
    "attribute.status = 'FAILED'",
    "attr.status = 'FAILED'",
    "run.status = 'FAILED'",
    "status IN ('FAILED')",
    'status = FINISHED',
    "status = 'DONE'",
  ],
  ...comparisons('attributes.run_name', ['=', '!=', 'LIKE', 'ILIKE'], "'alpha'"),
  ...[
    "run_name = 'alpha'",
    "`run name` = 'alpha'",
    "`Run name` = 'alpha'",
    "attributes.`Run Name` = 'alpha'",
    "run_name LIKE '%a'",
    `run_name = "it's"`,
    "run_name = 'it''s'",
    "run_name IN ('alpha')",
  ],
  ...[
    "attributes.run_id = '$s0'",
    "run_id != '$s0'",
    "run_id IN ('$s0', '$s1')",
    "run_id NOT IN ('$s0', '$s1')",
    "attributes.run_id in ('$s2')",
    'run_id IN ()',
    "run_id IN ('$s0',)",
    "run_id IN '$s0'",
    'run_id IN (5)',
    "run_id LIKE '%'",
    "run_id IN ('$s0' '$s1')",
  ],
  ...[
    "user_id = 'ada'",
    "user_id != 'ada'",
    "attributes.user_id LIKE 'b%'",
    "artifact_uri LIKE 'mlflow-artifacts:%'",
    "attributes.artifact_uri ILIKE 'MLFLOW%'",
  ],
  ...comparisons('attributes.start_time', ['=', '!=', '>', '>=', '<', '<='], '1003'),
  ...[
    'start_time > 1003.5',
    "start_time > '1003'",
    "start_time LIKE '1%'",
    'end_time > 0',
    'end_time = 5001',
    'end_time < 5001',
    'created > 1003',
    'attributes.Created > 1003',
    'end_time IS NULL',
  ],
  ...[
    "dataset.name = 'train'",
    "datasets.name = 'train'",
    "dataset.name LIKE 't%'",
    "dataset.name IN ('train', 'test')",
    "dataset.name NOT IN ('train')",
    "dataset.digest = 'digest-1'",
    "dataset.context = 'training'",
    "datasets.context != 'training'",
    "dataset.context ILIKE 'TRAIN%'",
    "dataset.source = 'x'",
    'dataset.name > 5',
  ],
  ...[
    "name = 'x'",
    "lifecycle_stage = 'active'",
    "experiment_id = '1'",
    "attributes.nobody = '1'",
    "nobody.x = '1'",
    "attributes.'status' = 'FAILED'",
  ],
  ...[
    'metrics.loss > 0.1 AND metrics.loss < 0.25',
    "metrics.loss > 0 and params.lr = '0.1'",
    "metrics.loss > 0 AND params.lr = '0.1' AND tags.kind = 'tree' AND status = 'FINISHED'",
    'metrics.loss > 0.1 OR metrics.loss < 0',
    '(metrics.loss > 0.1)',
    'NOT metrics.loss > 0.1',
    'metrics.loss > 0 AND',
    'metrics.loss > 0 metrics.loss < 1',
    'metrics.loss > 0; metrics.loss < 1',
    'metrics.loss',
    'metrics.loss >',
    '> 0',
    '   ',
    'metrics.loss>0.1',
    'metrics.loss > 0.1 -- note',
    'metrics.loss BETWEEN 0 AND 1',
    "params.lr='0.1'",
    '0.1 < metrics.loss',
    'metrics.loss => 0',
    'metrics.loss <> 0',
    'metrics.loss == 0.2',
    "tags.kind = 'a' 'b'",
    'metrics > 0',
    'loss > 0',
    "params.lr = '0.1",
  ],
];

const orders: readonly (readonly string[])[] = [
  ['metrics.loss'],
  ['metrics.loss ASC'],
  ['metrics.loss DESC'],
  ['metrics.`val loss` desc'],
  ['metrics."val loss" DESC'],
  ['metric.loss'],
  ['params.lr'],
  ['params.lr DESC'],
  ['parameters.lr DESC'],
  ['tags.kind'],
  ['tags.`kind` DESC'],
  ['attributes.start_time'],
  ['start_time DESC'],
  ['created'],
  ['`Created` DESC'],
  ['end_time'],
  ['end_time DESC'],
  ['run_name'],
  ['attributes.`Run Name` DESC'],
  ['status'],
  ['user_id', 'start_time ASC'],
  ['user_id DESC', 'metrics.loss ASC'],
  ['metrics.nobody', 'start_time'],
  ['params.nobody DESC'],
  ['metrics.loss', 'metrics.loss'],
  ['metrics.loss ASC', 'metrics.loss DESC'],
  ['start_time', 'attributes.start_time DESC'],
  ['start_time', 'created'],
  ['dataset.name'],
  ['nobody'],
  ['metrics.loss SIDEWAYS'],
  ['metrics.loss ASC ASC'],
  ['metrics'],
  [''],
  ['metrics.loss; start_time'],
  ['metrics.loss, start_time'],
  ["metrics.'loss'"],
  ['lifecycle_stage'],
];

const search = (name: string, message: Parameters<typeof post>[2]) => post(name, 'runs/search', message);
const all = { experiment_ids: ['$searchExp'] };

export const searchRuns: readonly Exchange[] = [
  post('an experiment for it', 'experiments/create', { name: 'search' }, { keep: { searchExp: 'experiment_id' } }),
  ...seeds.flatMap(seeded),
  post('delete the naked one', 'runs/delete', { run_id: '$s7' }),
  search('all', all),
  search('the deleted', { ...all, run_view_type: 'DELETED_ONLY' }),
  search('both', { ...all, run_view_type: 'ALL' }),
  search('both by number', { ...all, run_view_type: 3 }),
  search('a view that is none', { ...all, run_view_type: 'SOME' }),
  search('no experiments', {}),
  search('an empty list of experiments', { experiment_ids: [] }),
  search('an experiment that is not there', { experiment_ids: ['4711'] }),
  search('an experiment that is no number', { experiment_ids: ['abc'] }),
  search('experiments that are no list', { experiment_ids: '1' }),
  search('experiments as numbers', { experiment_ids: [1] }),
  search('the same experiment twice', { experiment_ids: ['$searchExp', '$searchExp'], max_results: 3 }),
  search('a page of 0', { ...all, max_results: 0 }),
  search('a page of -1', { ...all, max_results: -1 }),
  search('a page of text', { ...all, max_results: 'many' }),
  search('a page of 50000', { ...all, max_results: 50_000 }),
  search('a page of 50001', { ...all, max_results: 50_001 }),
  search('a page beyond 32 bits', { ...all, max_results: 3_000_000_000 }),
  post('first page', 'runs/search', { ...all, max_results: 3 }, { keep: { runPage: 'next_page_token' } }),
  search('second page', { ...all, max_results: 3, page_token: '$runPage' }),
  search('a page of exactly all', { ...all, max_results: 7 }),
  search('a page of one more than all', { ...all, max_results: 8 }),
  search('a token that is none', { ...all, page_token: 'nonsense' }),
  search('an empty token', { ...all, page_token: '', max_results: 1 }),
  search('a filter of a wrong type', { ...all, filter: ['x'] }),
  search('an order of a wrong type', { ...all, order_by: 5 }),
  ...filters.map((filter) => search(`filter ${filter}`, { ...all, filter, order_by: ['start_time'] })),
  ...orders.map((order_by) => search(`order ${JSON.stringify(order_by)}`, { ...all, order_by })),
];
