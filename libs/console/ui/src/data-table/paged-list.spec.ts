import { PagedList, type Page } from './paged-list';

const page = (items: number[], nextCursor: string | null = null): Page<number> => ({ items, nextCursor, total: 4 });

describe('PagedList', () => {
  it('grows page by page until there is no next one', async () => {
    const list = new PagedList<number>();
    await list.load((cursor) => Promise.resolve(cursor === null ? page([1, 2], 'two') : page([3, 4])));
    expect(list.rows()).toEqual([1, 2]);
    await list.more();
    await list.more();
    expect(list.rows()).toEqual([1, 2, 3, 4]);
    expect(list.hasMore()).toBe(false);
    expect(list.total()).toBe(4);
  });

  it('drops the answer of an older search that comes late', async () => {
    const list = new PagedList<number>();
    let answerOld: (page: Page<number>) => void = () => undefined;
    const old = list.load(() => new Promise((resolve) => (answerOld = resolve)));
    await list.load(() => Promise.resolve(page([7])));
    answerOld(page([1, 2]));
    await old;
    expect(list.rows()).toEqual([7]);
  });

  it('reads again as many rows as it has, and shows the old ones until then', async () => {
    const list = new PagedList<number>();
    let add = 0;
    await list.load((cursor) => Promise.resolve(cursor === null ? page([1 + add], 'two') : page([2 + add])));
    await list.more();
    add = 10;
    const reload = list.reload();
    expect(list.rows()).toEqual([1, 2]);
    await reload;
    expect(list.rows()).toEqual([11, 12]);
  });

  it('asks for a page once while it is on its way', async () => {
    const list = new PagedList<number>();
    let asked = 0;
    await list.load((cursor) => {
      asked += 1;
      return Promise.resolve(page([asked], cursor === null ? 'two' : null));
    });
    await Promise.all([list.more(), list.more()]);
    expect(asked).toBe(2);
  });

  it('keeps the rows it has when a later page fails, and says why', async () => {
    const list = new PagedList<number>();
    await list.load((cursor) =>
      cursor === null ? Promise.resolve(page([1], 'two')) : Promise.reject(new Error('gone')),
    );
    await list.more();
    expect(list.rows()).toEqual([1]);
    expect(list.state()).toBe('failed');
    expect(list.problem()?.detail).toBe('gone');
  });

  it('does not show the rows of one search as those of another that failed', async () => {
    const list = new PagedList<number>();
    await list.load(() => Promise.resolve(page([1, 2])));
    await list.load(() => Promise.reject(new Error('gone')));
    expect(list.rows()).toEqual([]);
    expect(list.state()).toBe('failed');
  });

  it('keeps what it has when it cannot be read again', async () => {
    const list = new PagedList<number>();
    let isGone = false;
    await list.load(() => (isGone ? Promise.reject(new Error('gone')) : Promise.resolve(page([1, 2]))));
    isGone = true;
    await list.reload();
    expect([list.rows(), list.state()]).toEqual([[1, 2], 'failed']);
    isGone = false;
    await list.reload();
    expect(list.state()).toBe('ready');
  });
});
