const { plain, isLetter } = require('./letters');
const limit = require('./limit');

const DEFAULTS = { separator: '-', maximum: 40, reserved: [] };

function slug(title, options) {
  const { separator, maximum, reserved } = { ...DEFAULTS, ...options };
  let words = [];
  let word = '';
  for (const letter of plain(title) + ' ') {
    if (isLetter(letter)) {
      word += letter;
    } else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  words = limit(words, maximum, separator.length);
  const made = words.join(separator);
  return reserved.includes(made) ? `${made}${separator}1` : made;
}

module.exports = slug;
