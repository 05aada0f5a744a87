import { readAddress, toDiscoverInput } from './address-model';

describe('the address one looks at', () => {
  it.each([
    ['shop.example', { host: 'shop.example' }],
    ['shop.example:8443', { host: 'shop.example', port: '8443' }],
    ['https://shop.example/basket?x=1', { host: 'shop.example' }],
    ['https://shop.example:8443/', { host: 'shop.example', port: '8443' }],
    ['[2001:db8::1]:443', { host: '2001:db8::1', port: '443' }],
    ['2001:db8::1', { host: '2001:db8::1' }],
  ])('reads %s', (text, parts) => {
    expect(readAddress(text)).toEqual(parts);
  });

  it('sends a server name only where one was told', () => {
    expect(toDiscoverInput({ host: ' a.example ', port: '443', serverName: '' })).toEqual({
      host: 'a.example',
      port: 443,
    });
    expect(toDiscoverInput({ host: 'a.example', port: '443', serverName: 'b.example' })).toMatchObject({
      serverName: 'b.example',
    });
  });
});
