import { Readable } from 'node:stream';
import { ChainHead } from '../src/platform/hash-chain/schema.ts';
import { verifyDecisions } from '../src/tradeoff/decisions/chain/schema.ts';
import { type ExportReplay, exportDecision } from '../src/tradeoff/decisions/exports/schema.ts';
import { DecisionId, type DecisionReplay, replayDecision } from '../src/tradeoff/decisions/schema.ts';
import { checksText, verdictStyle, verdictText } from './checks.ts';
import { saveTo } from './downloads.ts';
import { command } from './frame/command.ts';
import { type Context, jsonText } from './frame/context.ts';
import { loadDecisionReplay } from './local-work.ts';
import { counted } from './output/amounts.ts';
import { readTextFile } from './text-files.ts';

/** Exit code of a replay that gives another verdict, and of a broken chain: findings and not errors. */
const DIFFERS = 1;

const replayCommand = command({
  path: ['decision', 'replay'],
  summary: 'Replay a decision from its evidence, on the server or from an exported file',
  example: 'steelyard decision replay dec_0123456789abcdef0123\nsteelyard decision replay decision.json',
  needs: 'server',
  exits: { [DIFFERS]: 'the replay differs from the record' },
  positionals: { decision: { describe: 'Id of the decision, or a file of "decision export"' } },
  run: async (context, { decision }) => {
    if (!DecisionId.safeParse(decision).success) return replayFile(context, decision);
    const client = await context.client();
    const replay = await client.call(replayDecision, { params: { decision } });
    await context.answer(replay, () => replayText(replay, context));
    return replay.isSame ? 0 : DIFFERS;
  },
});

/** In this process: no server, data folder or network. */
async function replayFile(context: Context, file: string): Promise<number> {
  const { text } = readTextFile(file);
  const { replayExport } = await loadDecisionReplay();
  const replay = replayExport(text);
  await context.answer(replay, () => replayText({ ...replay, bills: [] }, context));
  if (replay.chain !== null) {
    const { position, sha256 } = replay.chain;
    await context.remark(`Check it against the server: steelyard decision verify --head ${position}:${sha256}`);
  }
  return replay.isSame ? 0 : DIFFERS;
}

type ReplayFacts = Omit<ExportReplay, 'chain' | 'evidenceSha256'> & Pick<DecisionReplay, 'bills'>;

function replayText({ verdict, recordedVerdict, isSame, checks, bills }: ReplayFacts, { paint }: Context): string {
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

const exportCommand = command({
  path: ['decision', 'export'],
  summary: 'Export a decision with its policy and evidence as one JSON document',
  example: 'steelyard decision export dec_0123456789abcdef0123 --out decision.json',
  needs: 'server',
  positionals: { decision: { describe: 'Id of the decision' } },
  options: { out: { value: 'FILE', describe: 'Write to this file; default: stdout' } },
  run: async (context, { decision, out }) => {
    const client = await context.client();
    const exported = await client.call(exportDecision, { params: { decision } });
    const text = jsonText(exported);
    if (out === undefined) {
      await context.io.out.write(text);
      return 0;
    }
    const sizeBytes = await saveTo(out, Readable.from([text]));
    await context.answer({ file: out, sizeBytes }, () => `${out}: ${counted(sizeBytes, 'byte')}`);
    await context.remark(`Replay it on any machine: steelyard decision replay ${out}`);
    return 0;
  },
});

const verifyCommand = command({
  path: ['decision', 'verify'],
  summary: 'Verify that no decision was changed, removed or moved',
  example: `steelyard decision verify
steelyard decision verify --head 12:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  needs: 'server',
  exits: { [DIFFERS]: 'the chain of the decisions is broken' },
  options: {
    head: { value: 'N:HASH', schema: ChainHead, describe: 'Head of an earlier verification, which must still exist' },
  },
  run: async (context, { head }) => {
    const found = await (await context.client()).call(verifyDecisions, { query: { head } });
    const { broken, brokenDecision, rows } = found;
    await context.answer(found, () =>
      broken === null
        ? `${context.paint.good('The chain is intact:')} ${counted(rows, 'decision')}\n  head  ${found.head}`
        : `${context.paint.bad('The chain is broken')} at row ${broken.seq}${brokenDecision === null ? '' : ` (${brokenDecision})`}: ${broken.why}`,
    );
    await context.remark('Keep the head elsewhere: with it a later check finds rows that were removed from the end.');
    return broken === null ? 0 : DIFFERS;
  },
});

export const proofCommands = [replayCommand, exportCommand, verifyCommand];
