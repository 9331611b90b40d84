//! How fast scheduler, frontier and sink are by themselves.

use crate::world::{Answer, World, listing};
use scheduler::Config;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release -p sink --test frontier speed -- --ignored --nocapture"]
async fn pages_a_second() {
    let config = Config { gap: Duration::ZERO, per_host: 64, ..Config::default() };
    let mut world = World::with(config).await;
    for n in 0..100 {
        world.follow(&format!("https://a.example/author/{n}")).await;
    }
    let body = "Some words of an article's text that are looked at by the index. ".repeat(60);
    let begun = Instant::now();
    world
        .crawl(|url, _| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "robots.txt" => Answer::Status(404, None),
            path if path.starts_with("author/") => {
                let paths: Vec<String> =
                    (0..20).map(|n| format!("{path}/{n}").replace("author", "work")).collect();
                Answer::List(Box::new(listing(&paths.iter().map(String::as_str).collect::<Vec<_>>(), &[])))
            }
            path => Answer::Article("A title", format!("{path} {body}")),
        })
        .await;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{} pages in {seconds:.2} s: {:.0} pages/s", world.log.len(), world.log.len() as f64 / seconds);
}
