import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startSmtpServer } from '../../../platform/mail/smtp-server.testing.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { createTelling } from '../../../platform/notices/index.ts';
import { startReceiver } from '../../../platform/outbound/receiver.testing.ts';
import { call, catchProblem, deliverFiles } from '../../../testing/application.ts';
import { recordUsage } from '../../metering/schema.ts';
import {
  drainAll,
  LINES,
  type Line,
  listDays,
  type MadeLedger,
  madeBill,
  openAnomalyLedger,
} from '../../testing/ledger.ts';
import type { Anomaly } from '../schema.ts';
import { getAnomaly, giveAnomalyFeedback, listAnomalies } from '../schema.ts';
import { announceAnomalies } from './index.ts';
import { AnomalySubscriptionSpec } from './schema.ts';
import { putSubscription } from './store.ts';
import { selectAnnounced } from './worth-telling.ts';

const RANKER: Line = {
  ...{ team: 'search', service: 'Amazon SageMaker', sku: 'ml.g5.xlarge', endpoint: 'ranker' },
  ...{ quantity: 120, price: 1.4 },
};
const MADE = { lines: [...LINES.slice(3), RANKER] };

/** Quoted-printable text without its soft line breaks. */
const unwrapLines = (text = '') => text.replaceAll(/=\r?\n/g, '');

async function withReceivers() {
  const [receiver, smtp] = [await startReceiver(), await startSmtpServer()];
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  onTestFinished(() => smtp[Symbol.asyncDispose]());
  const data = mkdtempSync(join(tmpdir(), 'steelyard-anomaly-notices-'));
  writeFileSync(join(data, 'smtp'), `smtp://me:pw@127.0.0.1:${smtp.port}`);
  const settings = {
    ...{ data, smtpUrl: `file:${join(data, 'smtp')}`, smtpFrom: 'steelyard@example.org' },
    ...{ webhookAllowedHosts: `127.0.0.1:${receiver.port}`, publicUrl: 'https://steelyard.example.org' },
    anomalyMinImpactPercent: 0,
  };
  const types = () =>
    receiver.received.map(({ body }) => JSON.parse(body)).map(({ type, data: { anomaly } }) => [type, anomaly.measure]);
  return { receiver, smtp, settings, types };
}

const subscribe = ({ application }: MadeLedger, name: string, spec: string) =>
  call(application, postApply, {
    body: {
      documents: [
        {
          file: 'a.yaml',
          text: `apiVersion: steelyard/v1\nkind: AnomalySubscription\nmetadata: {name: ${name}}\nspec: {${spec}}\n`,
        },
      ],
    },
  });

/** A usage interval a day that counts the predictions of the endpoint; fewer from a day on. */
async function serve({ application }: MadeLedger, days: readonly string[], countOf: (day: string) => number) {
  const intervals = days.map((day) => ({
    usage: `ranker-${day}`,
    subject: { endpoint: 'ranker', model: 'ranker', purpose: 'inference' as const },
    ...{ resource: 'gpu:A10G', quantity: '1', price: { amount: '1', currency: 'USD' }, origin: 'test' },
    period: { start: `${day}T00:00:00Z`, end: `${day}T23:59:59Z` },
    predictions: countOf(day),
  }));
  await call(application, recordUsage, { body: { intervals } });
}

describe('what predictions cost', () => {
  it('is an anomaly when fewer are bought for the same money, told once, also after a restart and by two at a time', async () => {
    const { receiver, smtp, settings, types } = await withReceivers();
    const [all, first] = [listDays('2026-10-01', '2026-11-14'), listDays('2026-10-01', '2026-11-11')];
    const count = (day: string) =>
      (day >= '2026-11-09' ? 0.5 : 1) * (['0', '6'].includes(String(new Date(day).getUTCDay())) ? 80_000 : 100_000);
    const toMe = `notify: [{webhook: {url: "${receiver.url}"}}, {email: {to: ml@example.org}}]`;
    {
      await using ledger = await openAnomalyLedger('2026-11-12T12:00:00Z', settings);
      await subscribe(ledger, 'search', `of: {endpoint: ranker}, ${toMe}`);
      await subscribe(ledger, 'large', `leastImpact: {amount: "100000", currency: USD}, ${toMe}`);
      const bad = subscribe(ledger, 'bad', 'notify: [{webhook: {url: "https://169.254.169.254/x"}}]');
      expect((await catchProblem(bad)).code).toBe('manifest_invalid');
      await serve(ledger, first, count);
      await ledger.deliver(first, MADE);
      const { anomalies, totals } = await call(ledger.application, listAnomalies, {});
      expect(anomalies).toMatchObject([
        {
          measure: 'cost_per_1000_predictions',
          ...{ kind: 'spike', direction: 'over', state: 'open', start: '2026-11-09', unit: '1,000 predictions' },
          slice: [{ dimension: 'endpoint', value: 'ranker' }],
        },
      ]);
      const [{ id = '', impact = '', sentence = '' } = {}] = anomalies;
      expect(sentence).toMatch(
        /^1,000 predictions of endpoint ranker rose (by \d+ %|[\d.]+x), from \$1\.\d+ to \$3\.\d+, mostly by /,
      );
      expect(totals).toMatchObject([{ over: '0', under: '0', wasted: impact, gained: '0', anomalies: 1 }]);
      const { evidence } = await call(ledger.application, getAnomaly, { params: { anomaly: id } });
      expect(evidence?.cost.change).toBe(impact);
      expect(evidence?.rows[0]).toMatchObject({ values: { endpoint: 'ranker', skuId: 'ml.g5.xlarge' } });
      expect(evidence?.rows[0]?.filter).toContain('endpoint=ranker');
      // About half of the endpoint's cost on these days is waste.
      expect(Number(impact) / (3 * 120 * 1.4 * 0.5)).toBeGreaterThan(0.8);
      expect(Number(impact) / (3 * 120 * 1.4 * 0.5)).toBeLessThan(1.2);
      expect(types()).toEqual([['steelyard.anomaly.opened', 'cost_per_1000_predictions']]);
      expect(smtp.taken).toMatchObject([{ to: ['ml@example.org'] }]);
      expect(unwrapLines(smtp.taken[0]?.content)).toContain(`https://steelyard.example.org/anomalies/${id}`);
    }
    await using ledger = await openAnomalyLedger('2026-11-15T12:00:00Z', settings);
    await serve(ledger, all.slice(-3), count);
    await ledger.deliver(listDays('2026-11-01', '2026-11-14'), MADE);
    const { anomalies } = await call(ledger.application, listAnomalies, {});
    expect(anomalies).toMatchObject([{ state: 'open', end: '2026-11-14' }]);
    expect(types()).toHaveLength(1);
    const { application } = ledger;
    const target = { webhook: { url: receiver.url } };
    await putSubscription(application.store, 'second', AnomalySubscriptionSpec.parse({ notify: [target] }));
    const deps = {
      ...createTelling(application.config),
      ...{
        store: application.store,
        clock: { now: () => 0 },
        publicUrl: null,
        minImpactPercent: 0,
      },
    };
    await Promise.all([announceAnomalies(deps), announceAnomalies(deps)]);
    await drainAll(application);
    expect(types()).toHaveLength(2);
    await call(application, giveAnomalyFeedback, {
      params: { anomaly: anomalies[0]?.id ?? '' },
      body: { verdict: 'expected' },
    });
    await subscribe(ledger, 'third', toMe);
    await drainAll(application);
    expect(types()).toHaveLength(2);
  });
});

describe('a region that seems to begin, because its newest month came first', () => {
  it('is told, and told as withdrawn when its history comes', async () => {
    const { receiver, settings } = await withReceivers();
    await using ledger = await openAnomalyLedger('2026-11-15T12:00:00Z', settings);
    await subscribe(ledger, 'all', `notify: [{webhook: {url: "${receiver.url}"}}]`);
    const eastus: Line = { team: 'ads', service: 'Virtual Machines', sku: 'NC24', quantity: 300, price: 9 };
    const deliver = async (source: string, days: readonly string[], lines: readonly Line[]) => {
      for (const [period, of] of Map.groupBy(days, (day) => day.slice(0, 'YYYY-MM'.length))) {
        const producedAt = '2026-11-15T12:00:00Z';
        const files = { [`${period}.csv`]: madeBill(of, { lines }) };
        await deliverFiles(ledger.application, source, files, { period, producedAt });
      }
      await drainAll(ledger.application);
    };
    await deliver('aws', listDays('2026-09-01', '2026-11-14'), LINES.slice(0, 2));
    await deliver('azure', listDays('2026-11-01', '2026-11-14'), [{ ...eastus, account: '777', region: 'eastus' }]);
    const { anomalies } = await call(ledger.application, listAnomalies, {});
    expect(anomalies).toMatchObject([{ counts: true, start: '2026-11-01', direction: 'over' }]);
    await deliver('azure', listDays('2026-09-01', '2026-10-31'), [{ ...eastus, account: '777', region: 'eastus' }]);
    const after = await call(ledger.application, listAnomalies, {});
    expect(after.anomalies.find(({ id }) => id === anomalies[0]?.id)).toMatchObject({ state: 'withdrawn' });
    expect(after.anomalies.filter(({ counts }) => counts)).toEqual([]);
    expect(after.totals).toEqual([]);
    const told = receiver.received.map(({ body }) => JSON.parse(body)).map(({ type, subject }) => [type, subject]);
    expect(told).toEqual([
      ['steelyard.anomaly.opened', anomalies[0]?.id],
      ['steelyard.anomaly.withdrawn', anomalies[0]?.id],
    ]);
  });
});

describe('a subscription', () => {
  let anomaly: Anomaly;
  beforeAll(() => {
    anomaly = {
      ...{
        id: 'an_0123456789abcdef',
        measure: 'cost',
        kind: 'spike',
        direction: 'over',
        state: 'open',
        mergedInto: null,
      },
      ...{
        slice: [{ dimension: 'team', value: 'ads' }],
        except: [],
        seenIn: [[]],
        start: '2026-11-05',
        end: '2026-11-08',
      },
      ...{ days: 4, currency: 'USD', unit: null, actual: '300', expected: '200', impact: '100', differences: [] },
      ...{
        title: 'ads',
        sentence: 'It rose.',
        foundAt: '2026-11-09T00:00:00Z',
        restatement: null,
        feedback: null,
        ...{ related: [], repeats: [], spend: [], isMinor: false, assigned: null, work: null },
        counts: true,
      },
    };
  });
  const told = (spec: Partial<AnomalySubscriptionSpec>, changed: Partial<Anomaly> = {}, through = '2026-11-09') => {
    const parsed = AnomalySubscriptionSpec.parse({ notify: [{ email: { to: 'a@b' } }], ...spec });
    return selectAnnounced(parsed, [{ ...anomaly, ...changed }], { through, gpusThrough: null }).length === 1;
  };

  it.each<[string, Parameters<typeof told>, boolean]>([
    ['takes all where it asks for nothing', [{}], true],
    ['takes those of its team', [{ of: { team: 'ads' } }], true],
    ['leaves out other teams', [{ of: { team: 'maps' } }], false],
    ['leaves out what is not of all that it names', [{ of: { team: 'ads', endpoint: 'x' } }], false],
    ['leaves out the other side', [{ direction: 'under' }], false],
    ['leaves out other measures', [{ measures: ['gpu_idle_cost'] }], false],
    ['takes what is as large as it says', [{ leastImpact: { amount: '100', currency: 'USD' } }], true],
    ['leaves out what is smaller', [{ leastImpact: { amount: '100.01', currency: 'USD' } }], false],
    ['takes large savings too', [{ leastImpact: { amount: '100', currency: 'USD' } }, { impact: '-150' }], true],
    ['leaves out what ended long ago', [{}, { state: 'ended' }, '2026-11-15'], false],
    ['leaves out what somebody has answered for', [{}, { counts: false }], false],
  ])('%s', (_, asked, expected) => {
    expect(told(...asked)).toBe(expected);
  });
});
