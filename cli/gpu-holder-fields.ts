import { z } from 'zod';
import { HolderField } from '../src/finops/gpu-telemetry/schema.ts';

const LABEL = 'label:';

/** `team=owner` or `team`: a field and its column, whose name is that of the field where it is left out. */
const Named = z.string().transform((text, context) => {
  const [field = '', column = field] = text.split('=');
  const isKnown = field.startsWith(LABEL) ? field.length > LABEL.length : HolderField.safeParse(field).success;
  if (isKnown && column !== '') return [field, column] as const;
  const message = `a field and its column, such as team=owner; fields are ${HolderField.options.join(', ')}, label:KEY`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Option that maps columns to the holder of a GPU. */
export const holderFields = {
  value: 'FIELD=COLUMN',
  schema: Named,
  repeat: true,
  describe: `Field of the holder: ${HolderField.options.join(', ')}, label:KEY; a row without any is unallocated`,
} as const;

/** As a request has them. */
export function toHolderColumns(fields: readonly z.infer<typeof Named>[]) {
  const labels = fields.flatMap(([field, column]) =>
    field.startsWith(LABEL) ? [[field.slice(LABEL.length), column] as const] : [],
  );
  const columns = fields.filter(([field]) => !field.startsWith(LABEL));
  return { columns: Object.fromEntries(columns), labels: Object.fromEntries(labels) };
}
