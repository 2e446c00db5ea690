const { Registry, registerAll } = require('../src');

let registry;

beforeEach(() => {
  registry = new Registry({ reserved: ['admin'] });
});

test('a name is given once', () => {
  expect(registry.register('Some title')).toBe('some-title');
  expect(registry.register('Some Title!')).toBe('some-title-2');
  expect(registry.register('admin')).toBe('admin-1');
  expect(registry.has('some-title')).toBe(true);
  expect(registry.size).toBe(2);
});

test('all of a list', async () => {
  const names = await registerAll(['a b', 'a b', 'c']);
  expect(names).toEqual(['a-b', 'a-b-2', 'c']);
});
