import { LiveCollection } from './live-collection';

interface Item {
  readonly id: string;
  readonly version: number;
}

describe('LiveCollection', () => {
  let flushes: (() => void)[];
  let collection: LiveCollection<string, Item>;
  const draw = () => flushes.splice(0).forEach((flush) => flush());

  beforeEach(() => {
    flushes = [];
    collection = new LiveCollection({
      key: ({ id }) => id,
      version: ({ version }) => version,
      schedule: (flush) => void flushes.push(flush),
    });
  });

  it('shows many changes as one new value for each picture', () => {
    for (let version = 1; version <= 200; version += 1) collection.put({ id: 'a', version });
    expect(flushes).toHaveLength(1);
    expect(collection.items().size).toBe(0);
    draw();
    expect(collection.items().get('a')?.version).toBe(200);
  });

  it('never goes back to an older state', () => {
    collection.put({ id: 'a', version: 3 });
    expect(collection.put({ id: 'a', version: 2 })).toBe(false);
    expect(collection.put({ id: 'a', version: 3 })).toBe(false);
    draw();
    expect(collection.items().get('a')?.version).toBe(3);
  });

  it('knows the newest state before it is drawn', () => {
    collection.put({ id: 'a', version: 1 });
    expect(collection.get('a')?.version).toBe(1);
  });

  it('removes what is gone', () => {
    collection.putAll([
      { id: 'a', version: 1 },
      { id: 'b', version: 1 },
    ]);
    collection.removeWhere(({ id }) => id === 'a');
    draw();
    expect([...collection.items().keys()]).toEqual(['b']);
  });
});
