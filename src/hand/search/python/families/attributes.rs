//! Another attribute: one that the module uses on the same thing, else one that it uses at all.

use super::super::drafts::Drafts;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.kind(node) != "attribute" {
        return;
    }
    let (Some(object), Some(name)) = (scene.field(node, "object"), scene.field(node, "attribute")) else { return };
    let (own_object, own) = (scene.text(object), scene.text(name));
    let called = scene.tree[node].field == Some("function");
    let same: BTreeSet<&str> =
        scene.attributes.iter().filter(|(object, _)| object == own_object).map(|(_, name)| name.as_str()).collect();
    same.iter().filter(|other| **other != own).for_each(|other| drafts.replace(name, *other, 0.0));
    if called {
        return;
    }
    // `node.successor.successor` → `node.successor`, and the other way round.
    drafts.replace(node, own_object, 0.6);
    drafts.replace(node, format!("{}.{own}", scene.text(node)), 0.8);
    let words = |name: &str| name.split('_').map(str::to_owned).collect::<BTreeSet<_>>();
    for (_, other) in scene.attributes.iter().filter(|(_, other)| other != own && !same.contains(other.as_str())) {
        let related = !words(other).is_disjoint(&words(own));
        drafts.replace(name, other, if related { 0.1 } else { 0.7 });
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "def f(n, m):\n    m.incoming_nodes.sort()\n    return n.outgoing_nodes\n",
        "def f(n, m):\n    m.incoming_nodes.sort()\n    return n.incoming_nodes\n",
    ),
    ("def f(n):\n    return n.next.next\n", "def f(n):\n    return n.next\n"),
];
