import { TestBed } from '@angular/core/testing';
import { SearchField } from './search-field';

describe('SearchField', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function show() {
    const fixture = TestBed.createComponent(SearchField);
    fixture.componentRef.setInput('label', 'Search hosts');
    fixture.componentRef.setInput('placeholder', 'Name');
    fixture.detectChanges();
    const heard: { typed: string[]; searched: (string | null)[] } = { typed: [], searched: [] };
    fixture.componentInstance.typed.subscribe((text) => heard.typed.push(text));
    fixture.componentInstance.searched.subscribe((text) => heard.searched.push(text));
    const field = (fixture.nativeElement as HTMLElement).querySelector('input')!;
    const type = (text: string) => {
      field.value = text;
      field.dispatchEvent(new Event('input'));
    };
    return { fixture, heard, type };
  }

  it('tells each key, and searches once for what stands there when one pauses', () => {
    const { heard, type } = show();
    ['w', 'we', 'web '].forEach(type);
    expect(heard.searched).toEqual([]);
    jest.runAllTimers();
    expect(heard).toEqual({ typed: ['w', 'we', 'web '], searched: ['web'] });
    type(' ');
    jest.runAllTimers();
    expect(heard.searched).toEqual(['web', null]);
  });

  it('searches for nothing any more once its page was left', () => {
    const { fixture, heard, type } = show();
    type('web');
    fixture.destroy();
    jest.runAllTimers();
    expect(heard.searched).toEqual([]);
  });
});
