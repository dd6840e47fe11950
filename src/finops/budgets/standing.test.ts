import { expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { decimal } from '../../platform/units/index.ts';
import { call } from '../../testing/application.ts';
import { quietApplication } from '../../testing/shared.ts';
import { openReservation, settleReservation } from './reservations/schema.ts';
import { getBudget } from './schema.ts';

const START = '2026-11-10T00:00:00.000Z';
const TEAMS = Array.from({ length: 20 }, (_, index) => `t${index}`);
/** At 10 USD an hour: a reservation holds 30 USD, two after each other spend 20 each, and no third one fits. */
const LIMIT = '51';
const PRICES = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: gpu, perHour: '10', effectiveFrom: 2026-01-01}]}
`;
const budgetOf = (team: string) => `
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${team}}
spec: {subject: {team: ${team}}, amount: '${LIMIT}', currency: USD, enforcement: hard}
`;

it('a budget that is read while a reservation is settled counts its cost once', async () => {
  await using application = await quietApplication({ clock: { now: () => Date.parse(START) } });
  const text = [PRICES, ...TEAMS.map(budgetOf)].join('---');
  await call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
  const exceeded: string[] = [];
  let isOver = false;
  const look = async (team: string) => {
    while (!isOver) {
      const { spent, reserved, limit } = await call(application, getBudget, { params: { budget: team } });
      const taken = decimal(spent?.amount ?? '0').plus(reserved.amount);
      if (taken.greaterThan(limit.amount)) exceeded.push(`${team}: ${taken}`);
    }
  };
  for (const team of TEAMS) {
    isOver = false;
    const looking = Promise.all([look(team), look(team), look(team)]);
    for (const reservation of [`${team}-1`, `${team}-2`]) {
      const work = { reservation, subject: { team }, resource: 'gpu', quantity: '1', origin: 'test', start: START };
      await call(application, openReservation, { body: { ...work, leaseSeconds: 10_800, graceSeconds: 10_000 } });
      await call(application, settleReservation, {
        params: { reservation },
        body: { end: '2026-11-10T02:00:00.000Z' },
      });
    }
    isOver = true;
    await looking;
  }
  expect(exceeded).toEqual([]);
});
