'use strict';

const Cart = require('./cart');
const { Store } = require('./store');
const money = require('./money');
const discounts = require('./discounts');

module.exports = {
  Cart,
  Store,
  ...money,
  ...discounts,
};
