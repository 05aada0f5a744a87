import type { AuditEntry } from '@lockstep/contract';
import { auditFacts, auditSummary, subjectLink } from './audit-words';

const entry = (detail: AuditEntry['detail']): AuditEntry => ({
  id: 1,
  at: '2026-11-22T12:00:00.000Z',
  actor: { kind: 'user', id: '1', name: 'ada' },
  action: 'connection.created',
  subject: 'connection:5',
  result: 'ok',
  detail,
  hash: 'abc',
});
const own = (detail: AuditEntry['detail']) =>
  auditFacts(entry(detail))
    .slice(0, -2)
    .map(({ name, value }) => [name, value]);

describe('the details of an audit entry', () => {
  it('are read as words and not as JSON', () => {
    expect(own({ credentialKind: 'password', unattended: false, tags: ['web', 'edge'], port: 22 })).toEqual([
      ['Credential kind', 'password'],
      ['Unattended', 'no'],
      ['Tags', 'web, edge'],
      ['Port', '22'],
    ]);
    expect(own({ before: { dry_run: true, hosts: [1, 2] } })).toEqual([['Before', 'Dry run yes, Hosts 1, 2']]);
  });

  it('leave out what is empty', () => {
    expect(own({ jumpConnectionId: null, tags: [], note: '' })).toEqual([]);
    expect(auditSummary(entry({ jumpConnectionId: null, name: 'web-1', tags: [], unattended: true }))).toBe('web-1');
  });

  it('end with the whole subject and the hash that the chain is checked by', () => {
    expect(auditFacts(entry({})).map(({ value }) => value)).toEqual(['connection:5', 'abc']);
  });
});

it('what an entry was done to leads to its page, where it has one', () => {
  const link = (subject: string) => subjectLink({ ...entry({}), subject });
  expect(link('operation:01a2')).toEqual(['/operations', '01a2']);
  expect(link('user:3')).toEqual(['/settings/users']);
  expect([link('api_token:3'), link('connections'), link('')]).toEqual([null, null, null]);
});
