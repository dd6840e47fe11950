import { listBudgetRefusals } from '../../src/finops/budgets/refusals/schema.ts';
import {
  type HeldResource,
  meterReservation,
  type NewReservation,
  openReservation,
  type Reservation,
  settleReservation,
} from '../../src/finops/budgets/reservations/schema.ts';
import { getBudget } from '../../src/finops/budgets/schema.ts';
import type { Application } from '../../src/main.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { call } from '../../src/testing/application.ts';

export const NOON = Date.parse('2026-11-10T12:00:00Z');
export const PRICES = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: gpu, perHour: '3600', effectiveFrom: 2026-01-01}, {resource: box, perHour: '10800', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: abroad}
spec: {currency: EUR, source: test, prices: [{resource: kiste, perHour: '3600', effectiveFrom: 2026-01-01}]}
`;
export const iso = (instant: number) => new Date(instant).toISOString();

/** An application on an empty store with a manual clock. One unit of `gpu` costs one dollar a second. */
export class Room {
  now = NOON;
  readonly application: Application;

  constructor(application: Application) {
    this.application = application;
  }

  apply(text: string) {
    return call(this.application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
  }

  budget(amount: string, more = '', enforcement = 'hard') {
    return this.apply(`apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '${amount}', currency: USD, enforcement: ${enforcement}${more}}
`);
  }

  open(reservation: string, over: Partial<NewReservation> = {}) {
    const asked = { reservation, subject: { team: 'recs' }, resource: 'gpu', quantity: '1', origin: 'test', ...over };
    return call(this.application, openReservation, { body: asked });
  }

  async refusals(budget = 'recs') {
    return (await call(this.application, listBudgetRefusals, { params: { budget } })).refusals;
  }

  meter(reservation: string, holds?: HeldResource) {
    const body = { at: iso(this.now), ...(holds === undefined ? {} : { holds }) };
    return call(this.application, meterReservation, { params: { reservation }, body });
  }

  settle(reservation: string, end = this.now, over: { stopped?: boolean; checkpoint?: string } = {}) {
    return call(this.application, settleReservation, { params: { reservation }, body: { end: iso(end), ...over } });
  }

  standing() {
    return call(this.application, getBudget, { params: { budget: 'recs' } });
  }

  secondsLeft({ until }: Reservation) {
    return (Date.parse(until) - this.now) / 1000;
  }
}
