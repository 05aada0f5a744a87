import { RoomCursor } from './room-cursor';

function liveAt(position: number): RoomCursor {
  const cursor = new RoomCursor();
  cursor.joined(position, false);
  return cursor;
}

describe('RoomCursor', () => {
  it('applies what follows without a gap, once', () => {
    const cursor = liveAt(10);
    expect(cursor.receive(11)).toBe('apply');
    expect(cursor.receive(11)).toBe('ignore');
    expect(cursor.receive(9)).toBe('ignore');
    expect(cursor.receive(12)).toBe('apply');
    expect(cursor.position).toBe(12);
  });

  it('sees a gap and does not move past it', () => {
    const cursor = liveAt(10);
    expect(cursor.receive(12)).toBe('gap');
    expect(cursor.position).toBe(10);
  });

  it('lets positions skip while a replay is under way, and not after it', () => {
    const cursor = liveAt(10);
    cursor.beginJoin();
    cursor.joined(20, false);
    expect(cursor.missing).toBe(10);
    expect(cursor.receive(15)).toBe('apply');
    expect(cursor.missing).toBe(5);
    expect(cursor.receive(20)).toBe('apply');
    expect(cursor.missing).toBe(0);
    expect(cursor.receive(22)).toBe('gap');
  });

  it('takes a replay that comes before its acknowledgement', () => {
    const cursor = liveAt(10);
    cursor.beginJoin();
    expect(cursor.missing).toBeNull();
    expect(cursor.receive(14)).toBe('apply');
    cursor.joined(14, false);
    expect(cursor.missing).toBe(0);
    expect(cursor.receive(14)).toBe('ignore');
  });

  it('keeps its own position when the acknowledgement names a later one, so that the replay is not ignored', () => {
    const cursor = liveAt(10);
    cursor.beginJoin();
    cursor.joined(30, false);
    expect(cursor.position).toBe(10);
    expect(cursor.receive(11)).toBe('apply');
  });

  it('starts anew after a reset, also backwards', () => {
    const cursor = liveAt(500);
    cursor.beginJoin();
    cursor.joined(3, true);
    expect(cursor.position).toBe(3);
    expect(cursor.receive(4)).toBe('apply');
  });
});
