import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text as readText } from 'node:stream/consumers';

interface FileStep {
  readonly kind: 'file';
  readonly name: string;
  readonly text: string;
}

interface CommandStep {
  readonly kind: 'command';
  readonly text: string;
  /** Output as the page shows it, and its place in the page; null if the page shows none. */
  readonly output: { readonly text: string; readonly start: number } | null;
}

/** Text that differs between two runs. With `within`, both sides are numbers that differ at most by this factor. */
export interface Varying {
  readonly pattern: RegExp;
  readonly within?: number;
}

export interface PageOptions {
  /** Working folder of every command. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Blocks of the page that the test replaces, such as the start of the server. Each must be on the page. */
  readonly replaced?: readonly string[];
  /** Blocks of the page that wait for something first, each called with the environment. Each must be on the page. */
  readonly waits?: Readonly<Record<string, (environment: PageOptions['environment']) => Promise<void>>>;
  /** Texts of the actual outputs, each with the text that the page has for it. */
  readonly shownAs?: Readonly<Record<string, string>>;
  readonly varying?: readonly Varying[];
}

const BLOCK = /^```(\w*)\n(.*?)^```$/gms;
const LIMIT_MS = 170_000;

/**
 * Steps of a page: a block of `sh` is a command, a block of `text` after it is its output, and any other block is a
 * file with the name that ends the paragraph before it: "Save as `train.py`:". Error: a block that is none of these,
 * so that no block of the page stays untested.
 */
export function parseSteps(markdown: string): (FileStep | CommandStep)[] {
  const steps: (FileStep | CommandStep)[] = [];
  for (const match of markdown.matchAll(BLOCK)) {
    const [, language = '', text = ''] = match;
    const before = markdown.slice(0, match.index);
    const last = steps.at(-1);
    const name = /`([\w./-]+)`:\s*$/.exec(before)?.[1];
    if (language === 'sh') steps.push({ kind: 'command', text, output: null });
    else if (language === 'text' && last?.kind === 'command' && last.output === null)
      steps.splice(-1, 1, { ...last, output: { text, start: match.index + '```text\n'.length } });
    else if (language !== 'text' && name !== undefined) steps.push({ kind: 'file', text, name });
    else throw new Error(`line ${before.split('\n').length}: no command, no output and no file with a name before it`);
  }
  return steps;
}

/**
 * Writes the files and runs the commands of a page, in order. Returns the page with the actual outputs, which equals
 * the page if every output is as shown. An output that differs only as `varying` permits stays as the page shows it.
 * Error: a command fails, or a block of `replaced` or `waits` is not on the page.
 */
export async function runPage(markdown: string, options: PageOptions): Promise<string> {
  const replaced = new Set(options.replaced);
  const waits = new Map(Object.entries(options.waits ?? {}));
  const outputs: { readonly shown: string; readonly start: number; readonly actual: string }[] = [];
  for (const step of parseSteps(markdown)) {
    if (step.kind === 'file') writeStep(step, options.folder);
    else if (!replaced.delete(step.text.trimEnd())) {
      const name = step.text.trimEnd();
      await waits.get(name)?.(options.environment);
      waits.delete(name);
      const actual = await runCommand(step.text, options);
      if (step.output !== null && !isSameOutput(step.output.text, actual, options.varying))
        outputs.push({ shown: step.output.text, start: step.output.start, actual });
    }
  }
  const missing = [...replaced, ...waits.keys()];
  if (missing.length > 0) throw new Error(`not a block of the page: ${missing.join('; ')}`);
  return outputs.reduceRight(
    (page, { shown, start, actual }) => page.slice(0, start) + actual + page.slice(start + shown.length),
    markdown,
  );
}

/** Compares two outputs. If some text may vary, column widths may vary with it. */
export function isSameOutput(shown: string, actual: string, varying: readonly Varying[] = []): boolean {
  const one = maskVarying(shown, varying);
  const other = maskVarying(actual, varying);
  if (one.text !== other.text) return false;
  return one.numbers.every(({ value, within }, index) => {
    const against = other.numbers[index]?.value ?? Number.NaN;
    return value === against || (against / value <= within && value / against <= within);
  });
}

function maskVarying(output: string, varying: readonly Varying[]) {
  const numbers: { readonly value: number; readonly within: number }[] = [];
  let text = output;
  for (const [index, { pattern, within }] of varying.entries()) {
    text = text.replaceAll(pattern, (match) => {
      if (within !== undefined) numbers.push({ value: Number(match), within });
      return `{${index}}`;
    });
  }
  return { text: varying.length === 0 ? text : text.replaceAll(/ {2,}/g, '  '), numbers };
}

function writeStep({ name, text }: FileStep, folder: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function runCommand(command: string, { folder, environment, shownAs = {} }: PageOptions): Promise<string> {
  // Both streams go to one pipe, in order, as on a terminal.
  const words = ['-ec', `exec 2>&1\n${command}`];
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn('sh', words, { cwd: folder, env: environment, stdio: [...stdio], timeout: LIMIT_MS });
  const [output, [code, signal]] = await Promise.all([readText(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${command}exit code ${code}, signal ${signal}:\n${output}`);
  const replaced = Object.entries(shownAs).reduce((text, [actual, shown]) => text.replaceAll(actual, shown), output);
  return replaced.replaceAll(/[ \t]+$/gm, '').replace(/(?<=[^\n])$/, '\n');
}
