import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { copyJournals } from './copy.ts';
import { openJournal } from './journal.ts';
import { verifyJournals } from './verify.ts';

it('a journal that is copied while it is written to has no damage, and no line is missing', async () => {
  const root = mkdtempSync(join(tmpdir(), 'copied-'));
  await using journal = await openJournal({
    ...{ folder: join(root, 'from', 'coin'), fsync: 'always', now: Date.now, log: pino({ level: 'silent' }) },
  });
  let isWriting = true;
  const writing = (async () => {
    for (let number = 0; isWriting; number += 1) await journal.append([{ number }]);
  })();
  for (let round = 0; round < 20; round += 1) {
    const to = join(root, `to-${round}`);
    await copyJournals(join(root, 'from'), to);
    const findings = await verifyJournals(to);
    expect(findings.filter(({ kind }) => kind !== 'torn_tail')).toEqual([]);
    // Between two copies no segment is open, as after a settling.
    await journal.cut();
  }
  isWriting = false;
  await writing;
  await copyJournals(join(root, 'missing'), join(root, 'none'));
});
