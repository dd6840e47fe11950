import { Fragment, type ReactNode } from 'react';
import parts from '../parts/parts.module.css';
import { type Block, parseMarkdown, type Span } from './markdown.ts';
import styles from './notes.module.css';

/** A note as its Markdown means it. It is made of elements, never of HTML: nothing in it can run or load. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className={styles.markdown}>
      {parseMarkdown(text).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a note are told apart by their place alone
        <Fragment key={index}>{renderBlock(block)}</Fragment>
      ))}
    </div>
  );
}

function renderBlock(block: Block): ReactNode {
  switch (block.kind) {
    case 'heading':
      return <p className={styles.heading}>{renderSpans(block.spans)}</p>;
    case 'paragraph':
      return <p>{renderSpans(block.spans)}</p>;
    case 'code':
      return <pre>{block.text}</pre>;
    case 'list': {
      const items = block.items.map((spans, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <li key={index}>{renderSpans(spans)}</li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function renderSpans(spans: readonly Span[]): ReactNode {
  return spans.map((span, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <Fragment key={index}>{renderSpan(span)}</Fragment>
  ));
}

function renderSpan(span: Span): ReactNode {
  switch (span.kind) {
    case 'text':
      return span.text;
    case 'code':
      return <code>{span.text}</code>;
    case 'strong':
      return <strong>{span.text}</strong>;
    case 'emphasis':
      return <em>{span.text}</em>;
    case 'link':
      return (
        <a href={span.href} className={parts.textLink} target="_blank" rel="noreferrer noopener nofollow">
          {span.text}
        </a>
      );
  }
}
