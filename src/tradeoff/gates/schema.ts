import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../platform/units/schema.ts';
import { Approval } from '../evidence/schema.ts';
import { AtDemand, UnitCostBasis } from '../unit-cost/schema.ts';
import { ApprovalRule, CostRule, QualityRule, testTerms } from './rules/schema.ts';
import { Verdict } from './verdict/schema.ts';

export { ApprovalRule, CostRule, isPredictionCostRule, type PredictionCostRule, QualityRule } from './rules/schema.ts';
export { Verdict } from './verdict/schema.ts';

export const PolicyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and dashes')
  .describe('Name of a policy');

const Model = z.string().min(1).max(256);
const Team = Name.describe('Team whose models the policy applies to: those with this value of the tag steelyard.team');
const EnvironmentName = Name.describe('Environment that the policy is for, such as production');

const policyTerms = {
  environment: EnvironmentName.optional(),
  alias: z
    .string()
    .regex(/^[\w-]{1,255}$/)
    .default('champion')
    .describe('Alias that a promotion moves'),
  currency: Currency,
  quality: z.array(QualityRule).max(50).default([]).describe('Quality requirements'),
  cost: z.array(CostRule).max(50).default([]).describe('Cost requirements'),
  ...testTerms,
};

function comparesBothSides(spec: { readonly quality: readonly QualityRule[]; readonly cost: readonly CostRule[] }) {
  return spec.quality.length > 0 && spec.cost.length > 0;
}
const BOTH_SIDES = 'at least one quality and one cost check: a gate compares both';

/** `kind: Policy` of `steelyard apply`. */
export const PolicyManifestSpec = z
  .strictObject({
    model: Model.optional().describe('Registered model of the policy; left out for a policy of a team'),
    team: Team.optional(),
    ...policyTerms,
  })
  .refine(({ model, team }) => (model === undefined) !== (team === undefined), 'model or team, one of them')
  .refine(comparesBothSides, BOTH_SIDES)
  .describe('Requirements of quality and cost that a version must meet before it is promoted');
export type PolicyManifestSpec = z.infer<typeof PolicyManifestSpec>;

/** Specification of a policy for one model: of a policy of a team, with a model of the team. */
export const PolicySpec = z
  .strictObject({
    model: Model.describe('Registered model that the policy applies to'),
    team: Team.optional().describe('Team whose policy it is; left out for a policy of the model'),
    ...policyTerms,
  })
  .refine(comparesBothSides, BOTH_SIDES)
  .describe('Requirements of quality and cost that a version of the model must meet before it is promoted');
export type PolicySpec = z.infer<typeof PolicySpec>;

const policyHead = {
  name: PolicyName,
  policyVersion: z.number().int().describe('Number that grows with every change of the manifest'),
};

export const StatedPolicy = z
  .strictObject({ ...policyHead, spec: PolicyManifestSpec })
  .describe('A policy as it was applied, of a model or of a team');
export type StatedPolicy = z.infer<typeof StatedPolicy>;

export const Policy = z.strictObject({ ...policyHead, spec: PolicySpec }).describe('A policy for one model');
export type Policy = z.infer<typeof Policy>;

export const listPolicies = endpoint({
  method: 'GET',
  path: '/api/v1/policies',
  scope: 'tradeoff.read',
  reads: 'team',
  summary: 'List policies by name',
  response: z.strictObject({ policies: z.array(StatedPolicy).describe('Policies by name') }),
  errors: [],
});

export const listModelPolicies = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/policies',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'List the policies that apply to a model, of the model and of its team',
  params: z.strictObject({ model: z.string().describe('Registered model') }),
  response: z.strictObject({ policies: z.array(Policy).describe('Policies by name') }),
  errors: [],
});

const CheckPart = z
  .strictObject({
    name: z.string().describe('Name of the part'),
    amount: DecimalString.nullable().describe('Amount, in `unit`; null when unknown'),
    lower: DecimalString.nullable().describe('Lower end; null when not known'),
    upper: DecimalString.nullable().describe('Upper end; null when not known'),
    unit: z.string().describe('Currency a month'),
    source: z.string().describe('Origin of the part, or the missing evidence and how to supply it'),
  })
  .describe('A part of a measured value');
export type CheckPart = z.infer<typeof CheckPart>;

export const Check = z
  .strictObject({
    name: z.string().describe('Name of the check'),
    side: z.enum(['quality', 'cost', 'approval']).describe('Kind of requirement'),
    measured: z
      .string()
      .nullable()
      .describe('Measured value as an exact decimal, in `unit`; null when there is no evidence'),
    unit: z.string().describe('Unit of the measured value and the bound'),
    comparison: z.enum(['>=', '<=']).describe('Required relation of the measured value to the bound'),
    bound: z
      .string()
      .nullable()
      .describe('Bound as an exact decimal, in `unit`; null when it depends on missing evidence'),
    holds: z
      .boolean()
      .nullable()
      .describe('True: the check passes; false: it fails; null: inconclusive, evidence is missing'),
    interval: z
      .strictObject({ lower: z.string().describe('Lower bound'), upper: z.string().describe('Upper bound') })
      .nullable()
      .describe(
        'Interval of the measured value: of a test, two-sided of level 1 - 2 alpha; else of 95 %. null when none was measured, or an end is not bounded',
      ),
    basis: UnitCostBasis.optional().describe(
      'Basis of a cost of predictions; left out for other checks, and in decisions from before costs had a basis',
    ),
    atDemand: AtDemand.optional().describe(
      'Capacity, demand and replicas of a cost at demand; left out for other checks, without a figure, and in older decisions',
    ),
    parts: z
      .array(CheckPart)
      .optional()
      .describe('Parts of a return: value, cost to run and making cost a month; left out for other checks'),
    source: z.string().describe('Origin of the figure, or the missing evidence and how to supply it'),
    result: z
      .enum(['passes', 'fails', 'inconclusive'])
      .optional()
      .describe('The same as `holds`, as a word; left out in older decisions'),
    estimate: DecimalString.nullable()
      .optional()
      .describe('Estimate of a test, in `unit`; null without one; left out for other checks'),
    n: z
      .number()
      .int()
      .nullable()
      .optional()
      .describe('Examples of a test; null without evidence; left out for other checks'),
    test: z
      .string()
      .nullable()
      .optional()
      .describe('Name of the test; null where the check compares point values, without an error rate'),
    alpha: z.number().nullable().optional().describe('One-sided error of the test; null without a test'),
    samplesNeeded: z
      .number()
      .int()
      .nullable()
      .optional()
      .describe(
        'Further examples for a power of 80 % at the present estimate; 0: decided; null: unknown, or never at this estimate',
      ),
    expectedAt: UtcInstant.nullable()
      .optional()
      .describe('When those examples are expected at the present rate; null when the rate is unknown'),
  })
  .describe('One check of a gate');
export type Check = z.infer<typeof Check>;

export const checkGate = endpoint({
  method: 'POST',
  path: '/api/v1/gate-checks',
  scope: 'tradeoff.write',
  reads: 'object',
  summary: 'Evaluate a model version by a policy, record the decision and act on it',
  body: z.strictObject({
    model: z.string().min(1).describe('Registered model'),
    version: z.string().min(1).describe('Model version, or an alias as @alias'),
    policy: PolicyName.optional().describe('Name of a policy; default: the one that applies to the model'),
    environment: EnvironmentName.optional().describe(
      'Only policies for this environment; default: those without one, else the only one that applies',
    ),
    dryRun: z
      .boolean()
      .default(false)
      .describe(
        'True: return the verdict only; no decision is recorded and no alias moves. A test of new outcomes still counts as a look',
      ),
  }),
  response: z.strictObject({
    verdict: Verdict,
    checks: z.array(Check).describe('Every check, quality first'),
    decision: z.string().nullable().describe('Id of the decision; null on a dry run'),
    model: z.string().describe('Registered model'),
    version: z.string().describe('Model version'),
    policy: PolicyName,
    team: Name.nullable().describe('Team whose policy it is; null for a policy of the model'),
    environment: Name.nullable().describe('Environment of the policy; null without one'),
    summary: z.string().describe('The verdict in one sentence'),
    method: z.string().describe('How the checks compare: tests with their error rate and look, or point values'),
  }),
  errors: [
    'policy_not_found',
    'policy_ambiguous',
    'model_not_found',
    'model_version_not_found',
    'policy_model_mismatch',
    'policy_environment_mismatch',
    'currency_mismatch',
    'budget_not_found',
  ],
});

const approvalKey = {
  model: z.string().min(1).max(256).describe('Registered model'),
  version: z.string().min(1).max(250).describe('Model version, or an alias as @alias'),
  policy: PolicyName,
};

export const VersionApprovals = z
  .strictObject({
    model: z.string().describe('Registered model'),
    version: z.string().describe('Model version'),
    policy: PolicyName,
    policyVersion: z.number().int().describe('Version of the policy that the approvals are for'),
    approvals: z.array(Approval).describe('All approvals of this version for this version of the policy'),
  })
  .describe('Approvals of a model version for the present version of a policy');
export type VersionApprovals = z.infer<typeof VersionApprovals>;

export const listApprovals = endpoint({
  method: 'GET',
  path: '/api/v1/gate-approvals',
  scope: 'tradeoff.read',
  reads: ['totals', 'object'],
  summary: 'List the approvals of a model version for the present version of a policy, and those that it requires',
  query: z.strictObject(approvalKey),
  response: z.strictObject({
    ...VersionApprovals.shape,
    required: z.array(ApprovalRule).describe('Approvals that the policy requires; empty: none'),
  }),
  errors: ['policy_not_found', 'policy_model_mismatch', 'model_not_found', 'model_version_not_found'],
});

const approvalErrors = [
  'policy_not_found',
  'policy_model_mismatch',
  'model_not_found',
  'model_version_not_found',
  'not_permitted',
  'approval_not_required',
] as const;

export const approveVersion = endpoint({
  method: 'POST',
  path: '/api/v1/gate-approvals',
  scope: 'account.self',
  reads: ['totals', 'object'],
  summary: 'Approve or decline a model version for the present version of a policy',
  body: z.strictObject({
    ...approvalKey,
    decline: z.boolean().default(false).describe('`true` declines the version: its approval check fails'),
    note: z.string().trim().min(1).max(500).optional().describe('Reason, 1 to 500 characters'),
  }),
  response: VersionApprovals,
  errors: [...approvalErrors],
});

export const withdrawApproval = endpoint({
  method: 'POST',
  path: '/api/v1/gate-approvals/withdraw',
  scope: 'account.self',
  reads: ['totals', 'object'],
  summary: 'Withdraw the own approval or refusal of a model version; without one, nothing changes',
  body: z.strictObject(approvalKey),
  response: VersionApprovals,
  errors: [...approvalErrors],
});
