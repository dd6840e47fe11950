import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLastLines, takeLastLines } from './last-lines.ts';
import { createWorkSecrets } from './work-secrets.ts';

const buildWork = (log: string | null) => {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-lines-'));
  if (log !== null) writeFileSync(join(folder, 'output.log'), log);
  return { id: 'w', folder };
};
const showLastLines = (log: string | null, secrets: readonly string[] = []) => {
  const workSecrets = createWorkSecrets();
  workSecrets.keep('w', secrets);
  return readLastLines({ workSecrets }, buildWork(log));
};

describe('the last lines of a log', () => {
  it.each([
    ['of nothing are unknown', '', null],
    ['of line ends are unknown', '\n\r\n\n', null],
    ['are without colours and empty lines', 'a\n\n\u001b[31mb\u001b[0m\n', 'a\nb'],
    ['are those of a progress bar, too', '10 %\r20 %\rdone', '10 %\n20 %\ndone'],
    [
      'are at most ten',
      Array.from({ length: 30 }, (_, line) => String(line)).join('\n'),
      '20\n21\n22\n23\n24\n25\n26\n27\n28\n29',
    ],
    ['are cut where they are long', 'x'.repeat(5000), `${'x'.repeat(400)}…`],
  ])('%s', (_what, text, expected) => {
    expect(takeLastLines(text)).toBe(expected);
  });

  it('are read from the end of a large log', async () => {
    expect(await showLastLines(`${'noise\n'.repeat(200_000)}Traceback\nKeyError: 'x'\n`)).toMatch(
      /noise\nTraceback\nKeyError: 'x'$/,
    );
  });

  it('are unknown without a log', async () => {
    expect(await showLastLines(null)).toBeNull();
  });

  it('keep no part of a secret, wherever the tail begins', async () => {
    const secret = 'hush-hush-0123456789';
    for (let shift = 0; shift < 30; shift += 1) {
      const tail = 'y'.repeat(16 * 1024 - shift);
      expect(await showLastLines(`${'x'.repeat(50_000)}${secret}${tail}\n`, [secret])).not.toMatch(/hush|0123|89y/);
    }
    expect(await showLastLines(`token ${secret}`, [secret])).toBe(`token ${'*'.repeat(secret.length)}`);
  });
});
