import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { openDoors } from './doors.ts';
import { seedFindings } from './team-findings.ts';
import { seedMoney } from './team-money.ts';
import {
  BILL_DAY,
  BILL_MONTH,
  BILLED,
  type Caller,
  type Company,
  document,
  OWNERS,
  type Owner,
  type Seeded,
  secretOf,
  sendFile,
  TEAMS,
  type Team,
} from './team-owners.ts';

/** A PNG of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export async function openCompany(database: string): Promise<Company> {
  const doors = await openDoors({}, { database, processExecutor: 'on', accessReads: 'teams' });
  const headers = new Map<Caller, { readonly authorization: string }>();
  for (const role of ['admin', 'operator', 'finance', 'leader'] as const) headers.set(role, doors.as(role));
  const seeded = new Map<Owner, Seeded>();
  const call: Company['call'] = async (caller, method, url, body) => {
    const answer = await doors.application.http.inject({
      method: method as 'GET',
      url,
      headers: { host: 'localhost', ...headers.get(caller) },
      ...(body === undefined ? {} : { payload: body instanceof Uint8Array ? Buffer.from(body) : body }),
    });
    return { status: answer.statusCode, text: answer.body };
  };
  const made: Company['made'] = async (method, url, body) => {
    const answer = await call('admin', method, url, body);
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : JSON.parse(answer.text);
  };
  const apply: Company['apply'] = (...documents) =>
    made('POST', '/api/v1/apply', {
      documents: documents.map((one, index) => ({ file: `${index}.yaml`, text: JSON.stringify(one) })),
    });
  const company: Company = {
    ...{ doors, seeded, call, made, apply },
    [Symbol.asyncDispose]: () => doors[Symbol.asyncDispose](),
  };
  await apply(
    ...TEAMS.flatMap((team) => [
      document('Team', team, { description: secretOf(team) }),
      document('Project', `${team}-project`, { team, description: secretOf(team) }),
    ]),
  );
  for (const [name, team] of [
    ['alice', 'alpha'],
    ['bob', 'beta'],
    ['carol', null],
  ] as const) {
    headers.set(name, await join(company, name, team));
  }
  for (const owner of OWNERS) seeded.set(owner, await seedOwner(company, owner));
  await importBill(company);
  for (const [owner, statement] of await seedMoney(company))
    seeded.set(owner, { ...(seeded.get(owner) as Seeded), number: statement });
  return company;
}

/** An account without password, with a token. */
async function join({ made }: Company, name: Caller, team: Team | null) {
  await made('POST', '/api/v1/accounts', { name, role: 'contributor', password: null });
  const { secret } = await made('POST', '/api/v1/tokens', { label: 'x', account: name });
  if (team !== null) await made('PUT', `/api/v1/teams/${team}/members/${name}`, { role: 'contributor' });
  return { authorization: `Bearer ${secret}` };
}

/** An evaluation of a run, with the name of its file. */
async function evaluate(company: Company, runId: string, name: string): Promise<string> {
  const { upload } = await sendFile(company, `/api/v1/evaluations/files?name=${name}`, 'id,correct\n1,true\n2,false\n');
  const columns = { id: 'id', correct: 'correct' };
  const { evaluation } = await company.made('POST', '/api/v1/evaluations', { runId, columns, upload });
  return evaluation.evaluation;
}

/** One of each thing; without an owner for `nobody`. */
async function seedOwner(company: Company, owner: Owner): Promise<Seeded> {
  const { made } = company;
  const secret = secretOf(owner);
  const work = await seedWork(company, owner);
  await company.apply(...listDocuments(owner));
  const { decision } = await made('POST', '/api/v1/gate-checks', { model: `${owner}-model`, version: '1' });
  await made('POST', '/api/v1/predictions', {
    predictions: [{ prediction: `${owner}-1`, model: `${owner}-model`, inputs: { x: secret }, output: secret }],
  });
  const subject = owner === 'nobody' ? {} : { team: owner };
  await made('POST', '/api/v1/forecasts/changes', {
    ...{ subject, from: '2026-11-01', dailyAmount: '1', currency: 'USD', what: secret },
  });
  const reservation = `${owner}-reservation`;
  await made('POST', '/api/v1/budget-reservations', {
    ...{ reservation, subject, resource: 'machine', quantity: '1', origin: secret },
  });
  const { run: pipelineRun } = await made('POST', `/api/v1/pipelines/${owner}-pipeline/runs`, {});
  const { view } = await made('POST', '/api/v1/views', {
    ...{ name: 'shared', path: '/costs', search: '?by=serviceName', sharing: 'all' },
  });
  return {
    ...(await seedFindings(company.doors.application.store, owner, secret)),
    ...work,
    ...{ decision, reservation, pipelineRun, view, number: '' },
    evaluation: await evaluate(company, work.run, `${secret}.csv`),
  };
}

type Work = Pick<Seeded, 'experiment' | 'run' | 'trace' | 'version' | 'loggedModel' | 'assessment'>;

/** An experiment with a run, its files, a model version and a trace. */
async function seedWork(company: Company, owner: Owner): Promise<Work> {
  const { made } = company;
  const mlflow = (path: string, body: object) => made('POST', `/api/2.0/mlflow/${path}`, body);
  const secret = secretOf(owner);
  const tags = owner === 'nobody' ? [] : [{ key: 'steelyard.team', value: owner }];
  const { experiment_id: experiment } = await mlflow('experiments/create', {
    name: `${owner}-experiment`,
    tags: [...tags, { key: 'note', value: secret }],
  });
  const { run: created } = await mlflow('runs/create', { experiment_id: experiment, run_name: `${owner}-run` });
  const run = created.info.run_id;
  await mlflow('runs/log-batch', {
    run_id: run,
    metrics: [{ key: `${secret}.metric`, value: 1, timestamp: 1 }],
    params: [{ key: `${secret}.param`, value: secret }],
    tags: [{ key: `${secret}.tag`, value: secret }],
  });
  const files = `/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts`;
  await made('PUT', `${files}/log.txt`, new TextEncoder().encode(`log of ${secret}`));
  await made('PUT', `${files}/image.png`, Buffer.from(PIXEL, 'base64'));
  await made('PUT', `${files}/model/model.onnx`, linearGraph([1, 1]));
  await mlflow('registered-models/create', { name: `${owner}-model`, tags, description: secret });
  const source = `runs:/${run}/model`;
  const { model_version: version } = await mlflow('model-versions/create', {
    ...{ name: `${owner}-model`, source, run_id: run, description: secret },
  });
  await mlflow('registered-models/alias', { name: `${owner}-model`, alias: 'newest', version: version.version });
  const { model } = await mlflow('logged-models', {
    ...{ experiment_id: experiment, name: `${owner}-logged`, source_run_id: run },
    params: [{ key: 'note', value: secret }],
  });
  const trace = `tr-${{ alpha: 'a', beta: 'b', nobody: 'c' }[owner].repeat(32)}`;
  await mlflow('traces', {
    trace: {
      trace_info: {
        trace_id: trace,
        trace_location: { mlflow_experiment: { experiment_id: experiment } },
        request_time: '2026-11-01T00:00:00Z',
        state: 'OK',
        request_preview: secret,
      },
    },
  });
  await sendSpan(company, { trace: trace.slice('tr-'.length), experiment, secret });
  const { assessment } = await mlflow(`traces/${trace}/assessments`, {
    assessment: {
      ...{ assessment_name: `${owner}-good`, feedback: { value: secret } },
      source: { source_type: 'HUMAN', source_id: 'x' },
    },
  });
  const ids = { loggedModel: model.info.model_id, assessment: assessment.assessment_id };
  return { experiment, run, trace, version: version.version, ...ids };
}

async function sendSpan(
  { doors }: Company,
  { trace, experiment, secret }: { readonly trace: string; readonly experiment: string; readonly secret: string },
): Promise<void> {
  const span = {
    ...{ traceId: trace, spanId: '1'.repeat(16), name: secret, startTimeUnixNano: '1793491200000000000' },
    endTimeUnixNano: '1793491201000000000',
  };
  const answer = await doors.application.http.inject({
    ...{ method: 'POST', url: '/v1/traces' },
    headers: { host: 'localhost', 'x-mlflow-experiment-id': experiment, ...doors.as('admin') },
    payload: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

function listDocuments(owner: Owner): object[] {
  const secret = secretOf(owner);
  const subject = owner === 'nobody' ? {} : { team: owner };
  const main = { model: `${owner}-model`, version: 1, backend: 'onnx', replicas: { min: 0, max: 1 } };
  return [
    document('Pipeline', `${owner}-pipeline`, { ...subject, steps: { train: { run: `echo ${secret}` } } }),
    document('Endpoint', `${owner}-endpoint`, {
      ...(owner === 'nobody' ? {} : { project: `${owner}-project` }),
      variants: { main },
    }),
    document('Monitor', `${owner}-monitor`, { model: `${owner}-model` }),
    document('Policy', `${owner}-policy`, {
      model: `${owner}-model`,
      currency: 'USD',
      quality: [{ metric: `${secret}.metric`, direction: 'higher', floor: '0.5' }],
      cost: [{ measure: 'trainingCost', atMost: '1' }],
    }),
    document('Budget', `${owner}-budget`, { subject, amount: '100', currency: 'USD' }),
    document('NotificationRoute', `${owner}-channel`, {
      ...{ match: owner === 'nobody' ? {} : { teams: [owner] }, to: { slack: { url: 'env:SLACK_OF_A_TEAM' } } },
    }),
  ];
}

/** A bill with a resource of each owner, and rules that allocate it. */
async function importBill(company: Company): Promise<void> {
  const [year = 0, month = 0] = BILL_MONTH.split('-').map(Number);
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, BILL_DAY.length);
  const line = (owner: Owner, day: string, cost: string) =>
    `${cost},${cost},USD,${BILL_MONTH}-01T00:00:00Z,${day}T00:00:00Z,${day}T01:00:00Z,1,${secretOf(owner)}service,${owner}-resource,"{""team"":""${owner}""}"`;
  // The first and the last day are billed, too, so that the month is complete.
  const linesOf = (owner: Owner) => [
    line(owner, `${BILL_MONTH}-01`, '0'),
    line(owner, BILL_DAY, BILLED[owner]),
    line(owner, last, '0'),
  ];
  const header =
    'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ResourceId,Tags';
  const { upload } = await sendFile(
    company,
    '/api/v1/uploads?name=bill.csv',
    `${[header, ...OWNERS.flatMap(linesOf)].join('\n')}\n`,
  );
  await company.made('POST', '/api/v1/bill/imports', { source: 'aws', files: [{ upload, name: 'bill.csv' }] });
  const rules = TEAMS.map((team) => ({ name: `${team}-rule`, match: { 'tag:team': team }, subject: { team } }));
  await company.apply(document('AllocationRules', 'rules', { rules }));
}
