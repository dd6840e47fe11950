import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './markdown.ts';

describe('the Markdown of notes', () => {
  it('has headings, paragraphs, lists and code', () => {
    const text = '# Baseline\nWith **more** dropout\nand `adam`.\n\n- one\n- *two*\n\n1. first\n```py\nx = [1](2)\n```';
    expect(parseMarkdown(text)).toEqual([
      { kind: 'heading', spans: [{ kind: 'text', text: 'Baseline' }] },
      {
        kind: 'paragraph',
        spans: [
          { kind: 'text', text: 'With ' },
          { kind: 'strong', text: 'more' },
          { kind: 'text', text: ' dropout\nand ' },
          { kind: 'code', text: 'adam' },
          { kind: 'text', text: '.' },
        ],
      },
      { kind: 'list', ordered: false, items: [[{ kind: 'text', text: 'one' }], [{ kind: 'emphasis', text: 'two' }]] },
      { kind: 'list', ordered: true, items: [[{ kind: 'text', text: 'first' }]] },
      { kind: 'code', text: 'x = [1](2)' },
    ]);
  });

  it.each(['<script>alert(1)</script>', '[x](javascript:alert(1))', '2 * 3 * 4', '[x](data:text/html,hello)'])(
    'leaves what could act, and what is no markup, as text: %s',
    (text) => {
      expect(parseMarkdown(text)).toEqual([{ kind: 'paragraph', spans: [{ kind: 'text', text }] }]);
    },
  );

  it('links to http and https alone', () => {
    expect(parseMarkdown('see [it](https://example.com/a?b=1)')).toEqual([
      {
        kind: 'paragraph',
        spans: [
          { kind: 'text', text: 'see ' },
          { kind: 'link', text: 'it', href: 'https://example.com/a?b=1' },
        ],
      },
    ]);
  });

  it('takes a fence that never ends as code to the end', () => {
    expect(parseMarkdown('```\na\n\nb')).toEqual([{ kind: 'code', text: 'a\n\nb' }]);
  });
});
