'use strict';

const SYMBOLS = { EUR: '€', USD: '$', GBP: '£' };

function round(amount) {
  return Math.round(amount * 100) / 100;
}

function format(amount, currency = 'EUR') {
  const symbol = SYMBOLS[currency];
  if (!symbol) {
    throw new RangeError(`unknown currency: ${currency}`);
  }
  return `${symbol}${round(amount).toFixed(2)}`;
}

module.exports = { SYMBOLS, round, format };
