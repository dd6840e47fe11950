import { z } from 'zod';
import { Name } from '../../../org/schema.ts';

const Target = Name.describe('Variant of this endpoint with a model; its weight may be 0');

const FieldPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'a field, or fields with dots between, such as user.age')
  .max(500);

const Scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);

const TESTS = ['equals', 'in', 'below', 'atLeast', 'longerThan'] as const;

const Condition = z
  .strictObject({
    input: FieldPath.optional().describe('Input of the request; with several rows, each row must meet the condition'),
    header: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of a header')
      .optional()
      .describe('Header of the request'),
    equals: Scalar.optional().describe('The value as text is this one'),
    in: z.array(Scalar).min(1).max(1000).optional().describe('The value as text is one of these'),
    below: z.number().optional().describe('The value is a number below this one'),
    atLeast: z.number().optional().describe('The value is a number that is at least this one'),
    longerThan: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('The value is a text of more characters, or a list of more elements'),
  })
  .refine(({ input, header }) => (input === undefined) !== (header === undefined), 'name either an input or a header')
  .refine(
    (condition) => TESTS.filter((test) => condition[test] !== undefined).length === 1,
    `set exactly one of ${TESTS.join(', ')}`,
  )
  .describe('Condition on a request; a missing or unreadable value does not meet it');
export type RouteCondition = z.output<typeof Condition>;

const Router = z
  .strictObject({
    rules: z
      .array(z.strictObject({ when: Condition, variant: Target }).describe('A rule'))
      .min(1)
      .max(50)
      .describe('Rules in order; the first whose condition is met selects the variant'),
    otherwise: Target.describe('Variant of all other requests'),
  })
  .describe('Selects one variant for each request by its fields');

const Stage = z
  .strictObject({
    variant: Target,
    acceptAtConfidence: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('The answer is accepted at this confidence, 0 to 1; the last stage has none'),
    confidence: FieldPath.optional().describe(
      'Field of the output with the confidence: a number from 0 to 1, or a list of them, of which the largest counts; default: the whole output',
    ),
  })
  .describe('A stage of a cascade');

const STAGES = 'a cascade has 2 to 5 stages';

const Cascade = z
  .strictObject({
    stages: z.array(Stage).min(2, STAGES).max(5, STAGES).describe('Stages, in the order in which they are asked'),
    onError: z
      .enum(['fail', 'answer'])
      .default('fail')
      .describe(
        'If a later stage fails: fail: its error is the answer; answer: the last answer of an earlier stage is, whatever its confidence',
      ),
  })
  .superRefine(({ stages }, context) => {
    const problem = (at: number, message: string) =>
      context.addIssue({ code: 'custom', path: ['stages', at], message });
    for (const [at, { variant, acceptAtConfidence, confidence }] of stages.entries()) {
      const isLast = at === stages.length - 1;
      if (!isLast && acceptAtConfidence === undefined)
        problem(at, 'set acceptAtConfidence: every stage but the last needs it');
      if (isLast && (acceptAtConfidence !== undefined || confidence !== undefined)) {
        problem(at, 'the last stage always answers: remove acceptAtConfidence and confidence');
      }
      if (stages.findIndex((one) => one.variant === variant) < at) {
        problem(at, `variant "${variant}" is already an earlier stage`);
      }
    }
  })
  .describe('Asks its stages in order until an answer is confident enough; every stage that was asked is paid');

/** A name for traffic without a model: requests are sent to variants by rules, or through the stages of a cascade. */
export const EndpointRoute = z
  .strictObject({ cascade: Cascade.optional(), router: Router.optional() })
  .refine(
    ({ cascade, router }) => (cascade === undefined) !== (router === undefined),
    'set either a cascade or a router',
  )
  .describe('A variant without replicas that sends requests to other variants');
export type EndpointRoute = z.output<typeof EndpointRoute>;

/** The variants that a route may ask, with their places in it. */
export function listRouteTargets({ cascade, router }: EndpointRoute): { path: (string | number)[]; variant: string }[] {
  const stages = cascade?.stages ?? [];
  const rules = router?.rules ?? [];
  return [
    ...stages.map(({ variant }, at) => ({ path: ['cascade', 'stages', at, 'variant'], variant })),
    ...rules.map(({ variant }, at) => ({ path: ['router', 'rules', at, 'variant'], variant })),
    ...(router === undefined ? [] : [{ path: ['router', 'otherwise'], variant: router.otherwise }]),
  ];
}
