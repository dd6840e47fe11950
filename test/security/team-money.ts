import { samplesText } from '../../src/finops/testing/gpus.ts';
import {
  BILL_DAY,
  BILL_MONTH,
  type Company,
  document,
  OWNERS,
  type Owner,
  secretOf,
  sendFile,
  TEAMS,
} from './team-owners.ts';

/** Hours of usage of each owner: with the price of one unit they make unmistakable amounts. */
export const METERED = { alpha: '3000.017', beta: '5000.023', nobody: '9000.041' } as const;
/** Tokens of each owner. */
export const TOKENS = { alpha: 310_007, beta: 520_003, nobody: 940_001 } as const;

const subjectOf = (owner: Owner) => (owner === 'nobody' ? {} : { team: owner });

/** Usage, tokens, GPU readings, reports and webhooks of each owner, and the numbers of their statements. */
export async function seedMoney(company: Company): Promise<Map<Owner, string>> {
  const { made } = company;
  const period = { start: `${BILL_DAY}T00:00:00Z`, end: `${BILL_DAY}T01:00:00Z` };
  await made('POST', '/api/v1/usage-intervals', {
    intervals: OWNERS.map((owner) => ({
      ...{ usage: `${owner}-usage`, subject: { ...subjectOf(owner), model: `${owner}-model` }, resource: 'machine' },
      ...{ quantity: METERED[owner], price: { amount: '1', currency: 'USD' }, period, origin: secretOf(owner) },
    })),
  });
  await made('POST', '/api/v1/token-usage', {
    records: OWNERS.map((owner) => ({
      ...{ usage: `${owner}-tokens`, subject: subjectOf(owner), model: `${secretOf(owner)}-llm` },
      ...{ at: period.start, inputTokens: TOKENS[owner], outputTokens: 0, origin: secretOf(owner) },
      user: `${owner}-user`,
    })),
  });
  await made('POST', '/api/v1/outcome-events', {
    events: OWNERS.map((owner) => ({
      ...{ id: `${owner}-outcome`, model: `${owner}-model`, at: period.start, amount: '1', currency: 'USD' },
      ...{ endpoint: `${owner}-endpoint`, customer: `${owner}-customer` },
    })),
  });
  await seedGpus(company);
  const { issued } = await made('POST', '/api/v1/statements/issues', { period: BILL_MONTH, allowProvisional: true });
  await made('POST', '/api/2.0/mlflow/webhooks', {
    ...{ name: 'hook', url: 'https://hooks.example.org/secretnobodycontent', status: 'ACTIVE' },
    events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }],
  });
  await company.apply(
    ...TEAMS.map((team) =>
      document('Report', `${team}-report`, {
        ...{ audience: 'platform', schedule: 'weekly', team, to: { routes: [`${team}-channel`] } },
      }),
    ),
    document('Report', 'nobody-report', {
      ...{ audience: 'finance', schedule: 'weekly', to: { routes: ['nobody-channel'] } },
    }),
    document('UnitDataset', 'nobody-units', { unit: 'order' }),
  );
  return new Map(
    (issued as { readonly team: string | null; readonly number: number }[]).map(({ team, number }) => [
      (team ?? 'nobody') as Owner,
      String(number),
    ]),
  );
}

/** One GPU of each owner, and one that each holds in turn. */
async function seedGpus(company: Company): Promise<void> {
  const day = BILL_DAY;
  const start = Date.parse(`${day}T00:00:00Z`) / 1000;
  const gpus = [...OWNERS.map((owner) => `${owner}-gpu`), 'shared-gpu'];
  const readings = Object.fromEntries(gpus.map((gpu) => [gpu, Array.from({ length: 120 }, () => 0)]));
  const columns = { gpu: 'gpu', time: 'time', value: 'value' };
  const sent = await sendFile(company, '/api/v1/uploads?name=samples.csv', samplesText(readings, { day }));
  await company.made('POST', '/api/v1/gpus/imports', {
    ...{ upload: sent.upload, name: 'samples.csv', ...columns, price: { amount: '2', currency: 'USD' } },
  });
  const span = (gpu: string, team: string, from: number, to: number) =>
    `${gpu},${start + from * 60},${start + to * 60},${team},${team === '' ? 'nobody' : team}-pod,host`;
  const lines = [
    'gpu,start,end,team,pod,host',
    ...TEAMS.map((team) => span(`${team}-gpu`, team, 0, 120)),
    span('nobody-gpu', '', 0, 120),
    span('shared-gpu', 'alpha', 0, 60),
    span('shared-gpu', 'beta', 60, 120),
  ];
  const holders = await sendFile(company, '/api/v1/uploads?name=holders.csv', `${lines.join('\n')}\n`);
  await company.made('POST', '/api/v1/gpus/holders/imports', {
    ...{ upload: holders.upload, name: 'holders.csv', gpu: 'gpu', start: 'start', end: 'end' },
    columns: { team: 'team', pod: 'pod', host: 'host' },
  });
}
