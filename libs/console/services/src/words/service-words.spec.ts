import { serviceOf as service } from '../service.testing';
import { fits, inOrder } from './service-words';

describe('the order of services', () => {
  it('has pinned ones first, then what has failed, then the rest as the host tells them', () => {
    const services = [service('b'), service('a'), service('d', { state: 'failed' }), service('z', { pinned: true })];
    expect(inOrder(services).map(({ name }) => name)).toEqual(['z', 'd', 'b', 'a']);
  });
});

describe('a search', () => {
  it('finds by every word, in the name or in the description, whatever the case', () => {
    const nginx = service('nginx.service', { description: 'A high performance Web Server' });
    expect(fits(nginx, 'Web nginx')).toBe(true);
    expect(fits(nginx, 'nginx proxy')).toBe(false);
    expect(fits(nginx, ' ')).toBe(true);
  });
});
