use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let file = written("gap = \"4s\"\nper-host = 3\ncontact = \"ops@example.org\"\n");
    let environment = variables(&[("BYLINE_GAP", "3s"), ("BYLINE_PER_HOST", "2")]);
    let flags = Settings { gap: Some("1s".parse().unwrap()), ..Settings::default() };
    let config = resolve(&flags, &environment, Some(file.path()), Some("/d".into())).unwrap();
    assert_eq!((config.gap, config.per_host), ("1s".parse().unwrap(), 2));
    assert_eq!(config.contact.as_deref(), Some("ops@example.org"));
    assert_eq!(config.listen.port(), 8080);
    assert_eq!(config.origins["gap"], "flag");
    assert_eq!(config.origins["per_host"], "environment");
    assert_eq!(config.origins["contact"], file.path().display().to_string());
    assert_eq!(config.origins["listen"], "default");
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let file = written("gap = \"4s\"\ngpa = \"5s\"\n");
    let error = resolve(&Settings::default(), &[], Some(file.path()), Some("/d".into())).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("line 2") && text.contains("gpa"), "{text}");
}

#[test]
fn hosts_of_their_own_are_read_and_printed() {
    let file = written(
        "per-host = 2\n[[host]]\npattern = \"*.example.org\"\ngap = \"10s\"\n\
         [[host]]\npattern = \"127.0.0.1:8080\"\nper-host = 4\nshare-gap = true\n",
    );
    let config = resolve(&Settings::default(), &[], Some(file.path()), Some("/d".into())).unwrap();
    let path = file.path().display().to_string();
    let rows: Vec<_> = config.rows().into_iter().filter(|(name, ..)| name.starts_with("host ")).collect();
    assert_eq!(
        rows,
        [
            ("host *.example.org".to_owned(), "gap 10s".to_owned(), path.clone()),
            ("host 127.0.0.1:8080".to_owned(), "per-host 4, share-gap true".to_owned(), path),
        ]
    );
}

#[test]
fn a_host_that_cannot_be_meant_is_told_with_its_file() {
    for (text, word) in [
        ("[[host]]\npattern = \"https://a.example\"\ngap = \"1s\"\n", "pattern"),
        ("[[host]]\npattern = \"a.example\"\ngap = \"soon\"\n", "duration"),
        ("[[host]]\npattern = \"a.example\"\n", "sets nothing"),
        ("[[host]]\ngap = \"1s\"\n", "pattern"),
        ("[[host]]\npattern = \"a.example\"\ngab = \"1s\"\n", "gab"),
    ] {
        let file = written(text);
        let error =
            resolve(&Settings::default(), &[], Some(file.path()), Some("/d".into())).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains(&file.path().display().to_string()), "{error}");
    }
}

#[test]
fn a_wrong_variable_is_named() {
    for (name, value) in [("BYLINE_GAP", "soon"), ("BYLINE_ALLOW_NET", "10.0.0.0/99"), ("BYLINE_GAPS", "1s")]
    {
        let environment = variables(&[(name, value)]);
        let error = resolve(&Settings::default(), &environment, None, Some("/d".into())).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_lease_too_short_for_a_visit_is_refused() {
    let lease = |text: &str| Settings { lease: Some(text.parse().unwrap()), ..Settings::default() };
    assert!(resolve(&lease("9s"), &[], None, Some("/d".into())).is_err());
    assert_eq!(resolve(&lease("10s"), &[], None, Some("/d".into())).unwrap().lease, Span::seconds(10));
}

#[test]
fn a_consumer_has_a_moment_before_it_counts_as_stuck() {
    let after = |text: &str| Settings { stuck_after: Some(text.parse().unwrap()), ..Settings::default() };
    assert!(resolve(&after("500ms"), &[], None, Some("/d".into())).is_err());
    assert_eq!(resolve(&after("1s"), &[], None, Some("/d".into())).unwrap().stuck_after, Span::seconds(1));
}

#[test]
fn secrets_are_hidden_in_what_is_printed() {
    let flags = Settings {
        database_url: Some("postgres://byline:hunter2@db.example/byline".parse().unwrap()),
        ..Settings::default()
    };
    let config = resolve(&flags, &[], None, Some("/d".into())).unwrap();
    let printed = format!("{:?} {:?}", config.rows(), config);
    assert!(!printed.contains("hunter2"));
    assert!(printed.contains("postgres://byline:***@db.example/byline"));
}

#[test]
fn site_rules_come_from_the_folder_and_the_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    write("byline.toml", "gap = \"3s\"\n[[rule]]\nhost = \"a.example\"\ntitle = \"h1\"\n");
    write("rules/b.toml", "[[rule]]\nhost = \"b.example\"\ntitle = \"h1\"\n");
    write("rules/README", "no rules");
    let file = folder.path().join("byline.toml");
    let read = |flags: &Settings| {
        resolve(flags, &[], Some(&file), Some("/d".into())).unwrap().rules().map(|r| r.len())
    };
    assert_eq!(read(&Settings::default()).unwrap(), 2);
    let elsewhere = Settings { rules: Some(vec![folder.path().join("none.toml")]), ..Settings::default() };
    let error = read(&elsewhere).unwrap_err().to_string();
    assert!(error.contains("none.toml") && error.contains("--rules"), "{error}");
    write("rules/b.toml", "[[rule]]\nhost = \"b.example\"\ntitle = \"h1 >\"\n");
    let error = read(&Settings::default()).unwrap_err().to_string();
    assert!(error.contains("b.toml:3:9: title: "), "{error}");
}

#[test]
fn every_setting_is_printed() {
    let config = resolve(&Settings::default(), &[], None, Some("/d".into())).unwrap();
    assert_eq!(config.rows().len(), config.origins.len());
    assert!(config.rows().iter().all(|(_, _, origin)| origin == "default"));
}
