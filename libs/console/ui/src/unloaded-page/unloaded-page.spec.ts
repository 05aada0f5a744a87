import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { readProblem } from '../problem/read-problem';
import { UnloadedPage } from './unloaded-page';

describe('UnloadedPage', () => {
  async function show(problem: ReturnType<typeof readProblem> | null) {
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    const fixture = TestBed.createComponent(UnloadedPage);
    const inputs = {
      heading: 'Host',
      backLink: '/hosts',
      backLabel: 'Hosts',
      loading: 'Loading the host …',
      problem,
    };
    for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
    await fixture.whenStable();
    return { element: fixture.nativeElement as HTMLElement, page: fixture.componentInstance };
  }

  it('says that the page is on its way', async () => {
    const { element } = await show(null);
    expect(element.querySelector('[role=status]')?.textContent).toContain('Loading the host …');
    expect(element.querySelector('h1')).toBeNull();
  });

  it('says why it did not come, leads back, and asks again when one wants to', async () => {
    const problem = readProblem(new Error('cut off'));
    const { element, page } = await show(problem);
    expect(element.querySelector('h1')?.textContent).toBe('Host');
    expect(element.querySelector('h2')?.textContent).toBe(problem.title);
    expect(element.querySelector('a')?.getAttribute('href')).toBe('/hosts');
    let asked = 0;
    page.retry.subscribe(() => (asked += 1));
    element.querySelector<HTMLElement>('lockstep-empty-state button')?.click();
    expect(asked).toBe(1);
  });
});
