//! Where the list goes on: what the page itself calls its next page, and the numbered pages beyond.

use super::survey::{Link, Survey};
use super::words::Region;
use crate::{NodeId, Page, Tag};
use url::Url;

/// Most further pages that are named; the next one names the ones after it.
const MOST: usize = 20;

/// A link that may lead to a further page, and how it is recognised.
#[derive(Debug, Clone)]
struct Step {
    url: Url,
    /// Trust, higher first.
    rank: u8,
    /// The page's number, where the link shows one.
    number: Option<u32>,
}

/// Addresses of further pages of this list, the next one first; each differs from the page's own.
pub(super) fn next_pages(survey: &Survey<'_>) -> Vec<String> {
    let page = survey.page;
    let here = plain_address(&page.url);
    let mut steps = declared(page);
    let numbers = numbered(survey);
    steps.extend(named(survey, &numbers));
    steps.extend(following(survey, &numbers));
    steps.retain(|s| plain_address(&s.url) != here && s.url.host() == page.url.host());
    steps.sort_by(|a, b| b.rank.cmp(&a.rank).then(a.number.unwrap_or(0).cmp(&b.number.unwrap_or(0))));
    let mut out: Vec<String> = Vec::new();
    for step in steps {
        let url = step.url.to_string();
        if !out.contains(&url) && out.len() < MOST {
            out.push(url);
        }
    }
    out
}

/// An address without what does not make another page: scheme, `www.`, fragment, a trailing slash.
pub(super) fn plain_address(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let text = url.as_str();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.trim_start_matches("www.").trim_end_matches(['/', '?']).to_owned()
}

/// `rel=next` of the head and of links.
fn declared(page: &Page) -> Vec<Step> {
    let step = |node: NodeId, rank: u8| {
        let rel = page.attr(node, "rel")?;
        rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("next")).then_some(())?;
        let url = join(page, page.attr(node, "href")?)?;
        Some(Step { url, rank, number: None })
    };
    let head = page.all(Tag::Link).filter_map(|n| step(n, 90));
    let links = page.all(Tag::A).filter_map(|n| step(n, 85));
    head.chain(links).collect()
}

fn join(page: &Page, href: &str) -> Option<Url> {
    let url = page.base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// A link whose text is a page's number, and the pager it stands in.
#[derive(Debug, Clone, Copy)]
struct Number {
    link: usize,
    value: u32,
    pager: NodeId,
}

/// Runs of numbered links: at least one, next to another number or in what is called a pager.
fn numbered(survey: &Survey<'_>) -> Vec<Number> {
    let page = survey.page;
    let mut all = Vec::new();
    for (i, link) in survey.links.iter().enumerate() {
        let Some(value) = number(link.text) else { continue };
        // The pager is the smallest element that holds more than this number.
        let Some(pager) = page.ancestors(link.node).take(4).find(|&a| page.text(a).len() > link.text.len())
        else {
            continue;
        };
        if page.text_len(pager) < 400 {
            all.push(Number { link: i, value, pager });
        }
    }
    let is_pager = |n: &Number| {
        let count = all.iter().filter(|o| o.pager == n.pager && o.value != n.value).count();
        count > 0 || survey.links[n.link].region.has(Region::PAGER) || leads_by_number(survey, n)
    };
    let keep: Vec<Number> = all.iter().copied().filter(is_pager).collect();
    // A calendar's days are numbers as well.
    keep.into_iter()
        .filter(|n| !page.ancestors(n.pager).chain([n.pager]).any(|a| is_calendar(page, a)))
        .collect()
}

fn is_calendar(page: &Page, node: NodeId) -> bool {
    page.tag(node) == Tag::Table && {
        let name = page.id(node).to_ascii_lowercase();
        name.contains("calendar") || page.class(node).to_ascii_lowercase().contains("calendar")
    }
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "[]()（）【】第页頁·.".contains(c));
    let text = text.strip_prefix("Page").or(text.strip_prefix("page")).unwrap_or(text).trim();
    (1..=4).contains(&text.len()).then(|| text.parse().ok()).flatten().filter(|n| *n > 0 && *n < 5000)
}

/// The address holds the number that the link shows, as a page's number.
fn leads_by_number(survey: &Survey<'_>, number: &Number) -> bool {
    join(survey.page, survey.links[number.link].href).is_some_and(|url| {
        page_number(&url) == Some(number.value) || page_number(&url) == Some(number.value - 1)
    })
}

/// The number of the page in an address: `page/3`, `?page=3`, `?paged=3`, `list_48_3.html`, `index3.html`.
fn page_number(url: &Url) -> Option<u32> {
    let by_query = url.query_pairs().find_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let known = matches!(
            name.as_str(),
            "page" | "p" | "paged" | "pg" | "pageno" | "pagenum" | "pn" | "pageindex" | "seite"
        ) || name.starts_with("pagen")
            || name.ends_with("page");
        known.then(|| value.parse().ok()).flatten()
    });
    if by_query.is_some() {
        return by_query;
    }
    let last = url.path_segments()?.rfind(|s| !s.is_empty())?;
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let digits = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    (digits > 0 && digits <= 4).then(|| stem[stem.len() - digits..].parse().ok()).flatten()
}

/// Links that say "next".
fn named(survey: &Survey<'_>, numbers: &[Number]) -> Vec<Step> {
    let page = survey.page;
    let here = page_number(&page.url);
    survey
        .links
        .iter()
        .filter_map(|link| {
            let word = next_word(page, link)?;
            let url = join(page, link.href)?;
            let target = page_number(&url);
            // An arrow or "older" leads on only if the address does not say that it leads back.
            if let (Some(here), Some(target)) = (here, target)
                && target < here
                && url.path().len() + 2 >= page.url.path().len()
            {
                return None;
            }
            let in_pager = link.region.has(Region::PAGER)
                || numbers.iter().any(|n| page.within(link.node, n.pager))
                || numbers.iter().any(|n| page.parent(n.pager).is_some_and(|p| page.within(link.node, p)));
            let alike = similar(&page.url, &url);
            let rank = match (word, in_pager, alike) {
                (Word::Next, true, _) | (Word::Next, _, true) => 80,
                (Word::Older, _, true) => 75,
                (Word::Arrow, true, true) => 70,
                (Word::Older, true, _) => 65,
                (Word::Arrow, true, _) | (Word::Arrow, _, true) if target.is_some() => 60,
                (Word::More, _, true) if target.is_some() => 40,
                _ => return None,
            };
            let outside = link.region.has(Region::COMMENTS) || link.region.has(Region::HEADER);
            Some(Step { url, rank: if outside { rank / 2 } else { rank }, number: None })
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Word {
    Next,
    Older,
    Arrow,
    More,
}

fn next_word(page: &Page, link: &Link<'_>) -> Option<Word> {
    let said = word_of(link.text).or_else(|| {
        let attribute = |name: &str| page.attr(link.node, name).and_then(word_of);
        attribute("aria-label").or_else(|| attribute("title"))
    });
    if said.is_some() || link.text.len() > 24 {
        return said;
    }
    let image = || page.all_in(link.node, Tag::Img).find_map(|i| page.attr(i, "alt").and_then(word_of));
    let class = || {
        let names = [page.class(link.node), page.id(link.node)];
        names.iter().any(|n| {
            n.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w.eq_ignore_ascii_case("next"))
                || *n == "nextpostslink"
        })
    };
    image().or_else(|| class().then_some(Word::Next))
}

fn word_of(text: &str) -> Option<Word> {
    const NEXT: &[&str] = &[
        "next",
        "next page",
        "nextpage",
        "go to next page",
        "next posts",
        "next entries",
        "next articles",
        "下一页",
        "下页",
        "后页",
        "下一頁",
        "下頁",
        "次へ",
        "次のページ",
        "次ページ",
        "次の記事",
        "次",
        "다음",
        "다음 페이지",
        "suivant",
        "suivante",
        "page suivante",
        "weiter",
        "nächste",
        "nächste seite",
        "vor",
        "siguiente",
        "página siguiente",
        "siguientes",
        "sig",
        "próxima",
        "próximo",
        "próxima página",
        "seguinte",
        "successivo",
        "successiva",
        "prossima",
        "pagina successiva",
        "avanti",
        "volgende",
        "volgende pagina",
        "następna",
        "następny",
        "dalej",
        "następna strona",
        "další",
        "další stránka",
        "následující",
        "далее",
        "вперед",
        "вперёд",
        "следующая",
        "следующая страница",
        "след",
        "nästa",
        "nästa sida",
        "neste",
        "neste side",
        "næste",
        "seuraava",
        "következő",
        "sonraki",
        "ileri",
        "sonraki sayfa",
        "selanjutnya",
        "berikutnya",
        "trang sau",
        "sau",
        "ถัดไป",
        "التالي",
        "التالية",
        "הבא",
        "επόμενη",
        "urmatoarea",
        "următoarea",
        "ďalej",
        "ďalšia",
        "наступна",
        "напред",
        "sljedeća",
        "naprej",
        "järgmine",
    ];
    const OLDER: &[&str] = &[
        "older",
        "older posts",
        "older entries",
        "older post",
        "older articles",
        "older stories",
        "previous entries",
        "earlier posts",
        "前のページ",
        "古い記事",
        "以前の記事",
        "过去的文章",
        "较旧的文章",
        "早期文章",
        "旧文章",
        "ältere beiträge",
        "ältere artikel",
        "ältere posts",
        "ältere einträge",
        "articles plus anciens",
        "articles précédents",
        "messages plus anciens",
        "entradas antiguas",
        "entradas anteriores",
        "entradas más antiguas",
        "más antiguas",
        "postagens mais antigas",
        "mensagens antigas",
        "posts antigos",
        "articoli più vecchi",
        "post più vecchi",
        "vecchi articoli",
        "oudere berichten",
        "starsze posty",
        "starsze wpisy",
        "starší příspěvky",
        "предыдущие записи",
        "более ранние",
        "ранее",
        "предыдущие",
        "äldre inlägg",
        "eldre innlegg",
        "ældre indlæg",
        "vanhemmat",
        "önceki yazılar",
        "eski yazılar",
        "pos lama",
        "tulisan lama",
        "이전 글",
        "이전글",
        "bài đăng cũ hơn",
    ];
    const ARROWS: &[&str] = &[
        "›",
        "»",
        "→",
        ">",
        ">>",
        "›",
        "❯",
        "▶",
        "⟩",
        "≫",
        "＞",
        "→→",
        "⇒",
        "chevron_right",
        "navigate_next",
    ];
    const MORE: &[&str] = &[
        "load more",
        "more",
        "show more",
        "more posts",
        "see all",
        "更多",
        "加载更多",
        "もっと見る",
        "view more",
    ];
    if text.len() > 60 {
        return None;
    }
    let lower = text.trim().to_lowercase();
    if ARROWS.contains(&lower.as_str()) {
        return Some(Word::Arrow);
    }
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if NEXT.contains(&bare) {
        return Some(Word::Next);
    }
    if OLDER.contains(&bare) {
        return Some(Word::Older);
    }
    if MORE.contains(&bare) {
        return Some(Word::More);
    }
    // "Next 20", "Next page (2 of 5)", "Next: more of it"
    let first = bare.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let counted = bare.contains("page") || bare.contains(|c: char| c.is_ascii_digit());
    (first == "next" && counted && !bare.contains("post:")).then_some(Word::Next)
}

/// Of the numbered links, those after the page that is shown.
fn following(survey: &Survey<'_>, numbers: &[Number]) -> Vec<Step> {
    let page = survey.page;
    let mut pagers: Vec<NodeId> = numbers.iter().map(|n| n.pager).collect();
    pagers.sort_unstable();
    pagers.dedup();
    // Each number may stand in an element of its own; then its pager is the element around that.
    let mut steps = Vec::new();
    for pager in pagers {
        let own: Vec<&Number> = numbers.iter().filter(|n| n.pager == pager).collect();
        if own.len() < 2 && !own.iter().all(|n| leads_by_number(survey, n)) {
            continue;
        }
        let Some(current) = current(page, survey, pager, &own) else { continue };
        for n in own.iter().filter(|n| n.value > current) {
            if let Some(url) = join(page, survey.links[n.link].href) {
                let rank = if n.value == current + 1 { 55 } else { 30 };
                steps.push(Step { url, rank, number: Some(n.value) });
            }
        }
    }
    steps
}

/// The number of the page shown: in its address, or the number that is no link, or the link that leads here.
fn current(page: &Page, survey: &Survey<'_>, pager: NodeId, own: &[&Number]) -> Option<u32> {
    let here = plain_address(&page.url);
    let leads_here = own.iter().find(|n| {
        survey.links[n.link].href == "#"
            || join(page, survey.links[n.link].href).is_some_and(|u| plain_address(&u) == here)
    });
    if let Some(n) = leads_here {
        return Some(n.value);
    }
    let unlinked = page
        .descendants(pager)
        .chain([pager])
        .filter(|&d| page.link_len(d) == 0)
        .find_map(|d| number(page.text(d)));
    if unlinked.is_some() {
        return unlinked;
    }
    let by_text =
        page.content(pager).filter(|&c| page.tag(c) == Tag::Text).find_map(|c| number(page.text(c)));
    if by_text.is_some() {
        return by_text;
    }
    let smallest = own.iter().map(|n| n.value).min()?;
    let by_address =
        page_number(&page.url).filter(|n| own.iter().any(|o| o.value == n + 1 || o.value + 1 == *n));
    by_address.or((smallest == 2).then_some(1))
}

/// The two addresses differ only in parameters, a number, or segments at the end.
fn similar(here: &Url, there: &Url) -> bool {
    if here.host() != there.host() {
        return false;
    }
    let segments = |u: &Url| -> Vec<String> {
        u.path_segments()
            .map(|s| s.filter(|s| !s.is_empty()).map(without_number).filter(|s| !s.is_empty()).collect())
            .unwrap_or_default()
    };
    let (a, b) = (segments(here), segments(there));
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |v: &[String]| v[common..].iter().filter(|s| !is_page_word(s)).count();
    rest(&a) == 0 && rest(&b) == 0
        || (common + 1 >= a.len() && rest(&b) == 0)
        || (a.is_empty() && there.query().is_some())
}

/// `list_48_2.html` and `list_48_3.html` are one.
fn without_number(segment: &str) -> String {
    segment.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn is_page_word(segment: &str) -> bool {
    matches!(
        segment.trim_matches(['-', '_', '.']).to_ascii_lowercase().as_str(),
        "page"
            | "p"
            | "pages"
            | "seite"
            | "pagina"
            | "strana"
            | "index"
            | "index.html"
            | "index.htm"
            | "index.shtml"
            | "index.php"
            | "html"
            | "htm"
            | ""
            | "older"
            | "search"
    )
}
