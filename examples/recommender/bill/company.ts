import type { Cloud } from './focus-columns.ts';

/**
 * Company of the bill. Invented; the shape (payer, one account per team and stage) is typical of mid-size companies.
 */
export const company = { name: 'Marlow & Finch', awsPayer: '417390552816', azureBillingAccount: '8611537' };

export type TeamName = 'recommendations' | 'search' | 'fraud' | 'forecasting' | 'assistant' | 'platform';

/** An AWS linked account or an Azure subscription. */
export interface SubAccount {
  readonly id: string;
  readonly name: string;
  readonly team: TeamName;
}

const awsAccounts = {
  'recommendations-prod': { id: '218840175563', name: 'recommendations-prod', team: 'recommendations' },
  'recommendations-dev': { id: '302715849920', name: 'recommendations-dev', team: 'recommendations' },
  'search-prod': { id: '560917342288', name: 'search-prod', team: 'search' },
  'fraud-prod': { id: '734402918651', name: 'fraud-prod', team: 'fraud' },
  'forecasting-prod': { id: '845093317702', name: 'forecasting-prod', team: 'forecasting' },
  'assistant-prod': { id: '901276645518', name: 'assistant-prod', team: 'assistant' },
  'platform-shared': { id: '129958403347', name: 'platform-shared', team: 'platform' },
} as const satisfies Record<string, SubAccount>;

const azureSubscriptions = {
  'sub-search': { id: subscription('5c1f'), name: 'sub-search', team: 'search' },
  'sub-fraud': { id: subscription('82ae'), name: 'sub-fraud', team: 'fraud' },
  'sub-forecasting': { id: subscription('b47d'), name: 'sub-forecasting', team: 'forecasting' },
  'sub-assistant': { id: subscription('d903'), name: 'sub-assistant', team: 'assistant' },
  'sub-platform': { id: subscription('f1b6'), name: 'sub-platform', team: 'platform' },
} as const satisfies Record<string, SubAccount>;

export const subAccounts = { aws: awsAccounts, azure: azureSubscriptions };
export type AwsAccountName = keyof typeof awsAccounts;
export type AzureSubscriptionName = keyof typeof azureSubscriptions;

/** Seller and payer in every row of a cloud's bill. */
export const sellers = {
  aws: {
    providerName: 'AWS',
    issuerName: 'Amazon Web Services, Inc.',
    billingAccountId: company.awsPayer,
    billingAccountType: 'Management Account',
    subAccountType: 'Linked Account',
    regionId: 'us-east-1',
    regionName: 'US East (N. Virginia)',
  },
  azure: {
    providerName: 'Microsoft',
    issuerName: 'Microsoft',
    billingAccountId: `/providers/Microsoft.Billing/billingAccounts/${company.azureBillingAccount}`,
    billingAccountType: 'Billing Account',
    subAccountType: 'Subscription',
    regionId: 'eastus',
    regionName: 'East US',
  },
} as const satisfies Record<Cloud, Record<string, string>>;

function subscription(prefix: string): string {
  return `/subscriptions/${prefix}0b1e-7d42-4c93-9a6f-20${prefix}4be8d1`;
}
