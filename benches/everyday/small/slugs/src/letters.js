const REPLACED = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', ø: 'o' };

function plain(text) {
  const lower = text.toLowerCase();
  const replaced = Array.from(lower, (letter) => REPLACED[letter] || letter);
  return replaced.join('').normalize('NFD').replace(/[\u0300-\u036f]/g, '');
}

const isLetter = (letter) => /[a-z0-9]/.test(letter);

module.exports = {
  plain,
  isLetter,
};
