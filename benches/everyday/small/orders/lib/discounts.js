'use strict';

const RULES = [
  { name: 'member', applies: (customer) => Boolean(customer && customer.member), rate: 0.1 },
  { name: 'bulk', applies: (customer, subtotal) => subtotal >= 100, rate: 0.05 },
];

function rulesFor(customer, subtotal) {
  return RULES.filter((rule) => rule.applies(customer, subtotal));
}

function discountFor(customer, subtotal) {
  const rules = rulesFor(customer, subtotal);
  const rate = rules.reduce((sum, rule) => sum + rule.rate, 0);
  return subtotal * rate;
}

exports.rulesFor = rulesFor;
exports.discountFor = discountFor;
