import { expect, it } from 'vitest';
import { approvalState, requiredText, whyNotApprover } from './approval-state.ts';

const required = [{ role: 'admin' as const, count: 2, by: 'others' as const }];

it('names the required approvals', () => {
  expect(requiredText(required)).toBe('2 admins, not the requester');
  expect(requiredText([{ role: 'admin', count: 1, by: 'anyone' }])).toBe('1 admin');
});

it('is complete with an account for each place, and declined by one person', () => {
  const given = (account: string, more = {}) => ({ account, role: 'admin', ...more });
  expect(approvalState(required, [given('ann')])).toBe('waiting');
  expect(approvalState(required, [given('ann'), given('bob')])).toBe('complete');
  expect(approvalState(required, [given('ann'), given('bob', { declined: true })])).toBe('declined');
  expect(approvalState([{ role: 'admin', count: 1 }], [{ account: 'local', role: 'local' }])).toBe('complete');
});

it('says why an account cannot approve', () => {
  expect(whyNotApprover(required, 'admin')).toBeNull();
  expect(whyNotApprover(required, null)).toBeNull();
  expect(whyNotApprover(required, 'viewer')).toContain('role admin; your role is viewer');
});
