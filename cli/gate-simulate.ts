import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import {
  type Estimated,
  loadLookSimulation,
  type OutcomeKind,
  type SimulatedLooks,
  type SimulationQuestion,
  type SimulationResult,
} from './local-work.ts';
import { facts } from './output/table.ts';
import { readTextFile } from './text-files.ts';

const Figure = z.coerce.number('a number');
const Count = z.coerce.number('a whole number').int('a whole number').min(1, 'at least 1');
const Correlation = Figure.min(0, 'at least 0').lt(1, 'below 1');

const LooksText = z
  .string()
  .regex(/^(1|planned:[1-9]\d{0,2}|anytime)$/, '1, planned:N (N up to 999) or anytime')
  .transform((text): SimulatedLooks => {
    if (text === '1') return { kind: 'once' };
    return text === 'anytime' ? { kind: 'anytime' } : { kind: 'planned', count: Number(text.slice('planned:'.length)) };
  });

/** The fields of a `kind: Policy` document that the error rates depend on. */
const SimulatedPolicy = z.object({
  kind: z.literal('Policy'),
  spec: z.object({
    alpha: z.number().gt(0).lt(0.5).optional(),
    looks: z.union([z.literal(1), z.literal('anytime'), z.object({ planned: z.number().int().min(1) })]).default(1),
    quality: z
      .array(
        z.object({
          metric: z.string(),
          nonInferiority: z
            .object({ margin: Figure.min(0).optional(), relativeMargin: z.number().optional() })
            .optional(),
        }),
      )
      .default([]),
  }),
});

interface Terms {
  readonly margin: number;
  readonly looks: SimulatedLooks;
  readonly tail: number;
}

const simulateCommand = command({
  path: ['gate', 'simulate'],
  summary: 'Simulate a non-inferiority test: error rates, power and expected samples',
  example:
    'steelyard gate simulate --baseline 0.9 --margin 0.02 --effect -0.01 --n 5000 --looks planned:20\nsteelyard gate simulate policies/ranker.yaml --baseline 0.9 --effect -0.02 --n 5000 --json',
  needs: 'nothing',
  positionals: {
    policy: { describe: 'Policy file: alpha, looks and margin are read from it', optional: true },
  },
  options: {
    kind: {
      value: 'KIND',
      schema: z.enum(['binary', 'latency', 'cost'], 'binary, latency or cost'),
      fallback: 'binary',
      describe: 'binary: 0/1 outcomes; latency: lognormal, spread 0.5; cost: 30% free, else lognormal, spread 0.8',
    },
    baseline: {
      value: 'MEAN',
      schema: Figure,
      required: true,
      describe: 'Mean of the baseline: the success rate of binary (0 to 1), or the mean latency or cost',
    },
    margin: {
      value: 'MARGIN',
      schema: Figure.min(0, 'at least 0'),
      describe: 'Largest loss that passes: of the success rate for binary, relative for latency and cost',
    },
    effect: {
      value: 'EFFECT',
      schema: Figure,
      fallback: '0',
      describe: 'True change: of the success rate for binary (-0.01 is a point less), relative for latency and cost',
    },
    n: { value: 'N', schema: Count, required: true, describe: 'Requests or examples of each version at the last look' },
    looks: { value: 'LOOKS', schema: LooksText, describe: '1, planned:N or anytime; default: of the policy, else 1' },
    alpha: {
      value: 'ALPHA',
      schema: Figure.gt(0, 'above 0').lt(0.5, 'below 0.5'),
      describe: 'One-sided error of each verdict, as in a policy; default: of the policy, else 0.05',
    },
    metric: { value: 'NAME', describe: 'Metric of the policy whose margin is used; default: its first with a margin' },
    correlation: {
      value: 'R',
      schema: Correlation,
      fallback: '0',
      describe: 'Correlation of consecutive requests, 0 to below 1; its effect is estimated from the data at each look',
    },
    generator: {
      value: 'KIND',
      schema: z.enum(['sticky', 'gaussian'], 'sticky or gaussian'),
      fallback: 'sticky',
      describe: 'sticky: repeats an outcome with probability R; gaussian: outcomes cut from a Gaussian AR(1) series',
    },
    pairCorrelation: {
      value: 'R',
      schema: Figure.min(0, 'at least 0').max(1, 'at most 1'),
      describe: 'Both versions answer the same examples, with this latent correlation; default: separate requests',
    },
    runs: {
      value: 'RUNS',
      schema: Count.max(1_000_000, 'at most 1000000'),
      fallback: '1000',
      describe: 'Simulated tests',
    },
    seed: { value: 'SEED', schema: Count, fallback: '1', describe: 'Seed of the random numbers' },
  },
  run: async (context, input) => {
    const terms = readTerms(input);
    const { kind, baseline, effect, n, correlation, generator, pairCorrelation = null, runs, seed } = input;
    const question = {
      kind,
      baseline,
      effect,
      n,
      pairCorrelation,
      runs,
      seed,
      generator: { kind: generator, correlation },
      ...terms,
    };
    const result = await simulate(question);
    const { tail: alpha, looks: _looks, ...stated } = question;
    await context.answer({ ...stated, alpha, ...result }, () => resultText(question, result, context));
    return 0;
  },
});

interface Measure {
  readonly metric: string | undefined;
  readonly kind: OutcomeKind;
  readonly baseline: number;
}

interface TermsInput extends Measure {
  readonly policy: string | undefined;
  readonly margin: number | undefined;
  readonly looks: SimulatedLooks | undefined;
  readonly alpha: number | undefined;
}

/** Margin, looks and error: of the options, else of the policy file. */
function readTerms(input: TermsInput): Terms {
  const policy = input.policy === undefined ? null : readPolicy(input.policy, input);
  const margin = input.margin ?? policy?.margin;
  if (margin === undefined) {
    throw new CommandError('usage', 'State --margin, or a policy file with nonInferiority in a quality rule.');
  }
  if (policy !== null && policy.tail === undefined && input.alpha === undefined) {
    const detail = `${input.policy} has no alpha: it compares point values, without an error rate. State --alpha.`;
    throw new CommandError('manifest_invalid', detail, { file: input.policy });
  }
  return {
    margin,
    looks: input.looks ?? policy?.looks ?? { kind: 'once' },
    tail: input.alpha ?? policy?.tail ?? 0.05,
  };
}

interface PolicyTerms {
  readonly margin: number | undefined;
  readonly looks: SimulatedLooks;
  readonly tail: number | undefined;
}

function readPolicy(path: string, { metric, kind, baseline }: Measure): PolicyTerms {
  const { text } = readTextFile(path);
  const policies = parseAllDocuments(text)
    .map((document) => SimulatedPolicy.safeParse(parseDocument(document, path)))
    .flatMap(({ data }) => (data === undefined ? [] : [data]));
  const [policy] = policies;
  if (policy === undefined || policies.length > 1) {
    throw new CommandError(
      'manifest_invalid',
      `${path} must have one document of kind Policy; it has ${policies.length}.`,
      { file: path },
    );
  }
  const { alpha, looks, quality } = policy.spec;
  const rule = quality.find(
    (one) => one.nonInferiority !== undefined && (metric === undefined || one.metric === metric),
  );
  if (rule === undefined && metric !== undefined) {
    throw new CommandError('manifest_invalid', `${path} has no nonInferiority rule of the metric ${metric}.`, {
      file: path,
    });
  }
  return {
    margin: toMargin(rule?.nonInferiority ?? {}, kind, baseline),
    looks: toSimulatedLooks(looks),
    tail: alpha,
  };
}

/** A simulated margin is absolute for a success rate and relative for latency and cost. */
function toMargin(
  { margin, relativeMargin }: { readonly margin?: number | undefined; readonly relativeMargin?: number | undefined },
  kind: OutcomeKind,
  baseline: number,
): number | undefined {
  if (kind === 'binary') return margin ?? (relativeMargin === undefined ? undefined : relativeMargin * baseline);
  return relativeMargin ?? (margin === undefined ? undefined : margin / baseline);
}

function parseDocument(document: ReturnType<typeof parseAllDocuments>[number], path: string): unknown {
  const [error] = 'errors' in document ? document.errors : [];
  if (error !== undefined) throw new CommandError('yaml_invalid', `${path}: ${error.message}`, { file: path });
  return document.toJS();
}

function toSimulatedLooks(looks: z.output<typeof SimulatedPolicy>['spec']['looks']): SimulatedLooks {
  if (looks === 1) return { kind: 'once' };
  return looks === 'anytime' ? { kind: 'anytime' } : { kind: 'planned', count: looks.planned };
}

/** The statistics are pure and are loaded for this command only: no server is needed. */
async function simulate(question: SimulationQuestion): Promise<SimulationResult> {
  const { simulateLooks } = await loadLookSimulation();
  try {
    return simulateLooks(question);
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError('usage', error.message, {}, { cause: error });
    throw error;
  }
}

function resultText(question: SimulationQuestion, result: SimulationResult, { paint }: Context): string {
  const share = ({ estimate, standardError }: Estimated): string =>
    `${(100 * estimate).toFixed(1)}% ± ${(100 * standardError).toFixed(1)}%`;
  const { estimate, standardError } = result.samples;
  return facts(
    [
      ['non-inferior (pass)', share(result.pass)],
      ['inferior (fail)', share(result.fail)],
      ['inconclusive', share(result.inconclusive)],
      [
        'samples at the decision',
        `${estimate.toFixed(0)} ± ${standardError.toFixed(0)} of ${question.n} of each version`,
      ],
      [
        'simulated',
        `${result.runs} tests of ${result.looks} ${result.looks === 1 ? 'look' : 'looks'}; ± is one standard error`,
      ],
    ],
    paint,
  );
}

export const gateSimulateCommands = [simulateCommand];
