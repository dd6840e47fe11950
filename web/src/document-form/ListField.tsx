import { useState } from 'react';
import type { Path } from './document.ts';
import { FormField } from './FormField.tsx';
import type { DocumentForm } from './use-document-form.ts';

interface ListFieldProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  readonly path: Path;
  readonly label: string;
  readonly hint?: string;
  readonly fallback?: readonly unknown[];
  readonly parse: (word: string) => unknown;
  readonly format: (item: unknown) => string;
  /** True: an empty list is removed from the document. */
  readonly isOptional?: boolean;
}

/** A list as words with commas between them. The typed text stays as it is while it represents the list of the document. */
export function ListField(props: ListFieldProps) {
  const { form, path, label, hint, fallback = [], parse, format, isOptional = false } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const value = form.get(path);
  const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? fallback : [value];
  const text = items.map(format).join(', ');
  const read = (words: string) =>
    words
      .split(/[,;\s]+/)
      .filter((word) => word !== '')
      .map(parse);
  const isSame = typed !== null && read(typed).map(format).join(', ') === text;
  return (
    <FormField
      label={label}
      {...(hint === undefined ? {} : { hint })}
      value={isSame ? typed : text}
      problem={form.findProblem(path)}
      onBlur={() => setTyped(null)}
      onChange={(words) => {
        setTyped(words);
        const list = read(words);
        form.set(path, list.length === 0 && isOptional ? undefined : list);
      }}
    />
  );
}
