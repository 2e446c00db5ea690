//! Arguments like those that were seen: a little more, a little less, another order. What all of them have in common
//! (sorted, not empty, not negative) the new ones have too, or they would ask for what the function never promised.

use super::arguments::{Kind, Value};

/// Numbers that look like chance and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % count.max(1)
    }
}

/// What the values of one parameter have in common.
struct Common {
    sorted: bool,
    filled: bool,
    least: Option<f64>,
}

/// The tuples that were seen and more of their kind, `most` in all.
pub fn tuples(kinds: &[Kind], seen: &[Vec<Value>], most: usize) -> Vec<Vec<Value>> {
    let common: Vec<Common> =
        (0..kinds.len()).map(|at| Common::of(seen.iter().filter_map(|tuple| tuple.get(at)))).collect();
    let mut dice = Dice::new(u64::try_from(seen.len()).unwrap_or(1));
    let mut all: Vec<Vec<Value>> = seen.iter().take(most / 2).cloned().collect();
    for _ in 0..most * 6 {
        if all.len() >= most || seen.is_empty() {
            break;
        }
        // From a new one too, so that they come further than one step.
        let from = if dice.below(3) == 0 { &all } else { seen };
        let mut tuple = from[dice.below(from.len())].clone();
        for _ in 0..=dice.below(2) {
            let at = dice.below(kinds.len());
            let other = seen[dice.below(seen.len())][at].clone();
            tuple[at] = if dice.below(4) == 0 { other } else { varied(&kinds[at], &tuple[at], &other, &mut dice) };
            common[at].keep(&kinds[at], &mut tuple[at]);
        }
        let written = kinds.iter().zip(&tuple).all(|(kind, value)| kind.written(value).is_some());
        let fits = common.iter().zip(&tuple).all(|(common, value)| common.allows(value));
        if written && fits && !all.contains(&tuple) {
            all.push(tuple);
        }
    }
    all
}

fn varied(kind: &Kind, value: &Value, other: &Value, dice: &mut Dice) -> Value {
    match (kind, value) {
        (Kind::Borrowed(_, inner), value) => varied(inner, value, other, dice),
        (Kind::List(inner), Value::List(all)) => Value::List(list(inner, all, other, dice)),
        (Kind::Number(name), Value::Atom(text)) => Value::Atom(number(name, text, dice)),
        (Kind::Bool, Value::Atom(text)) => Value::Atom((text != "true").to_string()),
        (Kind::Text(_), Value::Atom(text)) => Value::Atom(string(text, other, dice)),
        _ => other.clone(),
    }
}

fn list(inner: &Kind, all: &[Value], other: &Value, dice: &mut Dice) -> Vec<Value> {
    let mut new = all.to_vec();
    let more = if let Value::List(more) = other { more.as_slice() } else { &[] };
    let place = dice.below(new.len());
    match dice.below(6) {
        0 if !new.is_empty() => drop(new.remove(place)),
        1 if !new.is_empty() => new.insert(place, new[place].clone()),
        2 if new.len() > 1 => {
            let with = dice.below(new.len());
            new.swap(place, with);
        }
        3 if !more.is_empty() => new.insert(place, more[dice.below(more.len())].clone()),
        _ if !new.is_empty() => {
            let neighbour = new[dice.below(new.len())].clone();
            new[place] = varied(inner, &new[place], &neighbour, dice);
        }
        _ => new.extend(more.first().cloned()),
    }
    new
}

fn number(kind: &str, text: &str, dice: &mut Dice) -> String {
    if kind.starts_with('f') {
        let number: f64 = text.parse().unwrap_or(0.0);
        let steps = [number + 1.0, number - 1.0, number / 2.0, -number, number * 2.0, 0.0];
        return format!("{:?}", steps[dice.below(steps.len())]);
    }
    let number: i128 = text.parse().unwrap_or(0);
    let small = i128::try_from(dice.below(12)).unwrap_or(0);
    let steps = [number + 1, number - 1, number + small, number - small, small, -number, number * 2, number / 2];
    let new = steps[dice.below(steps.len())];
    // What does not fit the type is no argument.
    let most: i128 = if kind.contains('8') { 127 } else { 1_000_000_000 };
    let least = if kind.starts_with('u') { 0 } else { -most };
    new.clamp(least.min(number), most.max(number)).to_string()
}

/// Letters are taken out, doubled and exchanged; what is escaped stays as it is.
fn string(text: &str, other: &Value, dice: &mut Dice) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if inner.contains('\\') {
        return if let Value::Atom(other) = other { other.clone() } else { text.to_owned() };
    }
    let mut letters: Vec<char> = inner.chars().collect();
    let place = dice.below(letters.len());
    match dice.below(4) {
        0 if !letters.is_empty() => drop(letters.remove(place)),
        1 if !letters.is_empty() => letters.insert(place, letters[place]),
        2 if letters.len() > 1 => {
            let with = dice.below(letters.len());
            letters.swap(place, with);
        }
        _ => {
            if let Value::Atom(other) = other {
                let more: Vec<char> = other.trim_matches('"').chars().filter(|c| *c != '\\').collect();
                letters.extend(more.get(dice.below(more.len())));
            }
        }
    }
    format!("\"{}\"", letters.into_iter().collect::<String>())
}

impl Common {
    fn of<'v>(values: impl Iterator<Item = &'v Value> + Clone) -> Self {
        let long = |value: &Value| matches!(value, Value::List(all) if all.len() > 1);
        let sorted = values.clone().any(long) && values.clone().all(is_sorted);
        let filled =
            values.clone().all(|value| !matches!(value, Value::List(all) if all.is_empty()) && !is_empty(value));
        let least = values.clone().map(lowest).collect::<Option<Vec<f64>>>();
        let least = least
            .and_then(|all| all.into_iter().reduce(f64::min))
            .map(|least| if least > 0.0 { 1.0 } else { least.min(0.0) });
        // Negative ones say that all are allowed.
        Self { sorted, filled, least: least.filter(|least| *least >= 0.0) }
    }

    fn keep(&self, kind: &Kind, value: &mut Value) {
        let inner = if let Kind::Borrowed(_, inner) = kind { inner } else { kind };
        if let (Kind::List(_), Value::List(all), true) = (inner, value, self.sorted) {
            all.sort_by(order);
        }
    }

    fn allows(&self, value: &Value) -> bool {
        let empty = matches!(value, Value::List(all) if all.is_empty()) || is_empty(value);
        let low = self.least.is_some_and(|least| lowest(value).is_some_and(|own| own < least));
        !low && (!self.filled || !empty)
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Atom(text) if text == "\"\"")
}

fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Atom(a), Value::Atom(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        },
        _ => std::cmp::Ordering::Equal,
    }
}

fn is_sorted(value: &Value) -> bool {
    matches!(value, Value::List(all) if all.is_sorted_by(|a, b| order(a, b).is_le()))
}

/// The lowest number in it; `None` where there is something else.
fn lowest(value: &Value) -> Option<f64> {
    match value {
        Value::Atom(text) => text.parse().ok(),
        Value::List(all) => all.iter().map(lowest).try_fold(f64::INFINITY, |least, own| Some(least.min(own?))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments;
    use super::*;

    #[test]
    fn new_arguments_are_like_those_that_were_seen() {
        let kinds = [
            Kind::Borrowed(false, Box::new(Kind::List(Box::new(Kind::Number("i32".to_owned()))))),
            Kind::Number("usize".to_owned()),
        ];
        let seen = [["[1, 3, 5]", "2"], ["[2, 2]", "1"]];
        let seen = seen.map(|tuple| tuple.iter().map(|text| arguments::parse(text).unwrap()).collect::<Vec<_>>());
        let all = tuples(&kinds, &seen, 40);
        assert_eq!(all.len(), 40);
        assert_eq!(all, tuples(&kinds, &seen, 40));
        assert!(all.iter().all(|tuple| is_sorted(&tuple[0]) && tuple[0] != Value::List(Vec::new())));
        assert!(all.iter().all(|tuple| lowest(&tuple[1]) >= Some(1.0)));
    }
}
