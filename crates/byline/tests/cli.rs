//! The binary from outside: help, exit codes, the demo.

#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

use byline::cli::Cli;
use clap::CommandFactory;
use std::process::{Command, Output};

fn byline(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_byline"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BYLINE_")) {
        command.env_remove(name);
    }
    command.current_dir(home.path()).env("BYLINE_DATA", home.path().join("data")).args(arguments);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_is_the_reference() {
    insta::assert_snapshot!(Cli::command().render_long_help().to_string());
}

/// What nobody has described: commands, arguments, values.
fn undescribed(command: &clap::Command, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for argument in command.get_arguments().filter(|a| !a.is_global_set() && !a.is_hide_set()) {
        if argument.get_help().is_none() {
            found.push(format!("{path} {}", argument.get_id()));
        }
    }
    for below in command.get_subcommands() {
        let path = format!("{path} {}", below.get_name());
        if below.get_about().is_none() {
            found.push(path.clone());
        }
        found.extend(undescribed(below, &path));
    }
    found
}

#[test]
fn all_commands_and_arguments_are_described() {
    assert_eq!(undescribed(&Cli::command(), "byline"), [""; 0]);
}

#[track_caller]
fn check_refused(arguments: &[&str], words: &str) {
    let output = byline(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{arguments:?}: {said}");
    assert!(said.contains(words), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn wrong_usage_ends_with_64_and_says_what_to_do() {
    check_refused(&["crawl", "example.org/author"], "write it in full");
    check_refused(&["crawl"], "byline crawl https://");
    check_refused(&["unfollow", "nobody"], "byline authors");
    check_refused(&["run", "fetcher"], "--amqp-url");
    check_refused(&["--gap", "soon", "status"], "write 300ms, 2s");
    check_refused(&["--allow-net", "10.0.0.0/99", "status"], "is not an address range");
    check_refused(&["--config", "missing.toml", "status"], "missing.toml");
    check_refused(&["--database-url", "mysql://x", "status"], "postgres://");
    check_refused(&["reparse"], "--all");
    check_refused(&["show", "7"], "nothing is known");
    check_refused(&["articles", "--since", "yesterday"], "2026-11-23");
    check_refused(&["frobnicate"], "unrecognized subcommand");
}

#[test]
fn a_rule_shows_its_effect_and_a_wrong_one_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let text = "A sentence, and another one, make up a paragraph that is as long as they are. ".repeat(4);
    let page =
        write("page.html", &format!("<h1>Not this</h1><i>This</i><p>{text}</p><p>{text} The end.</p>"));
    let good = write("good.toml", "[[rule]]\nhost = \"a.example\"\ntitle = \"i\"\n");
    let wrong = write("wrong.toml", "[[rule]]\nhost = \"a.example\"\ntitle = \"i..x\"\n");
    let arguments = ["try", &page, "--url", "https://a.example/x", "--json", "--rules", &good];
    let output = byline(&arguments);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        told["parsed"]["article"]["title"],
        serde_json::json!({ "value": "This", "evidence": "rule" })
    );
    assert!(!told["rules_hash"].as_str().unwrap().is_empty());
    check_refused(&["try", &page, "--rules", &wrong], &format!("{wrong}:3:9: title: "));
}

#[test]
fn a_page_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let prose = "A sentence, and another one, make up a paragraph that is as long as they are. ".repeat(4);
    let links: String = (1..6)
        .map(|i| format!("<li><a href=/{i}>Another text, number {i}, of this author</a></li>"))
        .collect();
    let html = format!(
        "<html lang=en><head><title>The tide – Notes</title><meta property=og:title content='The tide'>\
         <meta name=author content='Mara Lind'></head><body><div class=story><h1>The tide</h1>\
         <p class=byline>By John Roe</p><p>{prose}</p><p>{prose} The end.</p></div>\
         <h3>More notes</h3><ul class=more>{links}</ul></body></html>"
    );
    std::fs::write(&page, html).unwrap();
    let page = page.display().to_string();
    let output = byline(&["try", &page, "--url", "https://a.example/tide", "--explain"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    // Scores move with every better parser; what is shown of them does not.
    let shown: String = text(&output.stdout)
        .lines()
        .skip_while(|l| *l != "kind")
        .map(|l| l.split_whitespace().map(without_number).collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    insta::assert_snapshot!(shown);
    let output = byline(&["try", &page, "--url", "https://a.example/tide", "--explain", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let considered = &told["considered"];
    let taken = |list: &str| -> Vec<serde_json::Value> {
        let all = considered[list].as_array().unwrap();
        all.iter().filter(|c| c["chosen"] == true).cloned().collect()
    };
    assert_eq!(taken("bodies")[0]["element"], "<div class=\"story\">");
    assert!(considered["fields"].as_array().unwrap().len() > taken("fields").len(), "losers are shown too");
}

fn without_number(word: &str) -> &str {
    if word.parse::<f64>().is_ok() { "#" } else { word }
}

#[test]
fn an_empty_store_is_no_failure() {
    for command in
        [&["status"][..], &["authors"], &["works"], &["articles"], &["search", "x"], &["dead", "list"]]
    {
        for json in [&[][..], &["--json"]] {
            let arguments = [command, json].concat();
            let output = byline(&arguments);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn the_demo_finds_what_the_bundled_site_has() {
    let output = byline(&["demo", "--no-serve", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, articles) = lines.split_last().unwrap();
    let title = |wanted: &str| articles.iter().find(|a| a["title"] == wanted);
    assert_eq!(articles.len(), 12, "{articles:#?}");
    for wanted in [
        "中俄关系2015:高调前行、道路曲折",
        "中国智慧与力量造福世界",
        "金砖国家将建立更密切合作伙伴关系",
        "山水画里的留白",
        "The last ferry is a public square",
        "The map in the waiting room",
    ] {
        assert!(title(wanted).is_some(), "{wanted} in {articles:#?}");
    }
    let seed = title("中俄关系2015:高调前行、道路曲折").unwrap();
    assert!(
        (4_000..5_000).contains(&seed["length"].as_u64().unwrap()),
        "the doubled body is kept once: {seed}"
    );
    assert_eq!(summary["authors"][1]["works"], 6);
    let failures = summary["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{failures:#?}");
    assert_eq!(failures[0]["disposition"], "gone");
}

#[test]
fn try_reads_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let paragraph = "This paragraph is long enough to be the body of an article. ".repeat(8);
    std::fs::write(
        &path,
        format!("<html><body><article><h1>A title</h1><p>{paragraph}</p></article></body></html>"),
    )
    .unwrap();
    let output = byline(&["try", path.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value["parsed"]["article"]["blocks"].is_array(), "{value}");
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let output = byline(&["completions", shell]);
        assert!(output.status.success() && text(&output.stdout).contains("byline"), "{shell}");
    }
}

#[test]
fn configuration_is_printed_with_its_origin_and_without_secrets() {
    let output = byline(&["config", "--json", "--amqp-url", "amqp://u:hunter2@mq/v"]);
    let said = text(&output.stdout);
    assert!(said.contains(r#"{"from":"flag","setting":"amqp-url","value":"amqp://u:***@mq/v"}"#), "{said}");
    assert!(said.contains(r#""from":"environment","setting":"data""#), "{said}");
}
