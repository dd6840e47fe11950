import {
  type Decision,
  type DecisionDetail,
  type DecisionReplay,
  type EvidenceChange,
  getDecision,
  listDecisions,
  replayDecision,
} from '../src/tradeoff/decisions/schema.ts';
import { Verdict } from '../src/tradeoff/gates/schema.ts';
import { checksText, verdictNames, verdictStyle, verdictText } from './checks.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatInstant } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const listCommand = command({
  path: ['decision', 'list'],
  summary: 'List the recorded decisions, newest first',
  example: 'steelyard decision list --model recommender --verdict reject',
  needs: 'server',
  options: {
    model: { value: 'MODEL', describe: 'Only of this registered model' },
    verdict: { value: verdictNames, schema: Verdict, describe: 'Only these' },
    ...limitOption,
  },
  run: async (context, { model, verdict, limit }) => {
    const client = await context.client();
    const page = await readPages(client, listDecisions, { model, verdict }, 'decisions', limit);
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
      { title: 'REASON', cell: ({ summary }) => summary, least: 24 },
    ],
    paint,
  );
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

function decisionText(decision: DecisionDetail, { paint }: Context): string {
  const { action, evidence, verdict } = decision;
  const moved = action === null ? 'nothing' : `@${action.alias} from ${action.from ?? 'nowhere'} to ${action.to}`;
  return [
    `${verdictStyle(verdict, paint)(verdictText(verdict))}  ${decision.summary}`,
    '',
    facts(
      [
        ['decision', decision.decision],
        ['model', `${decision.model} ${decision.version}`],
        ['policy', `${decision.policy} (version ${decision.policyVersion})`],
        ['decided', `${formatInstant(decision.at)} by ${decision.actor}`],
        ['done', moved],
        ['champion at decision', evidence.champion === null ? null : `version ${evidence.champion.version}`],
        ['run', evidence.candidate.runId],
        ['bill deliveries', joined(evidence.billDeliveries)],
        ...decision.restatedBy.map((change) => ['restated since', restatedText(change)] as const),
        ['price books', joined(evidence.priceBooks)],
      ],
      paint,
    ),
    '',
    checksText(decision.checks, paint),
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

function restatedText({ at, source, period, closed, before, after }: EvidenceChange): string {
  const what = closed ? `${period} of ${source} (closed)` : `${period} of ${source}`;
  return `${what}, ${formatInstant(at)}: ${before} -> ${after ?? 'none'}`;
}

function joined(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}

const replayCommand = command({
  path: ['decision', 'replay'],
  summary: 'Replay a decision from its stored evidence; deleted evidence is listed',
  example: 'steelyard decision replay dec_0123456789abcdef0123',
  needs: 'server',
  positionals: { decision: { describe: 'Id of the decision' } },
  run: async (context, { decision: id }) => {
    const client = await context.client();
    const replay = await client.call(replayDecision, { params: { decision: id } });
    await context.answer(replay, () => replayText(replay, context));
    return 0;
  },
});

function replayText({ verdict, recordedVerdict, isSame, checks, bills }: DecisionReplay, { paint }: Context): string {
  const differing = bills
    .filter((bill) => !bill.isSame)
    .map(({ delivery, period, rows }) =>
      paint.bad(`${delivery}, ${period}: ${rows} rows, sums differ from the stored ones`),
    );
  const same = isSame ? 'the same as recorded' : `recorded: ${verdictText(recordedVerdict)}`;
  return [
    `${verdictStyle(verdict, paint)(verdictText(verdict))}  ${same}`,
    ...differing,
    '',
    checksText(checks, paint),
  ].join('\n');
}

export const decisionCommands = [listCommand, showCommand, replayCommand];
