import { namesInShort } from './names-in-short';

describe('names in short', () => {
  it('are all there while they are few', () => {
    expect(namesInShort([])).toBe('');
    expect(namesInShort(['a.example', 'b.example', 'c.example'])).toBe('a.example, b.example, c.example');
  });

  it('tell how many others there are', () => {
    expect(namesInShort(['a.example', 'b.example', 'c.example', 'd.example'])).toBe(
      'a.example, b.example, c.example and 1 more',
    );
    expect(namesInShort(['a.example', 'b.example', 'c.example'], 1)).toBe('a.example and 2 more');
  });
});
