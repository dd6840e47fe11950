import type { InputHTMLAttributes } from 'react';
import type { Path } from './document.ts';
import { FormField } from './FormField.tsx';
import type { DocumentForm } from './use-document-form.ts';

interface ValueFieldProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  readonly path: Path;
  readonly label: string;
  readonly hint?: string;
  /** Value that is shown where the document states none. */
  readonly fallback?: string;
  /** True: an empty field stays in the document as '', so that its error is shown. */
  readonly isRequired?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
}

/** A text or a choice of the document; an empty optional field is removed from it. */
export function ValueField(props: ValueFieldProps) {
  const { form, path, label, hint, fallback = '', isRequired = false, options, input } = props;
  const value = form.get(path);
  const text = typeof value === 'string' ? value : value === undefined || value === null ? fallback : String(value);
  // A value that is not among the options stays visible.
  const known = options === undefined || text in options ? options : { ...options, [text]: text };
  return (
    <FormField
      label={label}
      hint={hint}
      value={text}
      problem={form.findProblem(path)}
      options={known}
      {...(input === undefined ? {} : { input })}
      onChange={(typed) => form.set(path, typed === '' && !isRequired ? undefined : typed)}
    />
  );
}
