import { listForecasts } from '../../../finops/forecasts/schema.ts';
import { formatDayText } from '../../../platform/units/index.ts';
import { getAttention } from '../../attention/schema.ts';
import { listDecisions } from '../../decisions/schema.ts';
import { getProductionHealth } from '../../production-health/schema.ts';
import { describeMoney, ofTeam, type PageSummary, type SummaryQuestion, toLine } from './question.ts';

const DECISIONS = 100;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** The six tiles of the overview, one sentence each. */
export const overview: PageSummary = {
  scopes: ['finops.read', 'mlops.read', 'tradeoff.read'],
  async read(question) {
    const { read, team } = question;
    const { items } = await read(getAttention, { query: ofTeam(team) });
    const find = (topic: (typeof items)[number]['topic']) => items.find((item) => item.topic === topic);
    const { headline } = await read(getProductionHealth, { query: ofTeam(team) });
    const landing = await describeLanding(question);
    const savings = find('savings');
    return {
      headline: landing.text,
      lines: [
        toLine('Month to date and landing', landing.text, landing.money),
        toLine('Budgets', find('budgets')?.text ?? 'Not known'),
        toLine('Production health', headline.replace(/\.$/, '')),
        toLine(
          'Savings available',
          savings?.monthly == null
            ? (savings?.text ?? 'Not known')
            : `${savings.text}, ${describeMoney(savings.monthly)} a month`,
          savings?.monthly ?? null,
        ),
        toLine('Models to decide on', find('decisions')?.text ?? 'Not known'),
        toLine('Last decision', await describeLastDecision(question)),
      ],
      others: 0,
      notes: [],
    };
  },
};

async function describeLanding({ read, team }: SummaryQuestion) {
  const level = team === null ? ('total' as const) : ('team' as const);
  const { forecasts, standing, reason } = await read(listForecasts, { query: { level, ...ofTeam(team) } });
  const found = forecasts.find(({ key }) => team === null || key === team);
  if (found === undefined) return { text: `No forecast: ${reason ?? 'nothing was charged'}`, money: null };
  const { currency, window, known, forecast, breach } = found;
  const money = (amount: string) => ({ amount, currency });
  const through = standing?.through ?? '';
  const isBegun = through >= window.start.slice(0, DAY_LENGTH);
  const soFar =
    known === null
      ? 'Month to date unknown'
      : isBegun
        ? `${describeMoney(money(known))} to ${formatDayText(through)}`
        : 'No day of the month is complete';
  if (forecast === null) return { text: `${soFar}; no forecast: ${found.reason ?? 'unknown'}`, money: null };
  const interval = `${describeMoney(money(forecast.lo80))} to ${describeMoney(money(forecast.hi80))}`;
  const limit = breach === null ? '' : `, of a budget of ${describeMoney(money(breach.limit))}`;
  return {
    text: `${soFar}; lands at ${describeMoney(money(forecast.mean))} (80% interval ${interval})${limit}`,
    money: money(forecast.mean),
  };
}

async function describeLastDecision({ read, owners, team }: SummaryQuestion): Promise<string> {
  const { decisions } = await read(listDecisions, { query: { pageSize: DECISIONS } });
  for (const { model, version, verdict, at } of decisions) {
    if (team !== null && (await owners.ofModel(model)) !== team) continue;
    return `${verdict} ${model} v${version}, ${formatDayText(at.slice(0, DAY_LENGTH))}`;
  }
  return 'None yet';
}
