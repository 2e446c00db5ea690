const slug = require('./slug');
const { Registry, registerAll } = require('./registry');

module.exports = slug;
module.exports.Registry = Registry;
module.exports.registerAll = registerAll;
