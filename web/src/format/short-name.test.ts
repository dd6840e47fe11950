import { expect, it } from 'vitest';
import { shortenNames, shortName } from './short-name.ts';

const SUBSCRIPTION = '/subscriptions/d9030b1e-7d42-4c93-9a6f-20d9034be8d1';

it.each([
  ['arn:aws:ec2:us-east-1:218840175563:instance/i-0cd451cef41a3366b', 'i-0cd451cef41a3366b'],
  ['arn:aws:sagemaker:us-east-1:901276645518:endpoint/support-assistant', 'support-assistant'],
  [`${SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Compute/virtualMachines/trainer-1`, 'trainer-1'],
  [SUBSCRIPTION, 'd9030b1e…'],
  ['projects/steel/locations/eu/endpoints/7', '7'],
  ['p4d.24xlarge', 'p4d.24xlarge'],
  ['Azure OpenAI', 'Azure OpenAI'],
])('%s is %s', (name, short) => {
  expect(shortName(name)).toBe(short);
});

it('shortens the names inside a sentence, and nothing else', () => {
  expect(
    shortenNames(
      `p4d of team ads, resource arn:aws:ec2:us-east-1:1:instance/i-0c is new. Account ${SUBSCRIPTION}, and/or more.`,
    ),
  ).toBe('p4d of team ads, resource i-0c is new. Account d9030b1e…, and/or more.');
});
