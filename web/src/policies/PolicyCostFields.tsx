import type { Path } from '../document-form/document.ts';
import { FormField } from '../document-form/FormField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';

const MEASURES = {
  trainingCost: 'Training cost',
  makingCost: 'Cost to make it',
  costPerThousandPredictions: 'Cost per 1,000 predictions',
  costPerMonth: 'Cost per month',
  budget: 'Within a budget',
};

interface PolicyCostFieldsProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  /** Path of the check. */
  readonly at: Path;
}

/** One cost check: its measure with its bound. */
export function PolicyCostFields({ form, at }: PolicyCostFieldsProps) {
  const measure = String(form.get([...at, 'measure']) ?? '');
  const known: Readonly<Record<string, string>> = MEASURES;
  return (
    <>
      <FormField
        label="Measure"
        value={measure}
        options={measure in known ? known : { ...known, [measure]: measure }}
        problem={form.findProblem([...at, 'measure'])}
        onChange={(chosen) =>
          form.set(at, chosen === 'budget' ? { measure: chosen, budget: '' } : { measure: chosen, atMost: '' })
        }
      />
      {measure === 'budget' && <ValueField form={form} path={[...at, 'budget']} label="Budget" isRequired />}
      {measure in known && measure !== 'budget' && (
        <ValueField form={form} path={[...at, 'atMost']} label="Maximum, in the currency" isRequired />
      )}
    </>
  );
}
