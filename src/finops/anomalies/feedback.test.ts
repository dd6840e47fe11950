import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { listAudit } from '../../platform/audit/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { type Change, drainAll, listDays, type MadeLedger, openAnomalyLedger } from '../testing/ledger.ts';
import { type Anomaly, giveAnomalyFeedback, listAnomalies, type NewFeedback, undoAnomalyFeedback } from './schema.ts';

type Said = z.input<typeof NewFeedback>;

const anomaliesOf = async ({ application }: MadeLedger): Promise<Anomaly[]> =>
  (await call(application, listAnomalies, {})).anomalies;
const say = async ({ application }: MadeLedger, anomaly: string, body: Said) => {
  const answer = await call(application, giveAnomalyFeedback, { params: { anomaly }, body });
  await drainAll(application);
  return answer;
};
const idOf = (anomalies: readonly Anomaly[]): string => anomalies[0]?.id ?? '';

const on =
  (days: readonly string[], quantity: number): Change =>
  ({ sku }, day) =>
    sku === 'p4d.24xlarge' && days.includes(day) ? { quantity } : {};
const since =
  (first: string, quantity: number): Change =>
  ({ sku }, day) =>
    sku === 'p4d.24xlarge' && day >= first ? { quantity } : {};

async function withOpenRise(): Promise<MadeLedger> {
  const ledger = await openAnomalyLedger('2026-11-13T12:00:00Z');
  await ledger.deliver(listDays('2026-10-01', '2026-11-12'), { change: since('2026-11-09', 1.6) });
  return ledger;
}

describe('an anomaly that was expected', () => {
  it('teaches its level: it ends, the level is no alarm, and the way back is one', async () => {
    await using ledger = await withOpenRise();
    const before = await anomaliesOf(ledger);
    expect(before).toMatchObject([{ state: 'open', start: '2026-11-09', counts: true }]);
    await say(ledger, idOf(before), { verdict: 'expected', note: 'a new model' });
    expect(await anomaliesOf(ledger)).toMatchObject([
      { state: 'ended', counts: false, feedback: { verdict: 'expected', note: 'a new model', afterDay: '2026-11-12' } },
    ]);
    ledger.at('2026-11-21T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-20'), { change: since('2026-11-09', 1.6) });
    expect(await anomaliesOf(ledger)).toMatchObject([{ id: idOf(before), state: 'ended', end: '2026-11-12' }]);
    const back = on(listDays('2026-11-09', '2026-11-16'), 1.6);
    await ledger.deliver(listDays('2026-11-01', '2026-11-20'), { change: back });
    expect((await anomaliesOf(ledger)).map(({ direction }) => direction)).toEqual(['under', 'over']);
  });

  it('goes on without that word, and when it is taken back', async () => {
    await using ledger = await withOpenRise();
    const anomaly = idOf(await anomaliesOf(ledger));
    await say(ledger, anomaly, { verdict: 'expected' });
    await call(ledger.application, undoAnomalyFeedback, { params: { anomaly } });
    await drainAll(ledger.application);
    expect(await anomaliesOf(ledger)).toMatchObject([{ id: anomaly, state: 'open', feedback: null, counts: true }]);
    const { rows } = await call(ledger.application, listAudit, {});
    const written = rows.filter(({ subject }) => subject.anomaly === anomaly);
    expect(written.map(({ method }) => method).toSorted()).toEqual(['DELETE', 'PUT']);
  });

  it('is expected again on that day of the next month', async () => {
    await using ledger = await openAnomalyLedger('2026-11-13T12:00:00Z');
    const days = ['2026-10-13'];
    await ledger.deliver(listDays('2026-09-01', '2026-11-12'), { change: on(days, 2) });
    await say(ledger, idOf(await anomaliesOf(ledger)), { verdict: 'expected' });
    ledger.at('2026-11-19T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-18'), { change: on([...days, '2026-11-12'], 2) });
    const [again, first] = await anomaliesOf(ledger);
    expect(again).toMatchObject({
      start: '2026-11-12',
      counts: false,
      feedback: { verdict: 'expected', from: first?.id },
    });
  });
});

describe('an anomaly that was planned', () => {
  it('is not counted, nor is what comes until the plan ends', async () => {
    await using ledger = await withOpenRise();
    const anomaly = idOf(await anomaliesOf(ledger));
    await say(ledger, anomaly, { verdict: 'planned', until: '2026-11-20' });
    ledger.at('2026-11-29T12:00:00Z');
    const change = on([...listDays('2026-11-09', '2026-11-12'), '2026-11-18', '2026-11-19'], 1.6);
    await ledger.deliver(listDays('2026-11-01', '2026-11-27'), { change });
    const anomalies = await anomaliesOf(ledger);
    expect(anomalies.map(({ start, feedback, counts }) => [start, feedback?.from ?? null, counts])).toEqual([
      ['2026-11-18', anomaly, false],
      ['2026-11-09', null, false],
    ]);
    const { totals } = await call(ledger.application, listAnomalies, {});
    expect(totals).toEqual([]);
  });

  it('cannot end before it begins, and nothing else has an end', async () => {
    await using ledger = await withOpenRise();
    const anomaly = idOf(await anomaliesOf(ledger));
    const planned = catchProblem(say(ledger, anomaly, { verdict: 'planned', until: '2026-11-01' }));
    expect(await planned).toMatchObject({ code: 'anomaly_feedback_invalid', status: 400 });
    const wrong = catchProblem(say(ledger, anomaly, { verdict: 'wrong', until: '2026-11-20' }));
    expect(await wrong).toMatchObject({ code: 'anomaly_feedback_invalid' });
    const unknown = catchProblem(say(ledger, 'an_0123456789abcdef', { verdict: 'wrong' }));
    expect(await unknown).toMatchObject({ code: 'anomaly_not_found', status: 404 });
    expect(await anomaliesOf(ledger)).toMatchObject([{ feedback: null }]);
  });
});
