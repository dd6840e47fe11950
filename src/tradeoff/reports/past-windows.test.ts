import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Change, listDays, type MadeLedger, openAnomalyLedger } from '../../finops/testing/ledger.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call } from '../../testing/application.ts';
import { Audience, getReport, type ReportDocument } from './schema.ts';

/** A rise that begins in week 47 and continues in the weeks after it. */
const rise: Change = ({ sku }, day) => (sku === 'p4d.24xlarge' && day >= '2026-11-17' ? { quantity: 1.7 } : {});
const restated: Change = (line, day) => (day === '2026-11-18' ? { quantity: 3 } : rise(line, day));
const BUDGET =
  'apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: "100000", currency: USD}\n';

describe('a report of a past window that was never sent', () => {
  let ledger: MadeLedger;
  const read = (audience: Audience, more: { readonly knownAt?: string } = {}) =>
    call(ledger.application, getReport, { query: { schedule: 'weekly', week: '2026-W47', audience, ...more } });
  const find = ({ sections }: ReportDocument, id: string) => sections.find((one) => one.id === id);

  beforeAll(async () => {
    ledger = await openAnomalyLedger('2026-11-25T08:00:00Z');
    await ledger.deliver(listDays('2026-10-01', '2026-11-24'), { change: rise });
    const body = { documents: [{ file: 'budget.yaml', text: BUDGET }] };
    await call(ledger.application, postApply, { body });
  });
  afterAll(() => ledger[Symbol.asyncDispose]());

  it('has the same bytes at any later time, also with bills of later days, for each audience', async () => {
    ledger.at('2026-11-25T09:00:00Z');
    const first = new Map<Audience, Awaited<ReturnType<typeof read>>>();
    for (const audience of Audience.options) first.set(audience, await read(audience));
    expect(first.get('finance')?.restatedSince).toBeNull();
    expect(find(first.get('finance')?.document as ReportDocument, 'anomalies')?.rows.length).toBeGreaterThan(0);
    ledger.at('2026-12-20T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-30'), { change: rise });
    for (const audience of Audience.options) {
      const again = await read(audience);
      expect(again.html, audience).toBe(first.get(audience)?.html);
      expect(again.document).toEqual(first.get(audience)?.document);
      expect(again.document.knownAt).toBe('2026-11-25T09:00:00.000Z');
      expect(again.restatedSince?.figures ?? []).toEqual([]);
    }
  });

  it('keeps the figures of the present as they were when it was first made, with their time', async () => {
    const { document } = await read('finance');
    expect(find(document, 'budgets')?.notes[0]).toBe('As of 25 Nov 2026, 09:00 UTC.');
    expect(find(document, 'budgets')?.rows).toHaveLength(1);
    expect(find(document, 'month-to-date')?.notes).toContain('November 2026 through 23 Nov 2026.');
  });

  it('states the figures that a late bill restates, and has the same bytes after it', async () => {
    const before = await read('finance');
    ledger.at('2026-12-22T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-30'), { change: restated });
    ledger.at('2026-12-23T12:00:00Z');
    const late = await read('finance');
    expect(late.document.knownAt).toBe('2026-12-23T12:00:00.000Z');
    expect(late.restatedSince).toMatchObject({ report: null, knownAt: '2026-11-25T09:00:00.000Z' });
    const total = late.restatedSince?.figures.find(({ section, row }) => section === 'cost' && row.includes('total'));
    expect(total?.before?.value).toBe(find(before.document, 'cost')?.rows[0]?.cells[1]?.value);
    expect(total?.now?.value).toBe(find(late.document, 'cost')?.rows[0]?.cells[1]?.value);
    const sections = new Set(late.restatedSince?.figures.map(({ section }) => section));
    expect([...sections].filter((one) => ['budgets', 'month-to-date', 'savings'].includes(one))).toEqual([]);
    ledger.at('2027-02-01T12:00:00Z');
    const later = await read('finance');
    expect(later.html).toBe(late.html);
    expect(later.restatedSince).toEqual(late.restatedSince);
  });

  it('is shown as it was known at a time, and has its first bytes when the facts are as at first again', async () => {
    const first = await read('finance', { knownAt: '2026-12-01T00:00:00Z' });
    expect(first.document.knownAt).toBe('2026-11-25T09:00:00.000Z');
    ledger.at('2027-02-02T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-29'), { change: rise });
    const back = await read('finance');
    expect(back.restatedSince?.figures ?? []).toEqual([]);
    expect(back.html).toBe(first.html);
  });

  it('leaves out the figures of the present when it is first made later than seven days after the window', async () => {
    const { document } = await call(ledger.application, getReport, {
      query: { schedule: 'weekly', week: '2026-W46', audience: 'finance' },
    });
    expect(find(document, 'budgets')).toBeUndefined();
    expect(document.leftOut.filter((line) => line.startsWith('Budgets: '))).toHaveLength(1);
    ledger.at('2027-03-02T12:00:00Z');
    const again = await call(ledger.application, getReport, {
      query: { schedule: 'weekly', week: '2026-W46', audience: 'finance' },
    });
    expect(again.document).toEqual(document);
  });
});
