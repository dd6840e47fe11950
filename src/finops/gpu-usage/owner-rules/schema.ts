import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';

const NAMES = ['namespace', 'pod', 'container', 'host', 'pool'] as const;
const isDimension = (name: string) => NAMES.some((known) => known === name) || /^label:\S/.test(name);
const DIMENSIONS = `${NAMES.join(', ')} and label:KEY`;

const Dimension = z
  .string()
  .max(200)
  .refine(isDimension, `what holders and pools have: ${DIMENSIONS}`)
  .describe(DIMENSIONS);
const text = z.string().min(1).max(250);

const Match = z
  .record(Dimension, z.union([text, z.array(text).min(1).max(1000), z.null()]))
  .refine((match) => Object.values(match).some((value) => value !== null), 'at least one value')
  .describe(
    'Dimension -> value, list of values, `prefix*`, or null for "has none"; all must hold. Case and the blanks around a value are ignored',
  );

const PLACE = /\{([^{}]*)\}/g;

/** Dimensions between braces. Example: `ml-{namespace}` -> namespace. */
export function listPlaceholders(template: string): string[] {
  return [...template.matchAll(PLACE)].map(([, name = '']) => name);
}

/** The template with its placeholders filled; null if one of them has no value. */
export function fillTemplate(template: string, known: (dimension: string) => string | null): string | null {
  if (listPlaceholders(template).some((place) => known(place) === null)) return null;
  return template.replaceAll(PLACE, (_, place: string) => known(place)?.toLowerCase() ?? '');
}

const Assigned = z
  .partialRecord(
    Subject.keyof(),
    z
      .string()
      .min(1)
      .max(250)
      .refine(
        (value) => listPlaceholders(value).every(isDimension),
        `places are {namespace}, {label:KEY}: ${DIMENSIONS}`,
      ),
  )
  .refine((subject) => Object.keys(subject).length > 0, 'at least one field such as team')
  .describe('Fields of the subject; a value may have {namespace} or {label:KEY} in it, taken in lower case');

export const GpuOwnerRule = z
  .strictObject({
    name: z.string().min(1).max(100).describe('Name, shown with the reason that a holder is unknown'),
    match: Match,
    subject: Assigned,
  })
  .describe('GPU time of holders, or of pools, that match is of the subject');
export type GpuOwnerRule = z.infer<typeof GpuOwnerRule>;

/** `kind: GpuOwnerRules` of `steelyard apply`; documents are tried by name. */
export const GpuOwnerRulesSpec = z
  .strictObject({
    rules: z.array(GpuOwnerRule).max(1000).describe('Rules in order; the first matching rule assigns the owner'),
  })
  .describe('Rules that assign owners to GPU time without another source of its owner');
export type GpuOwnerRulesSpec = z.infer<typeof GpuOwnerRulesSpec>;

export const listGpuOwnerRules = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/owner-rules',
  scope: 'finops.read',
  summary: 'List the rules that assign owners to GPU time, by namespace, label, host or pool',
  response: z.strictObject({
    documents: z
      .array(
        z
          .strictObject({
            name: z.string().describe('Name of the document'),
            appliedAt: UtcInstant.describe('When it was applied'),
            rules: z.array(GpuOwnerRule).describe('In order'),
          })
          .describe('One document of kind GpuOwnerRules'),
      )
      .describe('In the order in which they are tried: by name'),
  }),
  errors: [],
});
