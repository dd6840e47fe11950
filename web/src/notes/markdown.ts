/** A span of text in a line, with the supported part of inline Markdown. */
export type Span =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: 'heading' | 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'code'; readonly text: string };

const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const FENCE = /^\s*```/;

/**
 * The part of Markdown that notes are written in: headings, paragraphs, lists, code, bold, emphasis and links to http(s).
 * Everything else, HTML and pictures among it, stays the text that it is.
 */
export function parseMarkdown(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at);
    if (block !== null) blocks.push(block);
    at = next;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number): [Block | null, number] {
  const line = lines[at] ?? '';
  if (line.trim() === '') return [null, at + 1];
  if (FENCE.test(line)) {
    const end = findEnd(lines, at + 1, (one) => !FENCE.test(one));
    return [{ kind: 'code', text: lines.slice(at + 1, end).join('\n') }, end + 1];
  }
  const heading = HEADING.exec(line);
  if (heading !== null) return [{ kind: 'heading', spans: parseSpans(heading[1] ?? '') }, at + 1];
  const item = ITEM.exec(line);
  if (item !== null) {
    const end = findEnd(lines, at, (one) => ITEM.test(one));
    const items = lines.slice(at, end).map((one) => parseSpans(ITEM.exec(one)?.[2] ?? ''));
    return [{ kind: 'list', ordered: item[1] !== undefined, items }, end];
  }
  const end = findEnd(lines, at + 1, (one) => one.trim() !== '' && ![FENCE, HEADING, ITEM].some((of) => of.test(one)));
  return [{ kind: 'paragraph', spans: parseSpans(lines.slice(at, end).join('\n')) }, end];
}

/** End of the lines that continue a block, from `at`. */
function findEnd(lines: readonly string[], at: number, goesOn: (line: string) => boolean): number {
  const end = lines.findIndex((line, index) => index >= at && !goesOn(line));
  return end === -1 ? lines.length : end;
}

function parseSpans(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(SPAN)) {
    if (match.index > from) spans.push({ kind: 'text', text: text.slice(from, match.index) });
    spans.push(parseSpan(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) spans.push({ kind: 'text', text: text.slice(from) });
  return spans;
}

function parseSpan([, code, strong, underlined, emphasis, linked = '', href = '']: RegExpExecArray): Span {
  if (code !== undefined) return { kind: 'code', text: code };
  const bold = strong ?? underlined;
  if (bold !== undefined) return { kind: 'strong', text: bold };
  if (emphasis !== undefined) return { kind: 'emphasis', text: emphasis };
  return { kind: 'link', text: linked, href };
}
