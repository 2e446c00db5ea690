//! What a repository's licence is, from its text or its manifest, and whether it is on the list.

/// Those that ask for no more than a notice.
pub const DEFAULTS: &[&str] =
    &["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "Unlicense", "Zlib"];

/// A phrase that only this licence has, folded; the first that fits.
const PHRASES: &[(&str, &str)] = &[
    ("gnu affero general public license", "AGPL-3.0"),
    ("gnu lesser general public license", "LGPL"),
    ("gnu general public license", "GPL"),
    ("server side public license", "SSPL-1.0"),
    ("business source license", "BUSL-1.1"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("eclipse public license", "EPL-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("cc0 1.0 universal", "CC0-1.0"),
    ("this is free and unencumbered software released into the public domain", "Unlicense"),
    ("neither the name of", "BSD-3-Clause"),
    ("redistribution and use in source and binary forms", "BSD-2-Clause"),
    ("permission to use, copy, modify, and/or distribute this software for any purpose with or without fee", "ISC"),
    ("permission to use, copy, modify, and distribute this software for any purpose with or without fee", "ISC"),
    ("this software is provided 'as-is', without any express or implied warranty", "Zlib"),
    ("permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
];

/// Of a LICENSE file.
pub fn of_text(text: &str) -> Option<&'static str> {
    let folded: Vec<&str> = text.split_whitespace().collect();
    let folded = folded.join(" ").to_lowercase().replace("license, version", "license version");
    PHRASES.iter().find(|(phrase, _)| folded.contains(phrase)).map(|(_, id)| *id)
}

/// An SPDX expression: of an `OR` one alternative must be on the list, of an `AND` all.
pub fn allows(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    // Where both are mixed, parentheses decide; without reading them all must be allowed.
    let is_mixed = words.contains(&"OR") && words.contains(&"AND");
    let is_on = |words: &[&str]| match words {
        [id] => allowed.iter().any(|on| on.eq_ignore_ascii_case(id)),
        // An exception only allows more.
        [id, with, _] if with.eq_ignore_ascii_case("with") => allowed.iter().any(|on| on.eq_ignore_ascii_case(id)),
        _ => false,
    };
    let parts = |by: &str| words.split(|word| word.eq_ignore_ascii_case(by)).map(is_on).collect::<Vec<_>>();
    match is_mixed {
        true => words.split(|word| ["OR", "AND"].contains(word)).all(is_on),
        false if words.contains(&"OR") => parts("OR").contains(&true),
        false => !parts("AND").contains(&false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_their_words() {
        for (text, id) in [
            (
                "MIT License\n\nCopyright (c) 2020 X\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy",
                Some("MIT"),
            ),
            ("Apache License\n  Version 2.0, January 2004", Some("Apache-2.0")),
            ("GNU GENERAL PUBLIC LICENSE\nVersion 3", Some("GPL")),
            ("Redistribution and use in source and binary forms … Neither the name of", Some("BSD-3-Clause")),
            ("All rights reserved.", None),
        ] {
            assert_eq!(of_text(text), id, "{text}");
        }
        assert_eq!(of_text(include_str!("../../LICENSE-MIT")), Some("MIT"));
        assert_eq!(of_text(include_str!("../../LICENSE-APACHE")), Some("Apache-2.0"));
    }

    #[test]
    fn expressions_are_read() {
        let allowed: Vec<String> = DEFAULTS.iter().map(|id| (*id).to_owned()).collect();
        for (expression, yes) in [
            ("MIT", true),
            ("mit", true),
            ("MIT OR GPL-3.0", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-3.0-only", false),
            ("", false),
        ] {
            assert_eq!(allows(expression, &allowed), yes, "{expression}");
        }
    }
}
