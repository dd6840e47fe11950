import { useState } from 'react';
import styles from './parts.module.css';

interface CopyButtonProps {
  readonly text: string;
  /** As the object of a sentence: "the run id". */
  readonly what: string;
}

/** Copies a text to the clipboard, and confirms it until the button loses focus. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const leave = () => setCopied(false);
  return (
    <button
      type="button"
      className={styles.plain}
      aria-label={`Copy ${what}`}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      onBlur={leave}
      onPointerLeave={leave}
    >
      <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
    </button>
  );
}
