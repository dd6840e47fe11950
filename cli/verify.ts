import { setTimeout as pause } from 'node:timers/promises';
import {
  type Finding,
  getVerification,
  startVerification,
  type Verification,
} from '../src/platform/integrity/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatBytes, formatCount } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';

/** Exit code: damage that was not repaired. */
const FOUND = 8;
const ASKED_AGAIN_MS = 200;

const verifyCommand = command({
  path: ['verify'],
  summary: 'Check stored files against their digests, the store, the audit trail and references',
  example: 'steelyard verify\nsteelyard verify --repair --json | jq .findings',
  needs: 'server',
  exits: { [FOUND]: 'missing or damaged data that was not repaired' },
  options: {
    repair: { describe: 'Rebuild lake files from raw bills, and remove lake files that no manifest names' },
  },
  run: async (context, { repair }) => {
    const client = await context.client();
    const started = await client.call(startVerification, { body: { repair } });
    const ended = await waitFor(context, client, started);
    await context.answer(ended, () => verificationText(ended, context));
    if (ended.state === 'failed') throw new CommandError('internal', `The verification failed: ${ended.error}`);
    if (ended.unrepaired > 0 && !repair) {
      await context.remark(
        'steelyard verify --repair rebuilds files from raw bills; restore the others from a backup.',
      );
    }
    return ended.unrepaired === 0 ? 0 : FOUND;
  },
});

async function waitFor(context: Context, client: Client, started: Verification): Promise<Verification> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    for (let state = started; ; ) {
      if (state.endedAt !== null) return state;
      const { area = 'waiting', itemsDone = 0, items = null } = state.progress ?? {};
      progress.show(
        `Checking ${area}: ${formatCount(itemsDone)}`,
        items === null ? null : itemsDone / Math.max(1, items),
      );
      await pause(ASKED_AGAIN_MS);
      state = await client.call(getVerification, { params: { verification: started.verification } });
    }
  } finally {
    await progress.clear();
  }
}

function verificationText({ checked, findings, findingsCount, unrepaired }: Verification, { paint }: Context): string {
  const areas = checked.map(({ area, items, sizeBytes, digestsAdded }) => {
    const bytes = sizeBytes === 0 ? '' : `, ${formatBytes(sizeBytes)} read`;
    const added = digestsAdded === 0 ? '' : `, ${counted(digestsAdded, 'digest')} added`;
    return `  ${area.padEnd(10)}  ${formatCount(items)} checked${bytes}${added}`;
  });
  if (findingsCount === 0) return [paint.good('Nothing is missing or damaged.'), ...areas].join('\n');
  const repaired = findingsCount - unrepaired;
  const title = `${counted(findingsCount, 'finding')}, ${formatCount(repaired)} repaired`;
  const reasons = findings.flatMap(({ what, reason }) => (reason === null ? [] : [`${what}: ${reason}`]));
  const rows = table(
    findings,
    [
      { title: 'AREA', cell: ({ area }) => area },
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'STATE', cell: formatState, style: (finding) => (finding.repaired ? paint.good : paint.bad) },
      { title: 'FILE OR RECORD', cell: ({ what }) => what },
      { title: 'PROBLEM', cell: ({ problem }) => problem, least: 20 },
    ],
    paint,
  );
  return [unrepaired === 0 ? paint.good(title) : paint.bad(title), ...areas, rows, ...reasons].join('\n');
}

function formatState({ repaired }: Finding): string {
  return repaired ? 'repaired' : 'damaged';
}

export const verifyCommands = [verifyCommand];
