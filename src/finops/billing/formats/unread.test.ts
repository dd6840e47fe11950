import { expect, it } from 'vitest';
import { catchProblem, importFiles } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';

const application = await sharedQuietApplication();

const openAiCosts = JSON.stringify({
  object: 'page',
  data: [{ object: 'bucket', start_time: 1, results: [{ object: 'organization.costs.result', amount: { value: 1 } }] }],
});
const anthropicCosts = JSON.stringify({
  data: [
    { starting_at: '2026-11-01T00:00:00Z', results: [{ amount: '123.45', currency: 'USD', cost_type: 'tokens' }] },
  ],
});

it.each([
  ['gcp.csv', 'billing_account_id,service.id,sku.id,usage_start_time,cost,currency\n1,2,3,4,5,USD\n', 'FOCUS view'],
  ['gcp.csv', 'Billing account ID,Service description,SKU description,SKU ID,Cost ($)\n1,2,3,4,5\n', 'FOCUS view'],
  [
    'openai.csv',
    'start_time,end_time,amount_value,amount_currency,line_item\n1,2,3,usd,4\n',
    'amount_value is BilledCost',
  ],
  ['openai.json', openAiCosts, 'amount_value is BilledCost'],
  ['anthropic.csv', 'usage_date_utc,model,workspace,token_type,cost_usd\n1,2,3,4,5\n', 'cost_usd is BilledCost'],
  ['anthropic.json', anthropicCosts, 'amounts of the API are cents'],
  ['litellm.csv', 'request_id,call_type,api_key,spend,total_tokens,model\n1,2,3,4,5,6\n', "LiteLLM's FOCUS export"],
])('says of %s how its costs come in', async (name, content, advice) => {
  const problem = await catchProblem(importFiles(application, 'other', { [name]: content }));
  expect(problem).toMatchObject({ code: 'bill_format_not_read', file: name });
  expect(problem.detail).toContain(advice);
});
