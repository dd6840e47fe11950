import { z } from 'zod';
import { MINUTE_MS } from '../src/platform/units/durations.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { deleteIdlePolicy, listIdlePolicies } from '../src/tradeoff/recommendations/idle/schema.ts';
import { deletePurchaseTerms, listPurchaseTerms } from '../src/tradeoff/recommendations/purchases/schema.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  keepRecommendation,
  listRecommendations,
  RecommendationId,
  recommendationHandling,
  tryRecommendation,
  undoRecommendation,
} from '../src/tradeoff/recommendations/schema.ts';
import { command } from './frame/command.ts';
import { buildHandlingCommands } from './handling.ts';
import { counted, formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';
import { detailText, listText, previewText } from './recommend-text.ts';

const recommendation = { describe: 'Id of the recommendation' } as const;
const reason = { value: 'TEXT', describe: 'Why' } as const;
const toParams = (id: string) => ({ recommendation: RecommendationId.parse(id) });
const toBody = (why: string | undefined) => (why === undefined ? {} : { reason: why });

const listCommand = command({
  path: ['recommend', 'list'],
  summary: 'List recommendations with their savings',
  example: 'steelyard recommend list',
  needs: 'server',
  options: {
    state: {
      value: 'open|done|closed|all',
      schema: z.enum(['open', 'done', 'closed', 'all']),
      fallback: 'open',
      describe: 'Only this state; closed: dismissed, superseded, lapsed or undone',
    },
    owner: { value: 'NAME', describe: 'Only of this account or team; "none": without an owner' },
  },
  run: async (context, { state, owner }) => {
    const query = { state, ...(owner === undefined ? {} : { owner }) };
    const answer = await (await context.client()).call(listRecommendations, { query });
    await context.answer(answer, () => listText(answer, context));
    if (answer.recommendations.length > 0) return 0;
    const when = answer.lookedAt === null ? 'no savings scan yet' : `scanned at ${formatInstant(answer.lookedAt)}`;
    await context.remark(`No recommendation (${when}). Look now: steelyard recommend find`);
    return 0;
  },
});

const findCommand = command({
  path: ['recommend', 'find'],
  summary: 'Scan for recommendations now; the server scans every hour',
  example: 'steelyard recommend find',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(findRecommendations, { body: {} });
    await context.answer(answer, () =>
      table(
        answer.searched,
        [
          { title: 'KIND', cell: ({ kind }) => kind },
          { title: 'FOUND', align: 'right', cell: ({ found }) => (found === null ? null : String(found)) },
          { title: 'MISSING', cell: ({ reason: lacks }) => lacks ?? '', least: 24 },
        ],
        context.paint,
      ),
    );
    return 0;
  },
});

const showCommand = command({
  path: ['recommend', 'show'],
  summary: 'Show a recommendation with its evidence and history',
  example: 'steelyard recommend show rec_0123456789abcdef0123',
  needs: 'server',
  positionals: { recommendation },
  run: async (context, { recommendation: id }) => {
    const one = await (await context.client()).call(getRecommendation, { params: toParams(id) });
    await context.answer(one, () => detailText(one, context));
    const { spec, state } = one.optimization;
    if (state !== null)
      await context.remark(`See its trial: steelyard optimization show ${one.optimization.optimization}`);
    else if (spec !== null) await context.remark(`Try it on live traffic first: steelyard recommend try ${id}`);
    return 0;
  },
});

const applyCommand = command({
  path: ['recommend', 'apply'],
  summary: 'Show the changes of a recommendation; with --yes, apply it',
  example: `steelyard recommend apply rec_0123456789abcdef0123
steelyard recommend apply rec_0123456789abcdef0123 --yes --reason "unused"
steelyard recommend apply rec_0123456789abcdef0123 --yes --done`,
  needs: 'server',
  positionals: { recommendation },
  options: {
    yes: { describe: 'Apply; the first call approves manual work, the second marks it as done' },
    done: { describe: 'With --yes: mark manual work as done in one call' },
    reason,
  },
  run: async (context, { recommendation: id, yes, done, reason: why }) => {
    const body = { isDryRun: !yes, isDone: done, ...toBody(why) };
    const preview = await (await context.client()).call(applyRecommendation, { params: toParams(id), body });
    await context.answer(preview, () => previewText(preview, context));
    if (preview.isDryRun) await context.remark(`Nothing has changed. Do it: steelyard recommend apply ${id} --yes`);
    return 0;
  },
});

const tryCommand = command({
  path: ['recommend', 'try'],
  summary: 'Try a recommendation on live traffic, as an optimization with guardrails',
  example: 'steelyard recommend try rec_0123456789abcdef0123',
  needs: 'server',
  positionals: { recommendation },
  options: { reason },
  run: async (context, { recommendation: id, reason: why }) => {
    const client = await context.client();
    const one = await client.call(tryRecommendation, { params: toParams(id), body: toBody(why) });
    const { optimization } = one.optimization;
    await context.answer(one, () => `Proposed as optimization ${optimization}: ${one.title}.`);
    await context.remark(`It starts within a minute. See it: steelyard optimization show ${optimization}`);
    return 0;
  },
});

const dismissCommand = command({
  path: ['recommend', 'dismiss'],
  summary: 'Dismiss a recommendation, permanently or until a time',
  example:
    'steelyard recommend dismiss rec_0123456789abcdef0123 --reason "a launch on Friday" --until 2026-12-01T00:00:00Z',
  needs: 'server',
  positionals: { recommendation },
  options: { reason, until: { value: 'INSTANT', schema: UtcInstant, describe: 'End of the dismissal; default: none' } },
  run: async (context, { recommendation: id, reason: why, until }) => {
    const body = { ...toBody(why), ...(until === undefined ? {} : { until }) };
    const one = await (await context.client()).call(dismissRecommendation, { params: toParams(id), body });
    await context.answer(one, () => `Dismissed: ${one.title}. Take that back: steelyard recommend undo ${id}`);
    return 0;
  },
});

const undoCommand = command({
  path: ['recommend', 'undo'],
  summary: 'Undo an applied recommendation, or reopen one that was dismissed or done by hand',
  example: 'steelyard recommend undo rec_0123456789abcdef0123 --reason "it is needed"',
  needs: 'server',
  positionals: { recommendation },
  options: { reason },
  run: async (context, { recommendation: id, reason: why }) => {
    const client = await context.client();
    const one = await client.call(undoRecommendation, { params: toParams(id), body: toBody(why) });
    await context.answer(one, () => `${one.state === 'open' ? 'Open again' : 'Taken back'}: ${one.title}.`);
    return 0;
  },
});

const keepCommand = command({
  path: ['recommend', 'keep'],
  summary: 'Keep idle resources of a recommendation running for some hours',
  example: 'steelyard recommend keep rec_0123456789abcdef0123 --hours 8',
  needs: 'server',
  positionals: { recommendation },
  options: {
    hours: {
      value: 'HOURS',
      schema: z.coerce.number().int().min(1).max(168),
      fallback: '4',
      describe: 'Hours from now',
    },
  },
  run: async (context, { recommendation: id, hours }) => {
    const one = await (await context.client()).call(keepRecommendation, { params: toParams(id), body: { hours } });
    const until = one.notice?.keptUntil ?? null;
    await context.answer(one, () => `Kept${until === null ? '' : ` until ${formatInstant(until)}`}: ${one.what}.`);
    return 0;
  },
});

/** `30 min`. */
const minutesText = (ms: number) => `${Number((ms / MINUTE_MS).toFixed(1))} min`;

const policiesCommand = command({
  path: ['recommend', 'policies'],
  summary: 'List the idle policies with their recommendations',
  example: 'steelyard recommend policies',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listIdlePolicies, {});
    await context.answer(answer, () =>
      table(
        answer.policies,
        [
          { title: 'POLICY', cell: ({ name }) => name },
          { title: 'RESOURCES', cell: ({ what }) => what },
          { title: 'IDLE FOR', align: 'right', cell: ({ windowMs }) => minutesText(windowMs) },
          { title: 'GRACE', align: 'right', cell: ({ graceMs }) => minutesText(graceMs) },
          { title: 'ENFORCED', cell: ({ isDryRun }) => (isDryRun ? 'no: a dry run' : 'yes') },
          { title: 'NOTIFIED', align: 'right', cell: ({ noticed }) => String(noticed) },
        ],
        context.paint,
      ),
    );
    if (answer.policies.length === 0) await context.remark('No idle policy. Apply one: docs/recommendations.md');
    return 0;
  },
});

const deletePolicyCommand = command({
  path: ['recommend', 'delete-policy'],
  summary: 'Delete an idle policy and cancel its pending actions',
  example: 'steelyard recommend delete-policy night',
  needs: 'server',
  positionals: { policy: { describe: 'Name of the policy' } },
  run: async (context, { policy }) => {
    const answer = await (await context.client()).call(deleteIdlePolicy, { params: { policy } });
    const notices = answer.withdrawn === 0 ? '' : ` ${counted(answer.withdrawn, 'notice')} withdrawn.`;
    await context.answer(answer, () => `Deleted: ${answer.name}.${notices}`);
    return 0;
  },
});

const termsCommand = command({
  path: ['recommend', 'terms'],
  summary: 'List the terms for purchase advice',
  example: 'steelyard recommend terms',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listPurchaseTerms, {});
    await context.answer(answer, () =>
      table(
        answer.terms,
        [
          { title: 'TERMS', cell: ({ name }) => name },
          { title: 'APPLIED', cell: ({ appliedAt }) => formatInstant(appliedAt), least: 20 },
          { title: 'COMMITMENTS', cell: ({ commitments }) => commitments.join(', ') },
          { title: 'SPOT', cell: ({ spot }) => spot.join(', ') },
          { title: 'SERVING', cell: ({ serving }) => serving.join(', ') },
        ],
        context.paint,
      ),
    );
    if (answer.terms.length === 0) await context.remark('No terms. Apply some: docs/recommendations.md');
    return 0;
  },
});

const deleteTermsCommand = command({
  path: ['recommend', 'delete-terms'],
  summary: 'Delete terms; recommendations based on them lapse',
  example: 'steelyard recommend delete-terms aws',
  needs: 'server',
  positionals: { terms: { describe: 'Name of the terms' } },
  run: async (context, { terms }) => {
    const answer = await (await context.client()).call(deletePurchaseTerms, { params: { terms } });
    await context.answer(answer, () => `Deleted: ${answer.name}.`);
    return 0;
  },
});

export const recommendCommands = [
  listCommand,
  findCommand,
  showCommand,
  applyCommand,
  tryCommand,
  dismissCommand,
  undoCommand,
  keepCommand,
  policiesCommand,
  deletePolicyCommand,
  termsCommand,
  deleteTermsCommand,
  ...buildHandlingCommands(recommendationHandling, {
    ...{ noun: 'recommend', thing: 'recommendation', param: 'recommendation', example: 'rec_1a2b3c4d' },
  }),
];
