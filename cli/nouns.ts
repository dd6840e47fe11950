import type { Command } from './frame/command.ts';
import { listNouns, type NounGroup, type NounLine, noun } from './frame/noun.ts';

/**
 * All nouns, in the order of `steelyard --help` and docs/cli.md. This file imports no command: a start loads only the module
 * of the noun in use, because the schemas of all of them take half a second.
 */
const serverLines: readonly NounLine[] = [
  {
    summary: 'Start a server, list servers; load demo data; move the lake',
    nouns: [
      noun('serve', [], async () => (await import('./serve.ts')).serveCommands),
      noun('server', ['list'], async () => (await import('./server-list.ts')).serverCommands),
      noun('demo', ['load', 'show', 'remove'], async () => (await import('./demo.ts')).demoCommands),
      noun('lake', ['status', 'move'], async () => (await import('./lake.ts')).lakeCommands),
    ],
  },
  {
    summary: 'Apply YAML documents: teams, sources, prices, budgets, policies',
    nouns: [noun('apply', [], async () => (await import('./apply.ts')).applyCommands)],
  },
  {
    summary: 'Log in to a server, log out, show the account',
    nouns: [
      noun('login', [], async () => (await import('./login.ts')).loginCommands),
      noun('logout', [], async () => (await import('./login.ts')).loginCommands),
      noun('whoami', [], async () => (await import('./login.ts')).loginCommands),
    ],
  },
  {
    summary: 'Check the settings, verify stored files, back up and restore',
    nouns: [
      noun('config', ['check', 'docs'], async () => (await import('./config.ts')).configCommands),
      noun('verify', [], async () => (await import('./verify.ts')).verifyCommands),
      noun('backup', ['create', 'list', 'restore'], async () => (await import('./backup.ts')).backupCommands),
    ],
  },
];

const BILL_VERBS = [
  'import',
  'deliveries',
  'revert',
  'prefer',
  'restatements',
  'provisional',
  'quality',
  'delete',
  'deletions',
  'diff',
  'row',
  'sync',
];
const FORECAST_VERBS = [
  'series',
  'list',
  'show',
  'make',
  'change add',
  'change list',
  'change switch',
  'change remove',
];
const ALLOCATION_VERBS = ['preview', 'apply', 'coverage', 'rules', 'unallocated', 'by-team-tag', 'reconcile'];

const costLines: readonly NounLine[] = [
  {
    summary: 'Import cloud bills, compare and revert deliveries',
    nouns: [
      noun('bill', BILL_VERBS, async () => [
        ...(await import('./bill.ts')).billCommands,
        ...(await import('./source.ts')).sourceCommands,
      ]),
      noun('source', ['delete', 'list'], async () => [
        ...(await import('./bill-deletion.ts')).billDeletionCommands,
        ...(await import('./source.ts')).sourceCommands,
      ]),
    ],
  },
  {
    summary: 'Query cost by any dimension, explain and export it',
    nouns: [
      noun(
        'cost',
        ['summary', 'to-date', 'rows', 'explain', 'export', 'dimensions'],
        async () => (await import('./cost.ts')).costCommands,
      ),
    ],
  },
  {
    summary: 'Allocate cost to teams and issue statements',
    nouns: [
      noun('allocation', ALLOCATION_VERBS, async () => (await import('./allocation.ts')).allocationCommands),
      noun('statement', ['list', 'show', 'issue'], async () => (await import('./statement.ts')).statementCommands),
    ],
  },
  {
    summary: 'Set budgets, forecast cost, detect anomalies',
    nouns: [
      noun(
        'budget',
        ['list', 'show', 'create', 'approve', 'refusals'],
        async () => (await import('./budget.ts')).budgetCommands,
      ),
      noun('forecast', FORECAST_VERBS, async () => (await import('./forecast.ts')).forecastCommands),
      noun('anomaly', ['detect', 'list', 'show', 'feedback', 'acknowledge', 'assign'], async () => [
        ...(await import('./anomaly.ts')).anomalyCommands,
        ...(await import('./anomaly-ledger.ts')).ledgerAnomalyCommands,
      ]),
    ],
  },
  {
    summary: 'Record usage and price it from price lists and exchange rates',
    nouns: [
      noun('usage', ['record', 'list'], async () => (await import('./usage.ts')).usageCommands),
      noun('price', ['list', 'show', 'import', 'learn'], async () => (await import('./price.ts')).priceCommands),
      noun('exchange-rate', ['import', 'list'], async () => (await import('./exchange-rate.ts')).exchangeRateCommands),
    ],
  },
  {
    summary: 'Price LLM tokens and check billed tokens against list prices',
    nouns: [noun('tokens', ['price', 'rates', 'bill'], async () => (await import('./tokens.ts')).tokenCommands)],
  },
];

const RECOMMEND_VERBS = [
  'list',
  'find',
  'show',
  'apply',
  'try',
  'dismiss',
  'undo',
  'keep',
  'policies',
  'delete-policy',
  'terms',
  'delete-terms',
  'acknowledge',
  'assign',
];
const GPU_VERBS = [
  'import',
  'pool',
  'imports',
  'idle',
  'pack',
  'containers',
  'holders',
  'efficiency',
  'outcomes',
  'rules',
  'sources',
  'sync',
  'watch',
];

const savingLines: readonly NounLine[] = [
  {
    summary: 'Find and apply savings; try changes under a guardrail on live traffic',
    nouns: [
      noun('recommend', RECOMMEND_VERBS, async () => (await import('./recommend.ts')).recommendCommands),
      noun(
        'optimization',
        ['propose', 'list', 'show', 'stop', 'resume', 'simulate'],
        async () => (await import('./optimization/commands.ts')).optimizationCommands,
      ),
    ],
  },
  {
    summary: 'Compare spot, commitments and hardware before a purchase',
    nouns: [
      noun('spot', ['advise', 'deadline'], async () => (await import('./purchase/spot.ts')).spotCommands),
      noun('commit', ['advise'], async () => (await import('./purchase/commitment.ts')).commitmentCommands),
      noun('hardware', ['advise'], async () => (await import('./purchase/hardware.ts')).hardwareCommands),
    ],
  },
  {
    summary: 'Import GPU telemetry; find idle GPUs, pack pods, report efficiency',
    nouns: [noun('gpu', GPU_VERBS, async () => (await import('./gpu.ts')).gpuCommands)],
  },
  {
    summary: 'Replay request traces against scaling policies',
    nouns: [noun('scale', ['replay'], async () => (await import('./scale.ts')).scaleCommands)],
  },
];

const trainingLines: readonly NounLine[] = [
  {
    summary: 'Run a metered command under a budget; list runs and experiments',
    nouns: [
      noun('run', ['list', 'show', 'delete', 'restore'], async () => [
        ...(await import('./metered/command.ts')).meteredRunCommands,
        ...(await import('./run.ts')).runCommands,
      ]),
      noun(
        'experiment',
        ['list', 'show', 'delete', 'restore'],
        async () => (await import('./experiment.ts')).experimentCommands,
      ),
    ],
  },
  {
    summary: 'Search hyperparameters under one budget',
    nouns: [noun('sweep', ['run'], async () => (await import('./sweep/command.ts')).sweepCommands)],
  },
  {
    summary: 'Run pipelines, resume and stop runs, show triggers',
    nouns: [
      noun(
        'pipeline',
        ['list', 'run', 'show', 'logs', 'resume', 'stop', 'triggers'],
        async () => (await import('./pipeline/commands.ts')).pipelineCommands,
      ),
    ],
  },
  {
    summary: 'Show the lineage of runs, models and data with their cost',
    nouns: [noun('lineage', ['show'], async () => (await import('./lineage.ts')).lineageCommands)],
  },
  {
    summary: 'Import from, mirror or export to another MLflow server',
    nouns: [noun('mlflow', ['import', 'mirror', 'export'], async () => (await import('./mlflow.ts')).mlflowCommands)],
  },
];

const ENDPOINT_VERBS = [
  'apply',
  'list',
  'show',
  'health',
  'metrics',
  'rollback',
  'traffic',
  'promote',
  'abort',
  'delete',
];

const modelLines: readonly NounLine[] = [
  {
    summary: 'List models and versions; show evidence, import outcomes of examples',
    nouns: [
      noun('model', ['list', 'show', 'scorecard'], async () => (await import('./model.ts')).modelCommands),
      noun('evidence', ['show'], async () => (await import('./evidence.ts')).evidenceCommands),
      noun('evaluation', ['import', 'list', 'show'], async () => (await import('./evaluation.ts')).evaluationCommands),
    ],
  },
  {
    summary: 'Gate model versions by quality and cost; replay and verify decisions',
    nouns: [
      noun('gate', ['check', 'approve', 'simulate'], async () => (await import('./gate.ts')).gateCommands),
      noun('policy', ['list'], async () => (await import('./gate.ts')).gateCommands),
      noun(
        'decision',
        ['list', 'show', 'replay', 'export', 'verify'],
        async () => (await import('./decision.ts')).decisionCommands,
      ),
    ],
  },
  {
    summary: 'Compare candidates of outcome files, fit cascades',
    nouns: [
      noun('decide', ['compare'], async () => (await import('./decide.ts')).decideCommands),
      noun('cascade', ['fit'], async () => (await import('./cascade.ts')).cascadeCommands),
    ],
  },
  {
    summary: 'Show the frontier of cost and quality, compute the effect of a change',
    nouns: [
      noun('frontier', ['show', 'evaluate'], async () => (await import('./frontier.ts')).frontierCommands),
      noun('whatif', [], async () => (await import('./whatif.ts')).whatIfCommands),
    ],
  },
  {
    summary: 'Import outcome events with amounts, show the value of model versions',
    nouns: [noun('value', ['import', 'show'], async () => (await import('./value.ts')).valueCommands)],
  },
  {
    summary: 'Show returns and payback; import units, show the cost per unit',
    nouns: [
      noun('roi', [], async () => (await import('./roi.ts')).roiCommands),
      noun('unit', ['import', 'list', 'show'], async () => (await import('./unit.ts')).unitCommands),
    ],
  },
  {
    summary: 'Serve models: apply, promote, roll back, change traffic',
    nouns: [noun('endpoint', ENDPOINT_VERBS, async () => (await import('./endpoint/commands.ts')).endpointCommands)],
  },
  {
    summary: 'Import labels, delete predictions of a subject',
    nouns: [
      noun('prediction', ['retention', 'delete'], async () => (await import('./prediction.ts')).predictionCommands),
      noun('label', ['import'], async () => (await import('./label.ts')).labelCommands),
    ],
  },
  {
    summary: 'Monitor models in production, list alerts, compare data for drift',
    nouns: [
      noun('monitor', ['list', 'show', 'evaluate'], async () => (await import('./monitor.ts')).monitorCommands),
      noun(
        'alert',
        ['list', 'show', 'mute', 'backtest', 'acknowledge', 'assign'],
        async () => (await import('./alert.ts')).alertCommands,
      ),
      noun(
        'drift',
        ['compare', 'profile', 'profiles', 'forget'],
        async () => (await import('./drift.ts')).driftCommands,
      ),
    ],
  },
  {
    summary: 'Manage retraining; count the things that need attention',
    nouns: [
      noun(
        'retraining',
        ['list', 'show', 'start', 'dismiss', 'test-set', 'training-set', 'score'],
        async () => (await import('./retraining.ts')).retrainingCommands,
      ),
      noun('attention', [], async () => (await import('./attention.ts')).attentionCommands),
    ],
  },
];

const administrationLines: readonly NounLine[] = [
  {
    summary: 'List teams, projects and environments; change team members',
    nouns: [
      noun('team', ['list', 'members', 'add', 'remove'], async () => (await import('./org.ts')).orgCommands),
      noun('project', ['list'], async () => (await import('./org.ts')).orgCommands),
      noun('environment', ['list'], async () => (await import('./org.ts')).orgCommands),
    ],
  },
  {
    summary: 'Manage accounts and tokens; list and verify the audit trail',
    nouns: [
      noun(
        'account',
        ['create', 'change', 'delete', 'list'],
        async () => (await import('./account.ts')).accountCommands,
      ),
      noun('token', ['create', 'list', 'revoke'], async () => (await import('./account.ts')).accountCommands),
      noun('audit', ['list', 'verify', 'export'], async () => (await import('./audit.ts')).auditCommands),
    ],
  },
  {
    summary: 'Report weekly and monthly; route notices and test the routes',
    nouns: [
      noun(
        'report',
        ['weekly', 'monthly', 'list', 'show', 'delete'],
        async () => (await import('./report.ts')).reportCommands,
      ),
      noun(
        'notification-route',
        ['list', 'show', 'test', 'deliveries', 'delete'],
        async () => (await import('./notification-route.ts')).notificationRouteCommands,
      ),
    ],
  },
  {
    summary: 'Run retention; list webhook deliveries; save and schedule views',
    nouns: [
      noun(
        'retention',
        ['deleted', 'list', 'preview', 'run', 'tables'],
        async () => (await import('./retention.ts')).retentionCommands,
      ),
      noun('webhook', ['deliveries', 'redeliver'], async () => (await import('./webhook.ts')).webhookCommands),
      noun(
        'view',
        ['list', 'show', 'save', 'delete', 'schedule', 'unschedule', 'send', 'message'],
        async () => (await import('./view.ts')).viewCommands,
      ),
    ],
  },
  {
    summary: 'Print the OpenAPI document and the reference of the command line',
    nouns: [
      noun('openapi', [], async () => (await import('./openapi.ts')).openapiCommands),
      noun('cli', ['docs'], async () => [(await import('./cli-docs.ts')).cliDocsCommand(loadAllCommands)]),
    ],
  },
];

export const nounGroups: readonly NounGroup[] = [
  { title: 'Server', lines: serverLines },
  { title: 'Cost', lines: costLines },
  { title: 'Savings', lines: savingLines },
  { title: 'Training', lines: trainingLines },
  { title: 'Models', lines: modelLines },
  { title: 'Administration', lines: administrationLines },
];

/** Every command in the order of its noun. Loads all modules: for docs/cli.md and tests. */
export async function loadAllCommands(): Promise<readonly Command[]> {
  return (await Promise.all(listNouns(nounGroups).map((each) => each.load()))).flat();
}
