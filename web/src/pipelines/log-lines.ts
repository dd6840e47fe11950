/** The stored part of a log: the latest lines, and the number of dropped lines before them. */
export interface LogLines {
  readonly lines: readonly string[];
  /** Lines before the first of `lines` that were dropped to limit the memory of the page. */
  readonly droppedCount: number;
  /** True if the last line is incomplete. */
  readonly isOpen: boolean;
}

export const NO_LINES: LogLines = { lines: [], droppedCount: 0, isOpen: false };

const MOST_LINES = 200_000;
/** A longer line is shown as several, so that one without an end can be drawn. */
const LONGEST_LINE = 4_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control sequences of terminals, which a page cannot show
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * Appends text to a log. Splits it into lines, removes terminal colours, and keeps only the last state of an
 * overwritten line (a progress bar).
 * Example: "a\nb" and then "c\n" are the lines "a" and "bc".
 */
export function appended(log: LogLines, text: string, mostLines = MOST_LINES): LogLines {
  if (text === '') return log;
  const open = log.isOpen ? (log.lines.at(-1) ?? '') : '';
  const parts = `${open}${text}`.split(/\r?\n/);
  const isOpen = parts.at(-1) !== '';
  if (!isOpen) parts.pop();
  const fresh = parts.flatMap((part, index) => formatLines(part, isOpen && index === parts.length - 1));
  const before = log.isOpen ? log.lines.slice(0, -1) : log.lines;
  const lines = [...before, ...fresh];
  const tooMany = Math.max(0, lines.length - mostLines);
  return { lines: tooMany === 0 ? lines : lines.slice(tooMany), droppedCount: log.droppedCount + tooMany, isOpen };
}

/** The open line keeps its overwritten text, because more of it may arrive. */
function formatLines(line: string, isOpenLine: boolean): string[] {
  const text = isOpenLine ? line : writtenOver(line).replace(CONTROL, '');
  if (text.length <= LONGEST_LINE) return [text];
  const count = Math.ceil(text.length / LONGEST_LINE);
  return Array.from({ length: count }, (_, index) => text.slice(index * LONGEST_LINE, (index + 1) * LONGEST_LINE));
}

/** A line for display: only its last state, if it was overwritten. */
export function formatLine(line: string): string {
  return writtenOver(line).replace(CONTROL, '');
}

function writtenOver(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}
