import { z } from 'zod';
import { listDeliveries, listRestatements } from '../../src/finops/billing/schema.ts';
import { explainCosts } from '../../src/finops/costs/explain/schema.ts';
import { costSummary, getMonthToDate } from '../../src/finops/costs/schema.ts';
import { buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../../src/platform/contract/schema.ts';
import { type Decision, listDecisions } from '../../src/tradeoff/decisions/schema.ts';

/** Any endpoint, asked past the web app; its answer, parsed. */
export async function ask<E extends Endpoint>(
  server: string,
  endpoint: E,
  input: CallInput<E>,
): Promise<ResponseOf<E>> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input.body) };
  const request = { method: endpoint.method, ...(input.body === undefined ? {} : json) };
  const answer = await fetch(`${server}${buildUrl(endpoint, input)}`, request);
  if (!answer.ok) throw new Error(`${endpoint.method} ${endpoint.path}: ${await answer.text()}`);
  return endpoint.response.parse(await answer.json()) as ResponseOf<E>;
}

/** Answers of the server without the web app, as expected values of the tests. */
export async function summaryOf(server: string, query: NonNullable<CallInput<typeof costSummary>['query']>) {
  const answer = await fetch(`${server}${buildUrl(costSummary, { query })}`);
  return costSummary.response.parse(await answer.json());
}

/** Drivers of a cost change, from the server. */
export async function explanationOf(server: string, query: NonNullable<CallInput<typeof explainCosts>['query']>) {
  const answer = await fetch(`${server}${buildUrl(explainCosts, { query })}`);
  return explainCosts.response.parse(await answer.json());
}

export interface DeliveryAddresses {
  /** Page of the newest delivery. */
  readonly newest: string;
  /** Page of the delivery that restated a closed month. */
  readonly restating: string;
  /** Dialog that asks whether to revert it. */
  readonly goingBack: string;
  /** The two deliveries of the latest restatement, side by side. */
  readonly compared: string;
}

/** Addresses of deliveries, whose ids differ from run to run. */
export async function deliveryAddresses(server: string): Promise<DeliveryAddresses> {
  const { deliveries } = await ask(server, listDeliveries, {});
  const { restatements } = await ask(server, listRestatements, {});
  const [restatement] = restatements;
  const change = restatement?.changes[0];
  return {
    newest: `/deliveries/${deliveries.at(-1)?.delivery}`,
    restating: `/deliveries/${change?.after}`,
    goingBack: `/deliveries/${change?.after}?ask=revert&month=${restatement?.period}`,
    compared: `/deliveries/compare?a=${change?.before}&b=${change?.after}&month=${restatement?.period}`,
  };
}

/** The decisions of the demo, newest first. */
export async function listedDecisions(server: string): Promise<readonly Decision[]> {
  const answer = await fetch(`${server}${buildUrl(listDecisions, {})}`);
  return listDecisions.response.parse(await answer.json()).decisions;
}

/** The newest month that has a bill. */
export async function newestMonth(server: string): Promise<string> {
  const months = await summaryOf(server, { by: ['month'] });
  return z.string().parse(
    months.rows
      .map((row) => row.month)
      .sort()
      .at(-1),
  );
}

/** The month that a page shows by default: the newest with a whole day. */
export async function shownMonth(server: string): Promise<string> {
  const { through } = await ask(server, getMonthToDate, {});
  return through === null ? completeMonth(server) : newestMonth(server);
}

/** The month before the newest one that has a bill: its days are complete, also on the first of a month. */
export async function completeMonth(server: string): Promise<string> {
  const [year = 0, month = 0] = (await newestMonth(server)).split('-').map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}
