const slug = require('./slug');

class Registry {
  #taken = new Map();

  constructor(options = {}) {
    this.options = options;
  }

  register(title) {
    const base = slug(title, this.options);
    const count = (this.#taken.get(base) ?? 0) + 1;
    this.#taken.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  }

  has(name) {
    return this.#taken.has(name);
  }

  get size() {
    return this.#taken.size;
  }
}

async function registerAll(titles, registry = new Registry()) {
  const names = [];
  for await (const title of titles) {
    names.push(registry.register(title));
  }
  return names;
}

module.exports = { Registry, registerAll };
