import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import {
  call,
  catchProblem,
  deliverFiles,
  importFiles,
  postponeJobs,
  testApplication,
} from '../../testing/application.ts';
import { seeded } from '../../testing/random.ts';
import { formatDay, toDayNumber } from './days.ts';
import {
  addForecastChange,
  getForecast,
  getForecastCsv,
  type LedgerForecasts,
  listForecastChanges,
  listForecasts,
  listForecastsCsv,
  makeForecasts,
  removeForecastChange,
  switchForecastChange,
} from './schema.ts';

const NOW = Date.parse('2026-11-18T12:00:00Z');
const RULES = `
apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec: {rules: [{name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', project: '{tag:project}'}}]}
`;

let now = NOW;
let application: Application;
beforeEach(async () => {
  now = NOW;
  application = await testApplication({ clock: { now: () => now } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await postponeJobs(application, 'anomalies.judge');
});

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
const budget = (name: string, subject: string, amount: string, more = '') =>
  apply(`
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${name}}
spec: {subject: ${subject}, amount: '${amount}', currency: USD${more}}
`);

interface Charge {
  readonly day: string;
  readonly cost: string;
  readonly team?: string;
  readonly project?: string;
  readonly service?: string;
  readonly currency?: string;
}

function never(): never {
  throw new Error('there is no such forecast');
}

const HEADER = 'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,Tags';

function billOf(charges: readonly Charge[]): string {
  const lines = charges.map(({ day, cost, team, project, service = 'EC2', currency = 'USD' }) => {
    const tags = JSON.stringify({ team, project }).replaceAll('"', '""');
    return `${cost},${cost},${currency},${day.slice(0, 7)}-01,${day},${service},"${tags}"`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** Days from the first to the last, both included. */
function days(from: string, to: string): string[] {
  return Array.from({ length: toDayNumber(to) - toDayNumber(from) + 1 }, (_, index) =>
    formatDay(toDayNumber(from) + index),
  );
}

/** A week with quiet weekends, and noise. */
function usual(from: string, to: string, level: number, more: Omit<Charge, 'day' | 'cost'>, seed = 1): Charge[] {
  const next = seeded(seed);
  return days(from, to).map((day) => {
    const isQuiet = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
    return { day, cost: (level * (isQuiet ? 0.6 : 1) * (0.95 + 0.1 * next())).toFixed(2), ...more };
  });
}

/** The forecasts of the present inputs. A job may tell of a change that another job has to take up, so one drain is not enough. */
async function forecasts(query: { team?: string } = {}): Promise<LedgerForecasts> {
  for (;;) {
    await application.events.drain();
    await application.jobs.drain();
    const answer = await call(application, listForecasts, { query });
    if (answer.standing?.isCurrent !== false) return answer;
  }
}

const one = ({ forecasts: all }: LedgerForecasts, level: string, key: string | null, currency = 'USD') =>
  all.find((each) => each.level === level && each.key === key && each.currency === currency);

describe('forecasts of the ledger', () => {
  it('say of a month what is known and what is to come, beside how such forecasts did before', async () => {
    await apply(RULES);
    await budget('all', '{}', '2700');
    await budget('tight', '{team: recs}', '1500');
    const until = '2026-11-15';
    const charges = [
      ...usual('2026-06-01', until, 60, { team: 'recs', project: 'ranker' }, 1),
      ...usual('2026-06-01', until, 10, { team: 'recs', service: 'S3' }, 2),
      ...usual('2026-06-01', until, 30, { team: 'search', service: 'RDS' }, 3),
      ...usual('2026-06-01', until, 5, {}, 4),
    ];
    await importFiles(application, 'aws', { 'a.csv': billOf(charges) });
    const answer = await forecasts();
    expect(answer.standing).toMatchObject({ month: '2026-11', through: until, billedThrough: until, isCurrent: true });
    const total = one(answer, 'total', null);
    const known = sumDecimals(charges.filter(({ day }) => day >= '2026-11-01').map(({ cost }) => cost));
    expect(total?.known).toBe(known);
    // 21 working days and 9 of weekends
    const expected = 105 * (21 + 9 * 0.6);
    expect(Math.abs(Number(total?.forecast?.mean) - expected)).toBeLessThan(expected * 0.02);
    expect(Number(total?.forecast?.lo80)).toBeGreaterThan(Number(known));
    expect(Number(total?.forecast?.hi95)).toBeLessThan(expected * 1.1);
    expect(total?.backtest?.mase).toBeLessThan(1);
    expect(total?.backtest?.totalErrorRatio).toBeLessThan(0.05);
    expect(total).toMatchObject({ budget: 'all', breach: { limit: '2700' } });
    expect(total?.breach?.probability).toBeGreaterThan(0.8);
    expect(total?.breach?.day?.slice(0, 8)).toBe('2026-11-');
    expect(one(answer, 'budget', 'tight')?.breach).toMatchObject({ limit: '1500' });
    expect(one(answer, 'team', 'recs')?.breach?.limit).toBe('1500');
  });

  it('add up at every level, on every day and over the month', async () => {
    await apply(RULES);
    const charges = ['a', 'b', 'c'].flatMap((team, place) =>
      ['x', 'y'].flatMap((project, second) =>
        usual('2026-08-01', '2026-11-15', 3 ** place * (second + 1), { team, project, service: `S${second}` }, place),
      ),
    );
    await importFiles(application, 'aws', {
      'a.csv': billOf([...charges, ...usual('2026-10-20', '2026-11-15', 4, {})]),
    });
    const answer = await forecasts();
    const total = Number(one(answer, 'total', null)?.forecast?.mean);
    for (const level of ['team', 'project', 'service']) {
      const parts = answer.forecasts.filter((each) => each.level === level);
      const sum = parts.reduce((added, { forecast }) => added + Number(forecast?.mean), 0);
      expect(sum, level).toBeCloseTo(total, 0);
    }
    const ofA = answer.forecasts.filter(({ level, key }) => level === 'project' && key?.startsWith('a/'));
    const sumA = ofA.reduce((added, { forecast }) => added + Number(forecast?.mean), 0);
    expect(sumA).toBeCloseTo(Number(one(answer, 'team', 'a')?.forecast?.mean), 1);
    const daysOf = async (key: string | undefined, level: 'total' | 'team') =>
      (await call(application, getForecast, { query: { level, key } })).days;
    const whole = await daysOf(undefined, 'total');
    const parts = await Promise.all(['a', 'b', 'c', ''].map((key) => daysOf(key, 'team')));
    for (const [step, { mean }] of whole.entries()) {
      expect(parts.reduce((sum, part) => sum + (part[step]?.mean ?? 0), 0)).toBeCloseTo(mean, 6);
    }
    const narrowed = (await forecasts({ team: 'a' })).forecasts;
    expect(narrowed.map(({ level, key }) => `${level} ${key}`)).toEqual(['team a', 'project a/y', 'project a/x']);
  });

  it('expect a fee again on the 1st, and no spike that came once', async () => {
    const charges = usual('2026-06-01', '2026-11-28', 20, {});
    const fees = ['06', '07', '08', '09', '10', '11'].map((month) => ({
      day: `2026-${month}-01`,
      cost: '500',
      service: 'Fee',
    }));
    const spike = { day: '2026-11-11', cost: '900', service: 'EC2' };
    now = Date.parse('2026-12-01T12:00:00Z');
    await importFiles(application, 'aws', { 'a.csv': billOf([...charges, ...fees, spike]) });
    const answer = await forecasts();
    // the bill ends on 28 November: the 1st of December is to come
    expect(answer.standing?.month).toBe('2026-12');
    const december = 20 * (23 + 8 * 0.6) + 500;
    expect(Number(one(answer, 'total', null)?.forecast?.mean)).toBeGreaterThan(december * 0.95);
    expect(Number(one(answer, 'total', null)?.forecast?.mean)).toBeLessThan(december * 1.05);
    expect(Math.abs(Number(one(answer, 'service', 'Fee')?.forecast?.mean) - 500)).toBeLessThan(20);
  });

  it('know a planned change before the bill does, and count it once when the bill has it', async () => {
    await apply(RULES);
    const before = usual('2026-07-01', '2026-11-09', 50, { team: 'recs' });
    await importFiles(application, 'aws', { 'a.csv': billOf(before) });
    const without = Number(one(await forecasts(), 'total', null)?.forecast?.mean);
    const body = {
      subject: { team: 'search' },
      from: '2026-11-21',
      dailyAmount: '30',
      currency: 'USD',
      what: 'endpoint',
    };
    const added = await call(application, addForecastChange, { body });
    const answer = await forecasts();
    expect(Number(one(answer, 'total', null)?.forecast?.mean) - without).toBeCloseTo(300, 0);
    // a team that has cost nothing yet
    expect(Number(one(answer, 'team', 'search')?.forecast?.mean)).toBeCloseTo(300, 0);
    expect(one(answer, 'team', 'search')?.changes).toBe('300');
    const shown = await call(application, getForecast, { query: { level: 'team', key: 'search' } });
    expect(shown.changes).toMatchObject([{ change: added.change, what: 'endpoint', until: null }]);
    expect(shown.earlier).toEqual([]);
    // then it is there, at 30 a day, and the month is as it was forecast
    now = Date.parse('2026-11-29T12:00:00Z');
    const after = [
      ...before,
      ...usual('2026-11-10', '2026-11-27', 50, { team: 'recs' }, 9),
      ...days('2026-11-21', '2026-11-27').map((day) => ({ day, cost: '30', team: 'search' })),
    ];
    await importFiles(application, 'aws', { 'a.csv': billOf(after) });
    const later = await forecasts();
    expect(Number(one(later, 'team', 'search')?.forecast?.mean)).toBeCloseTo(300, 0);
    const [earlier] = (await call(application, getForecast, { query: { level: 'total' } })).earlier;
    expect(Number(earlier?.forecast.mean)).toBeCloseTo(without + 300, 0);
    expect(earlier?.through).toBe('2026-11-09');
    const { change } = await call(application, removeForecastChange, { params: { change: added.change } });
    expect(change).toBe(added.change);
    expect(await call(application, listForecastChanges)).toEqual({ changes: [] });
    const gone = call(application, removeForecastChange, { params: { change } });
    expect((await catchProblem(gone)).code).toBe('forecast_change_not_found');
  });

  it('grow by a factor, all of a team and what it is a part of, and once when the bill has it', async () => {
    await apply(RULES);
    const more = { service: 'S3', team: 'search' };
    const before = [
      ...usual('2026-07-01', '2026-11-09', 50, { team: 'recs', project: 'ranker' }),
      ...usual('2026-07-01', '2026-11-09', 20, more, 2),
    ];
    await importFiles(application, 'aws', { 'a.csv': billOf(before) });
    const plain = await forecasts();
    const meanOf = (of: LedgerForecasts, level: string, key: string | null) =>
      Number(one(of, level, key)?.forecast?.mean);
    const body = { subject: { team: 'recs' }, from: '2026-11-21', factor: '1.5', what: 'it grows by half' };
    await call(application, addForecastChange, { body });
    const grown = await forecasts();
    // 6 working days and 4 of weekends at 50, half of it more
    const added = meanOf(grown, 'team', 'recs') - meanOf(plain, 'team', 'recs');
    expect(added / (0.5 * 50 * (6 + 4 * 0.6))).toBeGreaterThan(0.95);
    expect(added / (0.5 * 50 * (6 + 4 * 0.6))).toBeLessThan(1.05);
    expect(Number(one(grown, 'team', 'recs')?.changes)).toBeCloseTo(added, 1);
    for (const [level, key] of [
      ['total', null],
      ['project', 'recs/ranker'],
    ] as const) {
      expect(meanOf(grown, level, key) - meanOf(plain, level, key), level).toBeCloseTo(added, 1);
    }
    expect(meanOf(grown, 'team', 'search')).toBeCloseTo(meanOf(plain, 'team', 'search'), 1);
    const services = grown.forecasts.filter(({ level }) => level === 'service');
    const sum = services.reduce((of, { forecast }) => of + Number(forecast?.mean), 0);
    expect(sum).toBeCloseTo(meanOf(grown, 'total', null), 1);
    const width = ({ forecast }: LedgerForecasts['forecasts'][number]) =>
      Number(forecast?.hi80) - Number(forecast?.lo80);
    expect(width(one(grown, 'team', 'recs') ?? never())).toBeGreaterThan(width(one(plain, 'team', 'recs') ?? never()));
    now = Date.parse('2026-11-29T12:00:00Z');
    const after = [
      ...before,
      ...usual('2026-11-10', '2026-11-20', 50, { team: 'recs', project: 'ranker' }, 9),
      ...usual('2026-11-21', '2026-11-27', 75, { team: 'recs', project: 'ranker' }, 8),
      ...usual('2026-11-10', '2026-11-27', 20, more, 7),
    ];
    await importFiles(application, 'aws', { 'a.csv': billOf(after) });
    const later = await forecasts();
    expect(Math.abs(meanOf(later, 'team', 'recs') / meanOf(grown, 'team', 'recs') - 1)).toBeLessThan(0.03);
    const everything = { subject: {}, from: '2026-11-29', factor: '0.5', what: 'prices are halved' };
    await call(application, addForecastChange, { body: everything });
    await budget('quarter', '{team: recs}', '20000', ', every: quarter');
    const halved = await forecasts();
    for (const [level, key] of [
      ['total', null],
      ['team', 'recs'],
      ['service', 'S3'],
    ] as const) {
      const known = Number(one(later, level, key)?.known);
      const [rest, was] = [meanOf(halved, level, key) - known, meanOf(later, level, key) - known];
      // one day of the three that are to come is before it
      expect(rest / was, level).toBeGreaterThan(0.6);
      expect(rest / was, level).toBeLessThan(0.8);
    }
    const ofQuarter = one(halved, 'budget', 'quarter');
    // 1.5 x 0.5: a quarter less than before, for 33 days
    expect(Number(ofQuarter?.changes)).toBeLessThan(-0.2 * 44 * 33);
    expect(Number(ofQuarter?.changes)).toBeGreaterThan(-0.3 * 44 * 33);
    const wrong = [
      { factor: '0' },
      { factor: '1' },
      { dailyAmount: '5', currency: 'USD' },
      { factor: undefined },
      { subject: { team: 'recs', model: 'x' } },
    ];
    for (const part of wrong) {
      const refused = call(application, addForecastChange, { body: { ...body, ...part } });
      expect((await catchProblem(refused)).code, JSON.stringify(part)).toBe('invalid_request');
    }
  });

  it('know from the bill when a commitment ends, unless somebody says otherwise', async () => {
    await apply(RULES);
    const head =
      'BilledCost,EffectiveCost,ContractedCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,CommitmentDiscountId,CommitmentDiscountType,CommitmentDiscountStatus,Tags';
    const covered = days('2026-08-01', '2026-11-15').flatMap((day) => {
      const period = `${day.slice(0, 7)}-01,${day},${formatDay(toDayNumber(day) + 1)},Usage,EC2,arn:aws:sp/sp-1,Savings Plan`;
      return [`0,6,10,USD,${period},Used,"{""team"":""recs""}"`, `0,1,0,USD,${period},Unused,`];
    });
    const bought = '100,0,100,USD,2026-08-01,2025-11-25,2026-11-25,Purchase,EC2,arn:aws:sp/sp-1,Savings Plan,,';
    const text = `${[head, ...covered, bought].join('\n')}\n`;
    await importFiles(application, 'aws', { 'a.csv': text });
    const answer = await forecasts();
    const [unused, used] = answer.changes.toSorted((a, b) => Number(a.dailyAmount) - Number(b.dailyAmount));
    const common = {
      from: '2026-11-25',
      origin: 'bill',
      isOn: true,
      what: 'Savings Plan sp-1 ends',
      commitment: 'arn:aws:sp/sp-1',
    };
    expect(used).toMatchObject({ ...common, subject: { team: 'recs', serviceName: 'EC2' }, dailyAmount: '4' });
    expect(unused).toMatchObject({ ...common, subject: { serviceName: 'EC2' }, dailyAmount: '-1' });
    expect(Number(one(answer, 'team', 'recs')?.changes)).toBeCloseTo(24, 6);
    expect(Number(one(answer, 'total', null)?.changes)).toBeCloseTo(18, 6);
    const change = used?.change ?? '';
    const off = await call(application, switchForecastChange, { params: { change }, body: { isOn: false } });
    expect(off.changes.map(({ isOn }) => isOn)).toEqual([false, false]);
    expect(one(await forecasts(), 'total', null)?.changes).toBe('0');
    await call(application, switchForecastChange, { params: { change }, body: { isOn: true } });
    const renewed = {
      subject: { team: 'recs' },
      from: '2026-11-25',
      dailyAmount: '2',
      currency: 'USD',
      what: 'renewed',
    };
    const stated = await call(application, addForecastChange, { body: { ...renewed, commitment: 'arn:aws:sp/sp-1' } });
    const said = await forecasts();
    expect(said.changes.map(({ what, isOn }) => [what, isOn]).toSorted()).toEqual([
      ['Savings Plan sp-1 ends', false],
      ['Savings Plan sp-1 ends', false],
      ['renewed', true],
    ]);
    expect(Number(one(said, 'total', null)?.changes)).toBeCloseTo(12, 6);
    for (const params of [{ change: stated.change }, { change: 'fc_none' }]) {
      const refused = call(application, switchForecastChange, { params, body: { isOn: false } });
      expect((await catchProblem(refused)).code).toBe('forecast_change_not_found');
    }
  });

  it('hold the last day for unfinished when the delivery came too soon behind it', async () => {
    const charges = usual('2026-09-01', '2026-11-17', 50, {});
    const partial = { day: '2026-11-18', cost: '4' };
    const text = billOf([...charges, partial]);
    await deliverFiles(application, 'aws', { 'a.csv': text }, { producedAt: '2026-11-18T12:00:00Z' });
    const answer = await forecasts();
    expect(answer.standing).toMatchObject({ through: '2026-11-16', billedThrough: '2026-11-18' });
    const { history, days: next } = await call(application, getForecast, { query: { level: 'total' } });
    expect(history.at(-1)).toEqual({ day: '2026-11-18', amount: '4', isWhole: false });
    expect(next[0]?.day).toBe('2026-11-17');
    expect(next[1]?.mean).toBeGreaterThan(40);
  });

  it('are made anew when a bill is restated, a budget changes, or a day passes, and say so until they are', async () => {
    const charges = usual('2026-09-01', '2026-11-15', 50, {});
    await importFiles(application, 'aws', { 'a.csv': billOf(charges) });
    const first = await forecasts();
    await budget('all', '{}', '1000');
    expect((await call(application, listForecasts)).standing?.isCurrent).toBe(false);
    await call(application, makeForecasts, { body: {} });
    const second = await forecasts();
    expect(second.standing?.isCurrent).toBe(true);
    expect(one(first, 'budget', 'all')).toBeUndefined();
    expect(one(second, 'budget', 'all')?.breach?.probability).toBe(1);
    const cheaper = charges.map((charge) => ({ ...charge, cost: (Number(charge.cost) / 2).toFixed(2) }));
    await importFiles(application, 'aws', { 'a.csv': billOf(cheaper) });
    const third = await forecasts();
    expect(Number(one(third, 'total', null)?.forecast?.mean)).toBeLessThan(
      Number(one(second, 'total', null)?.forecast?.mean) * 0.55,
    );
    expect(third.standing?.deliveries).not.toEqual(second.standing?.deliveries);
    now += 24 * 3_600_000;
    expect((await call(application, listForecasts)).standing?.isCurrent).toBe(false);
  });

  it('of one currency are not set against a budget with charges in another', async () => {
    await apply(RULES);
    await budget('all', '{}', '2000');
    await budget('search', '{team: search}', '500');
    await budget('vision', '{team: vision}', '500');
    const charges = [
      ...usual('2026-09-01', '2026-11-15', 20, { team: 'search' }),
      ...usual('2026-09-01', '2026-11-15', 9, { team: 'search', currency: 'EUR' }, 3),
      ...usual('2026-09-01', '2026-11-15', 4, { team: 'vision' }, 4),
    ];
    await importFiles(application, 'clouds', { 'a.csv': billOf(charges) });
    const answer = await forecasts();
    for (const name of ['all', 'search']) {
      const found = one(answer, 'budget', name);
      expect(found).toMatchObject({ forecast: null, reason: expect.stringContaining('billed in EUR') });
    }
    expect(one(answer, 'total', null)).toMatchObject({
      breach: null,
      budget: null,
      forecast: { mean: expect.any(String) },
    });
    expect(one(answer, 'team', 'search')).toMatchObject({ breach: null, budget: null });
    expect(one(answer, 'budget', 'vision')?.breach).not.toBeNull();
    expect(one(answer, 'team', 'vision')?.budget).toBe('vision');
  });

  it('of two currencies are two, and a budget in one of them says so', async () => {
    const charges = [
      ...usual('2026-09-01', '2026-11-15', 50, {}),
      ...usual('2026-09-01', '2026-11-15', 9, { currency: 'EUR' }, 3),
    ];
    await budget('all', '{}', '1000');
    await budget('recs', '{team: recs}', '1000');
    await importFiles(application, 'aws', { 'a.csv': billOf(charges) });
    const answer = await forecasts();
    expect(Number(one(answer, 'total', null, 'EUR')?.forecast?.mean)).toBeLessThan(300);
    expect(Number(one(answer, 'total', null)?.forecast?.mean)).toBeGreaterThan(1000);
    // nothing was ever given to the team: a bill covers it, and it cost nothing
    expect(one(answer, 'budget', 'recs')).toMatchObject({
      forecast: { mean: '0' },
      breach: { probability: 0, day: null },
    });
  });

  it('of one day is none, with the reason', async () => {
    await importFiles(application, 'aws', { 'a.csv': billOf(usual('2026-11-03', '2026-11-03', 5, {})) });
    expect(one(await forecasts(), 'total', null)).toMatchObject({
      forecast: null,
      reason: expect.stringContaining('needs 7'),
    });
    expect((await call(application, getForecast, { query: { level: 'total' } })).history).toHaveLength(3);
  });

  it('say what is missing: a month without a bill, a budget that cuts a day, no bill at all', async () => {
    expect(await forecasts()).toMatchObject({
      standing: null,
      forecasts: [],
      reason: expect.stringContaining('bill import'),
    });
    const none = call(application, getForecast, { query: { level: 'total' } });
    expect((await catchProblem(none)).code).toBe('forecast_not_found');
    await budget('berlin', '{}', '1000', ', timeZone: Europe/Berlin');
    await budget('year', '{}', '30000', ', every: year');
    await budget('quarter', '{}', '9000', ', every: quarter');
    const charges = [...usual('2026-08-01', '2026-09-30', 50, {}), ...usual('2026-11-01', '2026-11-15', 50, {})];
    await importFiles(application, 'aws', { 'a.csv': billOf(charges) });
    const answer = await forecasts();
    expect(one(answer, 'budget', 'berlin')).toMatchObject({
      forecast: null,
      reason: expect.stringContaining('within a day'),
    });
    expect(one(answer, 'budget', 'quarter')).toMatchObject({ forecast: null, reason: 'No bill covers 2026-10-01.' });
    expect(one(answer, 'budget', 'year')?.forecast).toBeNull();
    expect(Number(one(answer, 'total', null)?.forecast?.mean)).toBeGreaterThan(1000);
  });

  it('are CSV too, and refuse what is no change', async () => {
    await importFiles(application, 'aws', { 'a.csv': billOf(usual('2026-09-01', '2026-11-15', 50, {})) });
    await forecasts();
    const list = await call(application, listForecastsCsv);
    expect(list.split('\r\n')[0]).toContain('level,key,currency,start,end,known,mean,lo80');
    expect(list.split('\r\n')[1]).toMatch(/^total,,USD,2026-11-01/);
    const lines = (await call(application, getForecastCsv, { query: { level: 'total' } })).split('\r\n');
    expect(lines.filter((line) => line.includes(',forecast,'))).toHaveLength(15);
    const body = { subject: {}, from: '2026-11-21', dailyAmount: '30', currency: 'USD', what: 'x' };
    for (const wrong of [
      { from: '2026-02-30' },
      { from: 'x-1' },
      { until: '2026-11-21' },
      { dailyAmount: '0' },
      { dailyAmount: '1e99' },
      { what: ' ' },
    ]) {
      const asked = call(application, addForecastChange, { body: { ...body, ...wrong } });
      expect((await catchProblem(asked)).code).toBe('invalid_request');
    }
  });
});
