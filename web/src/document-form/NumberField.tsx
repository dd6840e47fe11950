import { useState } from 'react';
import type { Path } from './document.ts';
import { FormField } from './FormField.tsx';
import type { DocumentForm } from './use-document-form.ts';

interface NumberFieldProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  readonly path: Path;
  readonly label: string;
  readonly hint?: string;
  /** Value that is shown where the document states none. */
  readonly fallback?: string;
}

/** A number of the document; an empty field is removed from it. The typed text stays while it represents the number. */
export function NumberField({ form, path, label, hint, fallback = '' }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const value = form.get(path);
  const text = value === undefined || value === null ? fallback : String(value);
  const isSame = typed !== null && toNumber(typed) === value;
  return (
    <FormField
      label={label}
      {...(hint === undefined ? {} : { hint })}
      value={isSame ? typed : text}
      problem={form.findProblem(path)}
      input={{ inputMode: 'decimal' }}
      onBlur={() => setTyped(null)}
      onChange={(words) => {
        setTyped(words);
        form.set(path, toNumber(words));
      }}
    />
  );
}

/** `0.5` -> 0.5, '' -> undefined; a text that is no number stays as it is, so that its error is shown. */
function toNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : trimmed;
}
