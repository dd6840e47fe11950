import { formatMetricName, UtcInstant } from '../src/platform/units/schema.ts';
import type { DecisionReview } from '../src/tradeoff/decisions/reviews/schema.ts';
import {
  type Decision,
  type DecisionDetail,
  type EvidenceChange,
  getDecision,
  listDecisions,
} from '../src/tradeoff/decisions/schema.ts';
import { Verdict } from '../src/tradeoff/gates/schema.ts';
import { checksText, verdictNames, verdictStyle, verdictText } from './checks.ts';
import { proofCommands } from './decision-proof.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const listCommand = command({
  path: ['decision', 'list'],
  summary: 'List the recorded decisions, newest first',
  example: 'steelyard decision list --model recommender --verdict reject',
  needs: 'server',
  options: {
    model: { value: 'MODEL', describe: 'Only of this registered model' },
    verdict: { value: verdictNames, schema: Verdict, describe: 'Only these' },
    since: { value: 'INSTANT', schema: UtcInstant, describe: 'Only decisions at this time or later' },
    until: { value: 'INSTANT', schema: UtcInstant, describe: 'Only decisions before this time' },
    ...limitOption,
  },
  run: async (context, { model, verdict, since, until, limit }) => {
    const client = await context.client();
    const page = await readPages(client, listDecisions, { model, verdict, since, until }, 'decisions', limit);
    await context.answer(page, () => decisionsText(page.decisions, context));
    if (page.decisions.length === 0) {
      await context.remark('No decision yet. steelyard gate check MODEL VERSION --policy NAME');
    }
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

function decisionsText(decisions: readonly Decision[], { paint }: Context): string {
  if (decisions.length === 0) return '';
  return table(
    decisions,
    [
      { title: 'DECISION', cell: ({ decision }) => decision },
      {
        title: 'VERDICT',
        cell: ({ verdict }) => verdictText(verdict),
        style: ({ verdict }) => verdictStyle(verdict, paint),
      },
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'VERSION', align: 'right', cell: ({ version }) => version },
      { title: 'POLICY', cell: ({ policy, policyVersion }) => `${policy} (${policyVersion})` },
      { title: 'AT', cell: ({ at }) => formatInstant(at), least: 20 },
      ...(decisions.some(({ needsReevaluation }) => needsReevaluation)
        ? [{ title: 'EVIDENCE', cell: (decision: Decision) => (decision.needsReevaluation ? 'restated' : 'stands') }]
        : []),
      ...(decisions.some(({ review }) => review !== null) ? [{ title: 'NOW', cell: formatStanding }] : []),
      { title: 'REASON', cell: ({ summary }) => formatMetricName(summary), least: 24 },
    ],
    paint,
  );
}

/** The newest review in a word; superseded decisions are not judged again. */
function formatStanding({ isInForce, review }: Decision): string {
  if (!isInForce) return 'superseded';
  return review === null ? 'unchanged' : review.status;
}

const showCommand = command({
  path: ['decision', 'show'],
  summary: 'Show a decision with its evidence',
  example: 'steelyard decision show dec_0123456789abcdef0123',
  needs: 'server',
  positionals: { decision: { describe: 'Id of the decision' } },
  run: async (context, { decision: id }) => {
    const client = await context.client();
    const decision = await client.call(getDecision, { params: { decision: id } });
    await context.answer(decision, () => decisionText(decision, context));
    return 0;
  },
});

function decisionText(decision: DecisionDetail, context: Context): string {
  const { paint } = context;
  const { action, evidence, verdict } = decision;
  const moved = action === null ? 'nothing' : `@${action.alias} from ${action.from ?? 'nowhere'} to ${action.to}`;
  return [
    `${verdictStyle(verdict, paint)(verdictText(verdict))}  ${formatMetricName(decision.summary)}`,
    '',
    facts(
      [
        ['decision', decision.decision],
        ['model', `${decision.model} ${decision.version}`],
        ['policy', `${decision.policy} (version ${decision.policyVersion})`],
        ['policy of', policyOwnerText(evidence.policy.spec)],
        ['decided', `${formatInstant(decision.at)} by ${decision.actor}`],
        ['done', moved],
        ['champion at decision', evidence.champion === null ? null : `version ${evidence.champion.version}`],
        ['run', evidence.candidate.runId],
        ['bill deliveries', joined(evidence.billDeliveries)],
        ...decision.restatedBy.map((change) => ['restated since', restatedText(change)] as const),
        ['price books', joined(evidence.priceBooks)],
        ['state', decision.isInForce ? 'in force' : 'superseded by a later decision'],
        ['chain', decision.chain === null ? null : `${decision.chain.position}:${decision.chain.sha256}`],
      ],
      paint,
    ),
    '',
    checksText(decision.checks, paint),
    ...(decision.review === null ? [] : ['', reviewText(decision.review, context)]),
    ...(decision.needsReevaluation
      ? [
          '',
          paint.waiting(
            `Judge again: steelyard gate check ${decision.model} ${decision.version} --policy ${decision.policy}`,
          ),
        ]
      : []),
  ].join('\n');
}

/** `team search, environment production`. */
function policyOwnerText({ team, model, environment }: DecisionDetail['evidence']['policy']['spec']): string {
  const owner = team === undefined ? `model ${model}` : `team ${team}`;
  return environment === undefined ? owner : `${owner}, environment ${environment}`;
}

const REVIEW_STYLE = { same: 'good', weaker: 'waiting', 'would-differ': 'bad', 'cannot-be-judged': 'waiting' } as const;

/** The newest review: its result, its causes, the money at stake and the checks that changed. */
function reviewText(review: DecisionReview, { paint }: Context): string {
  const { at, status, summary, causes, changedChecks, atStake, atStakeReason } = review;
  const stake = atStake === null ? null : `${formatMoney(atStake)} of headroom a month (${atStake.check})`;
  return [
    `${paint.heading('Judged again')} ${formatInstant(at)}: ${paint[REVIEW_STYLE[status]](summary)}`,
    facts(
      [
        ...causes.map(({ text }) => ['cause', text] as const),
        ['at stake', stake ?? `unknown: ${atStakeReason ?? 'not computed'}`],
        ...changedChecks.map((check) => [formatMetricName(check.name), changeText(check)] as const),
      ],
      paint,
    ),
  ].join('\n');
}

function changeText({ before, now, unit }: DecisionReview['changedChecks'][number]): string {
  const side = (state: typeof now) =>
    state === null ? 'no check' : `${state.measured ?? 'unknown'} against ${state.bound ?? 'unknown'}`;
  return `${side(before)} -> ${side(now)} ${unit}`;
}

function restatedText({ at, source, period, closed, before, after }: EvidenceChange): string {
  const what = closed ? `${period} of ${source} (closed)` : `${period} of ${source}`;
  return `${what}, ${formatInstant(at)}: ${before} -> ${after ?? 'none'}`;
}

function joined(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}

export const decisionCommands = [listCommand, showCommand, ...proofCommands];
