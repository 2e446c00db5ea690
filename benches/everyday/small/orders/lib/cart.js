'use strict';

const { round } = require('./money');
const { discountFor } = require('./discounts');

class Cart {
  constructor(customer) {
    this.customer = customer;
    this.lines = [];
  }

  add(product, quantity = 1) {
    const line = this.lines.find((other) => other.product.id === product.id);
    if (line) {
      line.quantity += quantity;
    } else {
      this.lines.push({ product, quantity });
    }
    return this;
  }

  remove(id) {
    this.lines = this.lines.filter((line) => line.product.id !== id);
    return this;
  }

  get count() {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  subtotal() {
    let total = 0;
    for (const { product, quantity } of this.lines) {
      total += product.price * quantity;
    }
    return round(total);
  }

  total() {
    const subtotal = this.subtotal();
    const discount = discountFor(this.customer, subtotal);
    return round(subtotal - discount);
  }
}

module.exports = Cart;
