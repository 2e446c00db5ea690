'use strict';

const { EventEmitter } = require('node:events');
const Cart = require('./cart');

class Store extends EventEmitter {
  constructor(load) {
    super();
    this.load = load;
    this.products = new Map();
  }

  async product(id) {
    if (!this.products.has(id)) {
      const product = await this.load(id);
      this.products.set(id, product);
    }
    return this.products.get(id);
  }

  async fill(customer, wanted) {
    const cart = new Cart(customer);
    for (const [id, quantity] of Object.entries(wanted)) {
      const product = await this.product(id);
      cart.add(product, quantity);
    }
    this.emit('filled', cart);
    return cart;
  }
}

module.exports = { Store };
