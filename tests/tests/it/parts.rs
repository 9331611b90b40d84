//! An article cut into pages, and a site that needs a rule: from the address to the export, and read again from
//! the archive.

use crate::stored::export;
use std::{collections::HashMap, fs};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    site::{Page, Site},
};

/// One part: the head that all have, its own paragraphs, the pager, and a note under it.
fn part(n: usize, of: usize, text: &[&str]) -> Page {
    let path = |n: usize| if n == 1 { "/c/1234.html".to_owned() } else { format!("/c/1234_{n}.html") };
    let pager: String = (1..=of)
        .map(|i| if i == n { format!("<b>{i}</b> ") } else { format!("<a href='{}'>{i}</a> ", path(i)) })
        .collect();
    let next = if n < of { format!("<a href='{}'>下一页</a>", path(n + 1)) } else { String::new() };
    let text: String = text.iter().map(|p| format!("<p>{p}</p>")).collect();
    Page::Html(format!(
        "<html lang=zh><head><meta charset=utf-8><title>茶馆里的下午 - 文集</title></head><body>
         <h1>茶馆里的下午</h1><div class=info>作者：陈默　2021-05-06　来源：<i class=src>《随笔》</i></div>
         <div class=content><p>{LEAD}</p>{text}</div><div class=pages>{pager}{next}</div></body></html>"
    ))
}

const LEAD: &str = "编者按：这篇文章写的是一个老城里的茶馆，以及那些在下午坐进去的人，他们各有各的来历。";

const TEXTS: [&[&str]; 3] = [
    &[
        "下午三点，茶馆里的人渐渐多了起来，有人带着报纸，有人提着鸟笼，也有人什么都不带，只是坐着。",
        "老板在柜台后面打着算盘，偶尔抬头看一眼门外的街，街上很安静，只有一只猫慢慢地走过去。",
    ],
    &[
        "说书的人来得很晚，他放下包袱，喝了一口茶，清了清嗓子，屋里的人便都不说话了，只听他一个人讲。",
        "他讲的还是那一段旧书，听的人却一点也不厌，仿佛每一次听，都能听出一些从前没有听出的意思。",
    ],
    &["天黑以后，茶馆打烊了，老板把门板一块一块地装上，街灯亮起来，照着门口那张没有收进去的竹椅。"],
];

async fn site() -> Site {
    Site::start(|_| {
        let mut pages = HashMap::from([(
            "/chenmo".to_owned(),
            Page::Html(
                "<html lang=zh><head><title>陈默作品</title></head><body><h1>陈默</h1><ul class=works>
                 <li><a href=/c/1234.html>茶馆里的下午</a> 2021-05-06</li>
                 <li><a href=/c/99.html>旧书摊的黄昏</a> 2020-03-01</li></ul></body></html>"
                    .to_owned(),
            ),
        )]);
        for (i, text) in TEXTS.iter().enumerate() {
            let path = if i == 0 { "/c/1234.html".to_owned() } else { format!("/c/1234_{}.html", i + 1) };
            pages.insert(path, part(i + 1, TEXTS.len(), text));
        }
        let other = part(1, 1, TEXTS[1]);
        let Page::Html(html) = other else { unreachable!() };
        pages.insert("/c/99.html".to_owned(), Page::Html(html.replace("茶馆里的下午", "旧书摊的黄昏")));
        pages
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_one_article_and_rules_read_the_archive_again() {
    let site = site().await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    let said = byline.run(["crawl".to_owned(), site.url("/chenmo")]).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);

    let of = |rows: &[serde_json::Value], path: &str| {
        let url = site.url(path);
        rows.iter().find(|r| r["url"] == url.as_str()).cloned().unwrap_or_default()
    };
    let rows = export(&byline).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    let whole: Vec<&str> = std::iter::once(LEAD).chain(TEXTS.concat()).collect();
    let article = of(&rows, "/c/1234.html");
    assert_eq!(article["text"], whole.join("\n"));
    assert_eq!(article["title"], "茶馆里的下午");
    assert_eq!(article["published"], "2021-05-06");
    let visits = site.log().iter().filter(|s| s.path.starts_with("/c/")).count();
    assert_eq!(visits, 4, "each part is asked for once");

    // Shown before anything is stored.
    let said = byline.run(["try".to_owned(), site.url("/c/1234.html"), "--text".to_owned()]).await;
    assert!(said.status.success(), "{}", said.stderr);
    assert!(said.stdout.contains(TEXTS[2][0]) && said.stdout.contains("/c/1234_3.html"), "{}", said.stdout);

    // A rule for this host: first looked at, then applied; the parts stay together.
    let rules = dir.path().join("rules.toml");
    let rule = "[[rule]]\nhost = \"127.0.0.1\"\npath = \"/c/*\"\nsource = { select = \".src\", match = \"《(.*)》\" }\n";
    fs::write(&rules, rule).unwrap();
    let byline = byline.with("--rules", rules.to_str().unwrap());
    let before = site.log().len();
    let dry = byline.run(["--json", "reparse", "--rules-changed", "--dry-run"]).await;
    assert!(dry.status.success(), "{}", dry.stderr);
    assert!(dry.stdout.contains("\"source\"") && dry.stdout.contains("随笔"), "{}", dry.stdout);
    assert_eq!(of(&export(&byline).await, "/c/1234.html"), article, "a dry run changes nothing");
    let done = byline.run(["--json", "reparse", "--rules-changed"]).await;
    assert!(done.status.success(), "{}", done.stderr);
    let rows = export(&byline).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(of(&rows, "/c/1234.html")["text"], whole.join("\n"));
    let again = byline.run(["--json", "reparse", "--rules-changed"]).await;
    let told: serde_json::Value = serde_json::from_str(again.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(told["total"], 0, "all are read with these rules now: {}", again.stdout);
    assert_eq!(site.log().len(), before, "no request leaves the machine");
}
