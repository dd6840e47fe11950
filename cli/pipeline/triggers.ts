import { listPipelineTriggers, type PipelineTrigger, type TriggerDecision } from '../../src/mlops/triggers/schema.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { formatInstant } from '../output/amounts.ts';
import { table } from '../output/table.ts';

export const triggersCommand = command({
  path: ['pipeline', 'triggers'],
  summary: 'Show the triggers of a pipeline with their latest runs',
  example: 'steelyard pipeline triggers training',
  needs: 'server',
  positionals: { pipeline: { describe: 'Name of the pipeline' } },
  run: async (context, { pipeline }) => {
    const client = await context.client();
    const document = await client.call(listPipelineTriggers, { params: { pipeline } });
    await context.answer(document, () => triggersText(document.triggers, context));
    if (document.triggers.length === 0) await context.remark(`Only people begin its runs: ${pipeline} has no "on".`);
    return 0;
  },
});

/** More of them are in the answer of --json. */
const SHOWN_DECISIONS = 10;

function triggersText(triggers: readonly PipelineTrigger[], context: Context): string {
  if (triggers.length === 0) return '';
  const { paint } = context;
  const overview = table(
    triggers,
    [
      { title: 'TRIGGER', cell: ({ trigger }) => trigger },
      { title: 'CONDITION', cell: ({ waitsFor }) => waitsFor, least: 20 },
      { title: 'NEXT', cell: ({ nextAt }) => (nextAt === null ? null : formatInstant(nextAt)) },
      { title: 'PROBLEM', cell: ({ problem }) => problem, least: 12, style: () => paint.bad },
    ],
    paint,
  );
  const histories = triggers.filter(({ decisions }) => decisions.length > 0).map((one) => historyText(one, context));
  return [overview, ...histories].join('\n\n');
}

function historyText({ trigger, decisions }: PipelineTrigger, { paint }: Context): string {
  const history = table(
    decisions.slice(0, SHOWN_DECISIONS),
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at) },
      { title: 'EVENT', cell: ({ detail }) => detail, least: 20 },
      {
        title: 'OUTCOME',
        cell: outcomeText,
        style: ({ outcome }) => (outcome === 'refused' ? paint.bad : plain),
      },
      { title: 'REASON', cell: ({ reason }) => reason, least: 16 },
    ],
    paint,
  );
  return `${trigger}\n${history}`;
}

function outcomeText({ outcome, number }: TriggerDecision): string {
  return number === null ? outcome : `${outcome} #${number}`;
}

const plain = (text: string): string => text;
