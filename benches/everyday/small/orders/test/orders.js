'use strict';

const assert = require('node:assert');
const { Cart, Store, format, round, rulesFor } = require('..');

const APPLE = { id: 'apple', price: 0.5 };
const CHAIR = { id: 'chair', price: 60 };

describe('money', () => {
  it('rounds and formats', () => {
    assert.strictEqual(round(1.239), 1.24);
    assert.strictEqual(format(3), '€3.00');
    assert.strictEqual(format(3.5, 'USD'), '$3.50');
    assert.throws(() => format(1, 'XXX'), /unknown currency: XXX/);
  });
});

describe('cart', () => {
  it('adds the same product to its line', () => {
    const cart = new Cart().add(APPLE).add(APPLE, 3);
    assert.strictEqual(cart.lines.length, 1);
    assert.strictEqual(cart.count, 4);
    assert.strictEqual(cart.remove('apple').count, 0);
  });

  it('takes discounts off', () => {
    const member = new Cart({ member: true }).add(CHAIR, 2);
    assert.strictEqual(member.subtotal(), 120);
    assert.strictEqual(member.total(), 102);
    assert.deepStrictEqual(rulesFor({ member: true }, 120).map((rule) => rule.name), ['member', 'bulk']);
  });
});

describe('store', () => {
  it('loads each product once', async () => {
    const asked = [];
    const store = new Store(async (id) => {
      asked.push(id);
      return id === 'apple' ? APPLE : CHAIR;
    });
    let filled = 0;
    store.on('filled', () => (filled += 1));
    const cart = await store.fill(null, { apple: 2, chair: 1 });
    await store.fill(null, { apple: 1 });
    assert.strictEqual(cart.total(), 61);
    assert.deepStrictEqual(asked, ['apple', 'chair']);
    assert.strictEqual(filled, 2);
  });
});
