import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from './frame/context.ts';
import { CommandError, systemCode } from './frame/failure.ts';

/** Options of the commands that make a file of this repository. */
export const generatedOptions = {
  check: { describe: 'Compare with the file of this checkout instead of printing; exit 1 when they differ' },
  write: { describe: 'Write the file of this checkout instead of printing' },
} as const;

export interface GeneratedFile {
  /** From the root of the checkout: `docs/cli.md`. */
  readonly file: string;
  readonly text: string;
  /** Output of --json where the content itself is a document; otherwise text is output under `content`. */
  readonly document?: unknown;
  /** Command that regenerates the file. */
  readonly renewal: string;
}

/** Exit codes that `--check` adds. */
export const generatedExits = { 1: 'with --check: the file is not up to date' } as const;

/** Prints, compares or writes a generated file; the answer is the exit code. */
export async function answerGenerated(
  context: Context,
  { check, write }: { readonly check: boolean; readonly write: boolean },
  generated: GeneratedFile,
): Promise<number> {
  const { file, text, renewal } = generated;
  if (check && write) throw new CommandError('usage', '--check and --write exclude each other: give one of them.');
  if (!check && !write) {
    await context.answer(generated.document ?? { file, content: text }, () => text);
    return 0;
  }
  const upToDate = readContent(file) === text;
  if (write && !upToDate) writeFileSync(toPath(file), text);
  const stale = write ? 'written' : `not up to date. Run: ${renewal}`;
  await context.answer(
    write ? { file, written: !upToDate } : { file, upToDate, renewal },
    () => `${file}: ${upToDate ? 'up to date' : stale}`,
  );
  return check && !upToDate ? 1 : 0;
}

function toPath(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

function readContent(file: string): string | null {
  try {
    return readFileSync(toPath(file), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
