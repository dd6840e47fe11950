import { expect, it } from 'vitest';
import { laneTitle, listFacts, nodeName, nodeWords, shortFact } from './words.ts';

const run = '0123456789abcdef0123456789abcdef';

it.each([
  ['resource', 'i-0abc', {}, 'i-0abc'],
  ['resource', 'arn:aws:ec2:us-east-1:123:instance/i-0abc', {}, 'i-0abc'],
  ['resource', '/subscriptions/1/resourceGroups/ml/disks/data-1', {}, 'data-1'],
  ['run', run, {}, '01234567'],
  ['resource', `tag:steelyard.run=${run}`, {}, 'tag of run 01234567'],
  ['resource', 'tag:steelyard.pipelineRun=7', {}, 'tag of pipeline run 7'],
  ['resource', 'tag:steelyard.endpoint=home-feed', {}, 'tag of endpoint home-feed'],
  ['resource', 'tag:team=a', {}, 'tag:team=a'],
  ['predictions', '1200 predictions of ranker 5', { count: '1200' }, '1,200 predictions'],
  ['decision', 'promote by ranker-retrained', { policy: 'ranker-retrained' }, 'ranker-retrained'],
  ['run', `tag:steelyard.run=${run}`, {}, `tag:steelyard.run=${run}`],
] as const)('a %s called "%s" fits its box', (kind, name, facts, text) => {
  expect(nodeName({ kind, name, facts })).toBe(text);
});

it.each([
  ['model_version:ranker/4', 'ranker version 4'],
  [`run:${run}`, 'run 01234567'],
  ['endpoint:home-feed', 'endpoint home-feed'],
  ['other:x', 'other:x'],
])('names the node %s as "%s" in a sentence', (node, text) => {
  expect(nodeWords(node)).toBe(text);
});

it('lists the facts of a node as words', () => {
  const endpoint = { liveRevision: '6', liveSince: '2026-12-01T22:01:18.150Z' };
  expect(listFacts(endpoint)).toEqual(['live revision 6', 'live since 1 Dec 2026, 22:01 UTC']);
  expect(listFacts({ verdict: 'promote', policy: 'p', summary: 'All checks pass.' })).toEqual(['All checks pass.']);
  expect(shortFact({ kind: 'endpoint', facts: endpoint })).toBe('live revision 6');
  expect(shortFact({ kind: 'model_version', facts: { createdAt: '2026-12-01T22:01:18.150Z' } })).toBe('');
});

it('titles the lanes', () => {
  expect([laneTitle('run', 1), laneTitle('run', 2), laneTitle('predictions', 2)]).toEqual([
    'Run',
    'Runs',
    'Predictions',
  ]);
});
