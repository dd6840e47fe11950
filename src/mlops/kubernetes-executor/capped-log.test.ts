import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HEAD_BYTES, openCappedLog, TAIL_BYTES } from './capped-log.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'capped-log-'));
const read = (at: string) => readFileSync(join(at, 'output.log'), 'utf8');

it('is cut to what is known to be right, and goes on there', async () => {
  const at = folder();
  writeFileSync(join(at, 'output.log'), 'kept, and not kept');
  const log = await openCappedLog(at, 4);
  await log.append(Buffer.from('!'));
  await log.finish();
  expect(read(at)).toBe('kept!');
});

it('keeps its beginning and its last words, and says how much is left out between them', async () => {
  const at = folder();
  const log = await openCappedLog(at, 0);
  const piece = Buffer.alloc(700_001, 'x');
  const pieces = Math.ceil((HEAD_BYTES + 5 * TAIL_BYTES) / piece.length);
  await log.append(Buffer.from('first words'));
  for (let index = 0; index < pieces; index += 1) await log.append(piece);
  await log.append(Buffer.from('last words'));
  expect(log.headBytes).toBeNull();
  await log.finish();
  const text = read(at);
  const written = 'first words'.length + pieces * piece.length + 'last words'.length;
  expect(text.startsWith('first words')).toBe(true);
  expect(text.endsWith('last words')).toBe(true);
  expect(text).toContain(`\n[${written - HEAD_BYTES - TAIL_BYTES} bytes are left out here]\n`);
});

it('leaves nothing out of what fits', async () => {
  const at = folder();
  const log = await openCappedLog(at, 0);
  await log.append(Buffer.alloc(HEAD_BYTES, 'x'));
  await log.append(Buffer.from('and a little'));
  await log.finish();
  expect(read(at).length).toBe(HEAD_BYTES + 'and a little'.length);
});
