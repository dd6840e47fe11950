import { PolicyManifestSpec, PolicyName } from '../../../src/tradeoff/gates/schema.ts';
import { type DocumentKind, formatDocument } from '../document-form/document.ts';

/** Gate policies as documents with a form. */
export const policyKind: DocumentKind<PolicyManifestSpec> = {
  kind: 'Policy',
  name: PolicyName,
  spec: PolicyManifestSpec,
  formPaths: [
    ...['model', 'team', 'environment', 'alias', 'currency'],
    ...['quality.*.metric', 'quality.*.direction', 'quality.*.floor', 'quality.*.notWorseThanChampionBy'],
    ...['cost.*.measure', 'cost.*.atMost', 'cost.*.budget', 'cost.*.predictionsPerMonth'],
    ...['approvals.*.role', 'approvals.*.count', 'approvals.*.by'],
  ],
};

export const BLANK_QUALITY = { metric: '', direction: 'higher', floor: '' };
export const BLANK_COST = { measure: 'costPerMonth', atMost: '' };
export const BLANK_APPROVAL = { role: 'admin', count: 1 };

export const NEW_POLICY = formatDocument('Policy', '', {
  model: '',
  alias: 'champion',
  currency: 'USD',
  quality: [BLANK_QUALITY],
  cost: [BLANK_COST],
});
