import { describe, expect, it } from 'vitest';
import { toTitle } from './frame/command.ts';
import { listNouns } from './frame/noun.ts';
import { parseCommandLine } from './frame/parse.ts';
import { loadAllCommands, nounGroups } from './nouns.ts';
import { main } from './program.ts';
import { capturedIo, golden, normalised, steelyard } from './testing.ts';

const commands = await loadAllCommands();
const nouns = listNouns(nounGroups);

async function expectGolden(name: string, argv: readonly string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await steelyard(argv)));
  expect(actual).toBe(expected);
}

describe('the command line', () => {
  it.each([
    ['help', ['--help']],
    ['help-noun', ['bill', '--help']],
    ['help-command', ['bill', 'import', '--help']],
    ['help-gate', ['help', 'gate', 'check']],
  ])('shows %s', async (name, argv) => {
    await expectGolden(name, argv);
  });

  it('lists the same nouns without a word, with --help and with help', async () => {
    const overview = await steelyard(['--help']);
    expect(await steelyard([])).toEqual(overview);
    expect(await steelyard(['help'])).toEqual(overview);
  });

  it('lists every noun on one screen', async () => {
    const { out } = await steelyard(['--help']);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const listed = lines.flatMap((line) => (line.match(/^ {2}(\S+(?:, \S+)*) {2,}\S/)?.[1] ?? '').split(', '));
    expect(listed.filter((word) => word !== '').toSorted()).toEqual(nouns.map(({ name }) => name).toSorted());
  });

  it.each(nouns.filter(({ verbs }) => verbs.length > 0))('lists the verbs of $name in one line each', async (noun) => {
    const { code, out } = await steelyard([noun.name, '--help']);
    expect(code).toBe(0);
    expect(await steelyard(['help', noun.name])).toEqual({ code, out, err: '' });
    const lines = new Set(out.split('\n').map((line) => line.replace(/ {2,}/g, '  ')));
    const broken = (await noun.load())
      .map(({ path: [, ...verb], summary }) => `  ${verb.join(' ')}  ${summary}`)
      .filter((line) => !line.startsWith('    ') && !lines.has(line));
    expect(broken).toEqual([]);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('shows the help of a command that has commands below it, and lists these', async () => {
    const { out } = await steelyard(['run', '--help']);
    expect(out).toContain('Usage  steelyard run');
    expect(out).toMatch(/^More commands\n {2}list /m);
  });

  it('loads the commands of no other noun than the one in use', async () => {
    const loaded: string[] = [];
    const watched = nouns.map((noun) => ({
      ...noun,
      load: () => {
        loaded.push(noun.name);
        return noun.load();
      },
    }));
    for (const argv of [[], ['--version'], ['--help'], ['bill', 'import', '--help'], ['budget', 'list', '--json']])
      await parseCommandLine(watched, argv);
    for (const argv of [['bil'], ['imprt'], ['import'], ['--verison']])
      await expect(parseCommandLine(watched, argv)).rejects.toMatchObject({ code: 'usage' });
    expect(loaded).toEqual(['bill', 'budget']);
  });

  it('prints its version', async () => {
    expect(await steelyard(['--version'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
  });

  it.each([
    ['a misspelt noun', ['bil', 'import'], '"steelyard bil" is no command. Did you mean "bill"?'],
    ['a misspelt verb', ['bill', 'imprt', 'x'], '"steelyard bill imprt" is no command. Did you mean "import"?'],
    [
      'a misspelt verb of two words',
      ['forecast', 'chnge', 'add'],
      '"steelyard forecast chnge" is no command. Did you mean "change"?',
    ],
    ['a misspelt noun behind help', ['help', 'budgt'], '"steelyard budgt" is no command. Did you mean "budget"?'],
    ['a verb without its noun', ['import', 'x'], '"steelyard import" is no command. Did you mean "bill import"?'],
    ['a word like nothing', ['qwertyuiop'], '"steelyard qwertyuiop" is no command. See'],
    ['a misspelt option', ['bill', 'import', 'x', '--sorce', 'a'], 'has no option --sorce. Did you mean "--source"?'],
    [
      'an option with one dash',
      ['bill', 'import', 'x', '-source', 'a'],
      'has no option -source. Did you mean "--source"?',
    ],
    ['an option of another command', ['price', 'list', '--by', 'x'], 'has no option --by.'],
    ['an option before any command', ['--verison'], '"steelyard" has no option --verison. Did you mean "--version"?'],
    ['a required option left out', ['bill', 'import', 'x'], '"steelyard bill import" needs --source NAME.'],
    ['an option without its value', ['bill', 'import', 'x', '--source', '--json'], 'needs a value after --source'],
    ['an option twice', ['cost', 'summary', '--by', 'a', '--by', 'b'], 'takes --by once.'],
    ['a value for a flag', ['price', 'list', '--json=yes'], 'takes no value for --json.'],
    ['a value of the wrong form', ['cost', 'rows', '--limit', 'many'], 'cannot take --limit "many": a whole number.'],
    ['a value that is none of the choices', ['cost', 'rows', '--metric', 'cost'], 'cannot take --metric "cost":'],
    ['a month that is none', ['cost', 'rows', '--period', '2026-13'], 'a month such as "2026-11"'],
    ['an address that is none', ['price', 'list', '--url', 'host:1'], 'expected an address such as'],
    ['a word left out', ['gate', 'check', 'ranker', '--policy', 'p'], '"steelyard gate check" needs VERSION.'],
    ['a word too many', ['price', 'list', 'gpu'], '"steelyard price list" does not take "gpu".'],
  ])('refuses %s in one sentence with exit 2', async (_what, argv, sentence) => {
    const { code, out, err } = await steelyard(argv);
    expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(err).toMatch(/^error\[usage\]: /);
    expect(err).toContain(sentence);
    if (argv.includes('--json')) expect(JSON.parse(out)).toMatchObject({ code: 'usage' });
    else expect(out).toBe('');
  });

  it('finds the command wherever options stand', async () => {
    const asked = await steelyard(['--json', 'bill', '--url', 'http://127.0.0.1:1', 'deliveries']);
    expect(asked.code).toBe(3);
    expect(JSON.parse(asked.out)).toMatchObject({ code: 'server_unreachable', url: 'http://127.0.0.1:1' });
  });

  it('shows colours on a terminal and not against NO_COLOR', async () => {
    const colourful = capturedIo({}, true);
    await main(['--help'], colourful.io);
    const plain = capturedIo({ NO_COLOR: '1' }, true);
    await main(['--help'], plain.io);
    expect(colourful.written.out).toContain('\u001b[1mServer');
    expect(plain.written.out).not.toContain('\u001b');
  });
});

describe('every noun', () => {
  it.each(nouns)('$name names the verbs of its commands', async (noun) => {
    const verbs = (await noun.load()).map(({ path }) => path.slice(1).join(' '));
    expect(verbs.filter((verb) => verb !== '')).toEqual(noun.verbs);
  });

  it('is there once, and every command has one', () => {
    const names = nouns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(commands.map(toTitle)).size).toBe(commands.length);
  });
});

describe('every command', () => {
  it.each(commands.map((command) => [toTitle(command), command] as const))(
    '%s has help with an example of itself',
    async (title, command) => {
      const { code, out } = await steelyard([...command.path, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`${command.summary}.`);
      expect(command.example.split('\n').every((line) => line.startsWith(title))).toBe(true);
      expect(out).toContain('--json');
    },
  );
});
