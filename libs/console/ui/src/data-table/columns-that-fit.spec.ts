import { columnsThatFit } from './columns-that-fit';
import type { Fold, TableColumn } from './table-column';

const column = (key: string, width: string, fold: Fold): TableColumn => ({ key, heading: key, width, fold });
const columns = [
  column('name', 'minmax(100px, 1fr)', 'title'),
  column('tags', 'minmax(50px, 1fr)', 'none'),
  column('state', '100px', 'aside'),
  column('age', '50px', 'none'),
];
const keysAt = (width: number) => columnsThatFit(columns, width).map(({ key }) => key);

describe('the columns of a table', () => {
  it('are all there where they have room', () => {
    expect(keysAt(380)).toEqual(['name', 'tags', 'state', 'age']);
  });

  it('leave out the last that can be done without, one after the other', () => {
    expect(keysAt(379)).toEqual(['name', 'tags', 'state']);
    expect(keysAt(313)).toEqual(['name', 'state']);
  });

  it('fold where not even the others fit', () => {
    expect(keysAt(247)).toEqual([]);
  });
});
