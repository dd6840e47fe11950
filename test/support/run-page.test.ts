import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSameOutput, parseSteps, runPage } from './run-page.ts';

const page = (...blocks: string[]) => `# Page\n\n${blocks.join('\n\n')}\n`;
const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

describe('parseSteps', () => {
  it('reads files, commands and their outputs in order', () => {
    const steps = parseSteps(
      page('Save as `a/b.py`:', block('python', 'print(1)'), block('sh', 'ls'), 'It prints:', block('text', 'a')),
    );
    expect(steps).toEqual([
      { kind: 'file', name: 'a/b.py', text: 'print(1)\n' },
      { kind: 'command', text: 'ls\n', output: { text: 'a\n', start: expect.any(Number) } },
    ]);
  });

  it.each([
    ['a file without a name', [block('python', 'print(1)')]],
    ['an output without a command', [block('text', 'a')]],
    ['a second output', [block('sh', 'ls'), block('text', 'a'), block('text', 'b')]],
    ['an output that reads like a file', ['Save as `a`:', block('text', 'a')]],
  ])('refuses %s', (_, blocks) => {
    expect(() => parseSteps(page(...blocks))).toThrow(/^line \d+: no command/);
  });
});

describe('isSameOutput', () => {
  const varying = [{ pattern: /run [0-9a-f]{4}/g }, { pattern: /(?<=cost )[\d.]+/g, within: 3 }];
  it.each([
    ['run 00ab  cost 0.5', 'run 12cd    cost 1.2', true],
    ['run 00ab  cost 0.5', 'run 00ab  cost 1.6', false],
    ['run 00ab  cost 0.5', 'run 00ab  cost 0', false],
    ['run 00ab  cost 0.5', 'run 00ab  cost unknown', false],
    ['run 00ab', 'run 00ab failed', false],
  ])('%s and %s: %s', (shown, actual, expected) => {
    expect(isSameOutput(shown, actual, varying)).toBe(expected);
  });

  it('compares every space if nothing varies', () => {
    expect(isSameOutput('a   b', 'a  b')).toBe(false);
  });
});

describe('runPage', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (markdown: string, more: object = {}) =>
    runPage(markdown, { folder, environment: { PATH: '/usr/bin:/bin', WORD: 'http://127.0.0.1:1' }, ...more });

  it('returns the page itself if every output is as shown', async () => {
    const right = page(
      'Save as `one.txt`:',
      block('csv', 'x'),
      block('sh', 'cat one.txt; echo y >&2'),
      block('text', 'x\ny'),
    );
    expect(await run(right)).toBe(right);
  });

  it('returns the actual outputs in place of those that differ', async () => {
    const shown = page(block('sh', 'echo 1'), block('text', '2'), block('sh', 'echo 3'), block('text', '4'), 'End.');
    expect(await run(shown)).toBe(shown.replace('2', '1').replace('4', '3'));
  });

  it('shows texts of the test as the page does', async () => {
    const shown = page(block('sh', 'echo $WORD'), block('text', 'http://127.0.0.1:4610'));
    expect(await run(shown, { shownAs: { 'http://127.0.0.1:1': 'http://127.0.0.1:4610' } })).toBe(shown);
  });

  it('fails with the output of a command that fails, also in the middle of a block', async () => {
    await expect(run(page(block('sh', 'echo before; false; echo after')))).rejects.toThrow(/exit code 1.*\nbefore/);
  });

  it('leaves out only replaced blocks that are on the page', async () => {
    const shown = page(block('sh', 'exit 3'), block('sh', 'echo 1'), block('text', '1'));
    expect(await run(shown, { replaced: ['exit 3'] })).toBe(shown);
    await expect(run(shown, { replaced: ['exit 3', 'exit 4'] })).rejects.toThrow('not a block of the page: exit 4');
  });
});
