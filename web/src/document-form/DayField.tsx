import type { Path } from './document.ts';
import { FormField } from './FormField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import { ValueField } from './ValueField.tsx';

interface DayFieldProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  readonly path: Path;
  readonly label: string;
  readonly hint?: string;
}

const MIDNIGHT = /^(\d{4}-\d\d-\d\d)T00:00(:00(\.0+)?)?Z$/;

/** An instant of the document that is the start of a UTC day, chosen as a day. Another instant is shown as text. */
export function DayField({ form, path, label, hint }: DayFieldProps) {
  const value = form.get(path);
  const day = value === undefined || value === '' ? '' : MIDNIGHT.exec(String(value))?.[1];
  if (day === undefined) return <ValueField form={form} path={path} label={`${label} (UTC)`} isRequired />;
  return (
    <FormField
      label={label}
      hint={hint}
      value={day}
      problem={form.findProblem(path)}
      input={{ type: 'date' }}
      onChange={(chosen) => form.set(path, chosen === '' ? '' : `${chosen}T00:00:00Z`)}
    />
  );
}
