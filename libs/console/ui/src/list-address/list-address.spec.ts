import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { ListAddress } from './list-address';

describe('ListAddress', () => {
  let router: Router;
  let address: ListAddress;

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: 'hosts', children: [] }])] });
    router = TestBed.inject(Router);
    address = TestBed.inject(ListAddress);
    await router.navigateByUrl('/hosts?tag=web&sort=-name');
  });

  /** The address once whatever was asked for is there. */
  async function arrived(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve));
    return router.url;
  }

  it('sets what is named, takes away what is null, and leaves the rest', async () => {
    address.set({ search: 'one', tag: null });
    expect(await arrived()).toBe('/hosts?sort=-name&search=one');
  });

  it('takes a chosen value back, and puts another in its place', async () => {
    address.toggle('tag', 'database');
    expect(await arrived()).toBe('/hosts?tag=database&sort=-name');
    address.toggle('tag', 'database');
    expect(await arrived()).toBe('/hosts?sort=-name');
  });

  it('stays on the list when everything is taken away', async () => {
    address.clear();
    expect(await arrived()).toBe('/hosts');
  });
});
