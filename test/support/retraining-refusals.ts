import { expect, it } from 'vitest';
import { catchProblem } from '../../src/testing/application.ts';
import type { RetrainingRoom } from '../../src/tradeoff/testing/retraining.ts';

export const expression = (text: string) => `"$\{{ ${text} }}"`;

/** Documents of a retraining that are refused when they are applied. */
export function refusalTests(inUse: () => RetrainingRoom): void {
  it.each([
    [`monitor: nobody`, /there is no monitor "nobody"/],
    [`model: other`, /watches "ranker", not "other"/],
    [`params: {speed: "9"}`, /has no such param/],
    [`params: {from: ${expression('window.begin')}}`, /unknown expression "window.begin"/],
    [`on: [{cron: "* * * * * *"}]`, /five fields/],
    [`on: [{cron: "99 * * * *"}]`, /is not a valid schedule/],
    [`budget: none`, /no budget "none"/],
    [`on: [{labels: 1}, {labels: 2, name: labels}]`, /two triggers are called "labels"/],
  ])('with %s is refused', async (fields, reason) => {
    expect(await catchProblem(inUse().retraining(fields))).toMatchObject({ detail: expect.stringMatching(reason) });
  });
}
