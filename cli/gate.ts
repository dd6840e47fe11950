import { Name } from '../src/org/schema.ts';
import type { ResponseOf } from '../src/platform/contract/schema.ts';
import {
  approveVersion,
  checkGate,
  isPredictionCostRule,
  listModelPolicies,
  listPolicies,
  type PolicyManifestSpec,
  PolicyName,
  type StatedPolicy,
  type Verdict,
} from '../src/tradeoff/gates/schema.ts';
import { checksText, verdictStyle, verdictText } from './checks.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { gateSimulateCommands } from './gate-simulate.ts';
import { table } from './output/table.ts';

const exitCodes: Readonly<Record<Verdict, number>> = { promote: 0, hold: 10, reject: 11 };

const checkCommand = command({
  path: ['gate', 'check'],
  summary: 'Evaluate a model version by a policy: promote, hold or reject',
  example:
    'steelyard gate check recommender 3 --policy recommender-gate\nsteelyard gate check recommender @candidate --environment production --dry-run --json',
  needs: 'server',
  exits: { 0: 'promote', 10: 'hold: a check is inconclusive', 11: 'reject: a check fails' },
  positionals: {
    model: { describe: 'Registered model' },
    version: { describe: 'Model version, or an alias as @ALIAS' },
  },
  options: {
    policy: {
      value: 'NAME',
      schema: PolicyName,
      describe: 'Policy to evaluate with; default: the one that applies to the model',
    },
    environment: {
      value: 'NAME',
      schema: Name,
      describe: 'Only policies for this environment; default: those without one, else the only one that applies',
    },
    dryRun: {
      describe: 'Show the verdict only; record no decision and move no alias. A test of new outcomes counts as a look',
    },
  },
  run: async (context, { model, version, policy, environment, dryRun }) => {
    const client = await context.client();
    const result = await client.call(checkGate, { body: { model, version, policy, environment, dryRun } });
    await context.answer(result, () => resultText(result, context));
    return exitCodes[result.verdict];
  },
});

function resultText(result: ResponseOf<typeof checkGate>, { paint }: Context): string {
  const verdict = verdictStyle(result.verdict, paint)(verdictText(result.verdict));
  const scope = [result.team === null ? null : `team ${result.team}`, result.environment].filter((one) => one !== null);
  const of = scope.length === 0 ? '' : ` (${scope.join(', ')})`;
  const decision = result.decision === null ? 'Dry run: no decision was recorded.' : `Decision ${result.decision}`;
  return [
    `${verdict}  ${result.model} ${result.version} by ${result.policy}${of}`,
    result.summary,
    result.method,
    '',
    checksText(result.checks, paint),
    '',
    decision,
  ].join('\n');
}

const approveCommand = command({
  path: ['gate', 'approve'],
  summary: 'Approve or decline a model version for the present version of a policy',
  example: 'steelyard gate approve recommender 3 --policy recommender-gate',
  needs: 'server',
  positionals: {
    model: { describe: 'Registered model' },
    version: { describe: 'Model version, or an alias as @ALIAS' },
  },
  options: {
    policy: { value: 'NAME', schema: PolicyName, required: true, describe: 'Policy that requires approvals' },
    decline: { describe: 'Decline the version: its approval check fails' },
    note: { value: 'WHY', describe: 'Reason' },
  },
  run: async (context, body) => {
    const client = await context.client();
    const result = await client.call(approveVersion, { body });
    await context.answer(result, () => {
      const given = result.approvals
        .map(({ account, role, declined }) => `${account} (${role}${declined === true ? ', declined' : ''})`)
        .join(', ');
      return `${body.decline ? 'Declined' : 'Approved'} ${result.model} ${result.version} by ${result.policy} v${result.policyVersion}. Approvals: ${given}`;
    });
    return 0;
  },
});

const policiesCommand = command({
  path: ['policy', 'list'],
  summary: 'List the gate policies',
  example: 'steelyard policy list\nsteelyard policy list --model recommender',
  needs: 'server',
  options: {
    model: { value: 'NAME', describe: 'Only policies that apply to this model: its own and those of its team' },
  },
  run: async (context, { model }) => {
    const client = await context.client();
    const document =
      model === undefined
        ? await client.call(listPolicies)
        : await client.call(listModelPolicies, { params: { model } });
    await context.answer(document, () => policiesText(document.policies, context));
    if (document.policies.length === 0) await context.remark('No policy yet. steelyard apply -f POLICY.yaml');
    return 0;
  },
});

function policiesText(policies: readonly StatedPolicy[], { paint }: Context): string {
  if (policies.length === 0) return '';
  return table(
    policies,
    [
      { title: 'POLICY', cell: ({ name }) => name },
      { title: 'VERSION', align: 'right', cell: ({ policyVersion }) => String(policyVersion) },
      { title: 'MODEL', cell: ({ spec }) => spec.model ?? null },
      { title: 'TEAM', cell: ({ spec }) => spec.team ?? null },
      { title: 'ENVIRONMENT', cell: ({ spec }) => spec.environment ?? null },
      { title: 'ALIAS', cell: ({ spec }) => spec.alias },
      { title: 'QUALITY CHECKS', cell: ({ spec }) => spec.quality.map(({ metric }) => metric).join(', '), least: 16 },
      { title: 'COST CHECKS', cell: ({ spec }) => spec.cost.map(costRuleText).join(', '), least: 16 },
    ],
    paint,
  );
}

/** The measure with its basis: `costPerMonth (atDemand)`. */
function costRuleText(rule: PolicyManifestSpec['cost'][number]): string {
  return isPredictionCostRule(rule) ? `${rule.measure} (${rule.basis ?? 'atDemand'})` : rule.measure;
}

export const gateCommands = [checkCommand, approveCommand, ...gateSimulateCommands, policiesCommand];
