//! Who is asked, how often, and what stays of work that a limit ended.

use crate::double::{Double, Turn, call};
use crate::{MENDED, PROGRAM, config, finish, heal, mend};
use serde_json::{Value, json};

fn models(double: &Double) -> Vec<String> {
    double.seen.lock().unwrap().iter().map(|seen| seen.body["model"].as_str().unwrap().to_owned()).collect()
}

fn give_up() -> Turn {
    call("finish", json!({"why": "I do not know"}))
}

/// Somebody's key in the environment is no wish to have their code sent anywhere.
#[test]
fn a_terminal_asks_where_it_is_told_to() {
    let double = Double::new(vec![mend(), finish()]);
    // The provider is not named: only the key could decide.
    let quiet = format!("model: {{price: {}}}\n", crate::PRICE);
    let told = crate::heal_with(&quiet, &[], &[("OPENAI_API_KEY", "planted-key-7f3a9c51e2b84d60")]);
    let notes = told.json["notes"].to_string();
    let offer = "gpt-5 at openai could be asked: --model does it, with the key in OPENAI_API_KEY, for at most $1.00";
    assert!(notes.contains(offer), "{notes}");
    assert_eq!((told.program().as_str(), told.json["tokens"]["input"].as_u64()), (PROGRAM, Some(0)));
    // By the configuration, which names somebody.
    let healed = heal(&config(&double, "openai", ""), &[]);
    assert_eq!((healed.program().as_str(), double.count()), (MENDED, 2), "{}", healed.told);
    // By the flag, which may name another one.
    let double = Double::new(vec![mend(), finish()]);
    let healed = heal(&config(&double, "openai", ""), &["--model=another"]);
    assert_eq!(
        (healed.program().as_str(), models(&double)),
        (MENDED, vec!["another".to_owned(); 2]),
        "{}",
        healed.told
    );
}

#[test]
fn the_diagnosis_decides_who_is_asked() {
    // `tell.sh:4: error:` is what a compiler says: simple.
    let names = ", cheap: small, strong: big";
    let double = Double::new(vec![mend(), finish()]);
    let healed = heal(&config(&double, "openai", names), &["--hands", "model"]);
    let kind = healed.json["diagnosis"]["complexity"].as_str().unwrap().to_owned();
    let expected = if kind == "simple" { "small" } else { "big" };
    assert_eq!(models(&double), [expected; 2], "{}", healed.told);
    let decision = &healed.json["decisions"][0];
    assert_eq!(decision["about"], "route");
    assert!(decision["choice"].as_str().unwrap().contains(expected), "{decision}");
    assert!(decision["why"].as_str().unwrap().contains(&kind), "{decision}");
    let options = decision["options"].as_array().unwrap();
    assert!(options.len() == 2 && options.iter().all(|option| option[1].as_f64().unwrap() > 0.0), "{decision}");
    assert!(healed.told.contains(&format!("asking {expected} at openai, about $")), "{}", healed.told);
    // The routes are the configuration's.
    for (route, asked) in [("none", 0), ("cheap", 2), ("strong", 2)] {
        let double = Double::new(vec![mend(), finish()]);
        let routes = format!("{names}, routes: {{{kind}: {route}}}");
        let healed = heal(&config(&double, "openai", &routes), &["--hands", "model"]);
        assert_eq!(double.count(), asked, "{route}: {}", healed.told);
        let name = if route == "cheap" { "small" } else { "big" };
        assert!(models(&double).iter().all(|model| model == name), "{route}");
        if asked == 0 {
            assert!(healed.json["notes"].to_string().contains("not asked: the diagnosis calls it"), "{}", healed.told);
        }
    }
}

#[test]
fn the_strong_one_follows_the_cheap_one_where_that_is_wanted() {
    let all = ", cheap: small, strong: big, routes: {trivial: cheap, simple: cheap, hard: cheap}";
    let turns = || vec![call("read", json!({"path": "tell.sh"})), give_up(), mend(), finish()];
    let double = Double::new(turns());
    let healed = heal(&config(&double, "openai", all), &["--hands", "model"]);
    assert_eq!(healed.program(), MENDED, "{}", healed.told);
    assert_eq!(models(&double), ["small", "small", "big", "big"]);
    assert!(double.bodies()[2].contains("it gives up: I do not know"), "{}", double.bodies()[2]);
    assert_eq!(healed.json["decisions"].as_array().unwrap().len(), 2, "{}", healed.json["decisions"]);
    let double = Double::new(turns());
    let healed = heal(&config(&double, "openai", &format!("{all}, escalate: false")), &["--hands", "model"]);
    assert_eq!((healed.program().as_str(), double.count()), (PROGRAM, 2), "{}", healed.told);
    // A limit, a refused key or an unknown name is no reason to ask somebody dearer.
    let double = Double::new(vec![Turn::Refusal(404, "", "{\"error\": {\"message\": \"what?\"}}")]);
    let healed = heal(&config(&double, "openai", all), &["--hands", "model"]);
    assert_eq!((models(&double), healed.program().as_str()), (vec!["small".to_owned()], PROGRAM), "{}", healed.told);
    // Nor is a provider that does not answer.
    let double = Double::new(vec![Turn::Refusal(500, "retry-after: 0\r\n", "{\"error\": {\"message\": \"down\"}}")]);
    let healed = heal(&config(&double, "openai", all), &["--hands", "model"]);
    assert_eq!(models(&double), ["small"; 4], "{}", healed.told);
    let reason = healed.json["reason"].as_str().unwrap();
    assert!(reason.starts_with("no answer is to be had from the model: ") && reason.contains("down"), "{reason}");
}

/// Both pass; the one that changes less is taken, whichever came first.
#[test]
fn of_several_samples_the_smallest_that_passes_is_taken() {
    let large = "# One.\n# Two.\n# Three.\necho \"$word: ${#word} letters\"";
    let large = call("edit", json!({"path": "tell.sh", "old": "echo \"$word\"", "new": large}));
    for order in [[large.clone(), mend()], [mend(), large]] {
        let turns = order.into_iter().chain([finish()]).collect();
        let double = Double::new(turns);
        let healed = heal(&config(&double, "openai", ", samples: 2"), &["--hands", "model"]);
        assert_eq!((healed.program().as_str(), double.count()), (MENDED, 4), "{}", healed.told);
        assert!(healed.told.contains("2 of 2, step 1: edit"), "{}", healed.told);
    }
}

/// What a limit ended is shown as a patch, and is on the desk of the next attempt, in a terminal too.
#[test]
fn work_that_a_limit_ended_is_kept() {
    let half = json!({"path": "tell.sh", "old": "echo \"$word\"", "new": "echo \"$word: ${#word}\""});
    let mut turns = vec![call("edit", half)];
    turns.extend((0..20).map(|at| call("search", json!({"pattern": format!("y{at}")}))));
    let double = Double::new(turns);
    let healed = heal(&config(&double, "openai", ", max-tokens: 15000"), &["--hands", "model"]);
    assert_eq!((&healed.json["outcome"], healed.program().as_str()), (&json!("budget"), PROGRAM), "{}", healed.told);
    assert!(healed.json["patch"].as_str().unwrap().contains("+echo \"$word: ${#word}\""), "{}", healed.json["patch"]);
    assert!(healed.json["reason"].as_str().unwrap().contains("its work so far is kept as a patch"));
    let kept: Vec<&Value> = healed.json["tried"].as_array().unwrap().iter().filter(|t| t["work"].is_string()).collect();
    assert!(kept.len() == 1 && kept[0]["work"].as_str().unwrap().contains("${#word}"), "{}", healed.json["tried"]);
    let double = Double::new(vec![mend(), finish()]);
    let again = crate::heal_in(healed.folder, &config(&double, "openai", ""), &["--hands", "model"]);
    assert_eq!(again.program(), MENDED, "{}", again.told);
    let first = double.bodies().remove(0);
    assert!(
        first.contains("how far an earlier attempt came") && first.contains("+echo \\\"$word: ${#word}\\\""),
        "{first}"
    );
}

/// The tools of a real server: offered with its name before theirs, called in the sandbox, with what helps where it fails.
#[test]
fn tools_of_a_named_server_are_used() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = std::fs::read_to_string(root.join("target/test-tools.json")).expect("run tests/install first");
    let tools: Value = serde_json::from_str(&tools).unwrap();
    let program = format!("{}/mcp-server-everything", tools["node_bin"].as_str().unwrap());
    let servers = format!(
        ", servers: [{{name: every, command: ['{program}', stdio], tools: [echo]}}, {{name: none, command: 'exit 3'}}, {{name: gone, command: [no-such-program]}}]"
    );
    let double = Double::new(vec![
        call("every__echo", json!({"message": "is anybody there"})),
        call("every__echo", json!({"wrong": 1})),
        call("every__printEnv", json!({})),
        mend(),
        finish(),
    ]);
    let healed = heal(&config(&double, "openai", &servers), &["--hands", "model"]);
    assert_eq!(healed.program(), MENDED, "{}", healed.told);
    assert!(healed.told.contains("the tools of the server none are not to be had"), "{}", healed.told);
    assert!(healed.told.contains("(it ended with exit code 3)"), "{}", healed.told);
    assert!(healed.told.contains("(no-such-program is not found)"), "{}", healed.told);
    let seen = double.seen.lock().unwrap();
    let offered = seen[0].body["tools"].as_array().unwrap();
    assert!(offered.len() == 8 && offered[7]["function"]["name"] == "every__echo", "{offered:?}");
    let bodies: Vec<String> = seen.iter().map(|seen| seen.body.to_string()).collect();
    assert!(bodies[1].contains("Echo: is anybody there"), "{}", bodies[1]);
    assert!(bodies[2].contains("refused: "), "{}", bodies[2]);
    assert!(bodies[3].contains("there is no such tool"), "{}", bodies[3]);
    healed.assert_no_key();
}
