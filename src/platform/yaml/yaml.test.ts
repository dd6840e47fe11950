import { describe, expect, it } from 'vitest';
import { InvalidYaml, readYaml, YAML_DEPTH_LIMIT, YAML_PART_LIMIT } from './index.ts';

const MOST_CPU_MS = 250;
const FOUR_MIB = 4 * 2 ** 20;

/** The most processor time that this thread took between two turns of the event loop while something was read. */
async function longestStepMs(text: string): Promise<{ readonly longest: number; readonly refused: unknown }> {
  let longest = 0;
  let isOver = false;
  let since = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(since);
    longest = Math.max(longest, (user + system) / 1000);
    since = process.threadCpuUsage();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  const refused = await readYaml(text).then(
    () => null,
    (error: unknown) => error,
  );
  isOver = true;
  look();
  return { longest, refused };
}

const repeated = (text: string) => text.repeat(Math.floor(FOUR_MIB / text.length));

describe('reading YAML of 4 MiB holds the event loop for no longer than a quarter of a second', () => {
  // Without bounds each of them took from 4 to 15 seconds, or ended in a full stack.
  it.each([
    ['anchors', `a: ${repeated('&a ')}x`],
    ['tags', `a: ${repeated('!a ')}x`],
    ['lists in each other on one line', `${repeated('- ')}x`],
    ['keys in each other on one line', `${repeated('? ')}x`],
    ['colons', `a: ${repeated(': ')}x`],
    ['colons in a flow mapping', `a: {${repeated('a : ')}x}`],
    ['closing brackets', `a: ${repeated(']')}`],
    ['commas', `a: [${repeated(',')}]`],
    ['texts in quotes, one behind the other', `a: ${repeated("'a' ")}`],
    ['flow lists in each other', repeated('[')],
    ['ends of documents', repeated('...\n')],
    ['beginnings of documents', repeated('---\n')],
    ['a list', repeated('- a: b\n')],
    ['spaces', `a:${repeated(' ')}b`],
    ['one word after the other', repeated('a ')],
    ['escapes', `"${repeated('\\n')}"`],
    ['aliases', `a: &a [x]\nb: [${repeated('*a , ')}]`],
  ])('%s', async (_name, text) => {
    const { longest, refused } = await longestStepMs(text);
    expect(longest).toBeLessThan(MOST_CPU_MS);
    if (refused !== null) expect(refused).toBeInstanceOf(InvalidYaml);
  });
});

describe('bounds of YAML', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}x${']'.repeat(levels)}`;

  it('are a depth, in flow and in blocks', async () => {
    expect(await readYaml(nested(YAML_DEPTH_LIMIT))).toHaveLength(1);
    const tooDeep = { kind: 'invalid', message: 'it is nested more than 64 levels deep' };
    await expect(readYaml(nested(YAML_DEPTH_LIMIT + 1))).rejects.toMatchObject(tooDeep);
    const blocks = Array.from({ length: 100 }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
    await expect(readYaml(blocks)).rejects.toMatchObject(tooDeep);
    await expect(readYaml(`${'- '.repeat(100)}x`)).rejects.toMatchObject(tooDeep);
  });

  it('are a number of parts, of several texts together', async () => {
    const lines = (count: number) => 'a: b\n---\n'.repeat(count);
    const budget = { parts: YAML_PART_LIMIT };
    expect(await readYaml(lines(9000), { budget })).toHaveLength(9001);
    await expect(readYaml(lines(9000), { budget })).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('name the place of the first error, also inside of other values', async () => {
    await expect(readYaml('a:\n  b: [1, , 2]\n')).rejects.toMatchObject({ offset: 12 });
    await expect(readYaml('a: 1\nb: 2\na: 3\n')).rejects.toMatchObject({
      offset: 10,
      message: 'Map keys must be unique',
    });
  });
});
