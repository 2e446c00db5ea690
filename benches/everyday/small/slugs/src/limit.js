module.exports = function limit(words, maximum, between) {
  const kept = [];
  let length = 0;
  for (const word of words) {
    const added = word.length + (kept.length > 0 ? between : 0);
    if (length + added > maximum && kept.length > 0) {
      break;
    }
    kept.push(word);
    length += added;
  }
  return kept;
};
