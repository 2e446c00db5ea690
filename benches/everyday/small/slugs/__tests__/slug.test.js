const slug = require('../src');
const limit = require('../src/limit');
const { plain } = require('../src/letters');

describe('slug', () => {
  test('words are joined', () => {
    expect(slug('Hello,  World!')).toBe('hello-world');
    expect(slug('Hello World', { separator: '_' })).toBe('hello_world');
    expect(slug('')).toBe('');
  });

  test('letters become plain', () => {
    expect(plain('Größe')).toBe('groesse');
    expect(slug('Crème brûlée')).toBe('creme-brulee');
  });

  test('what is reserved gets a number', () => {
    expect(slug('New', { reserved: ['new', 'edit'] })).toBe('new-1');
  });

  test('long titles end between words', () => {
    expect(limit(['aaaa', 'bbbb', 'cc'], 9, 1)).toEqual(['aaaa', 'bbbb']);
    expect(slug('one two three', { maximum: 8 })).toBe('one-two');
  });
});
