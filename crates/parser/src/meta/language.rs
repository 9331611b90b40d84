//! The language of the text: what its letters and small words say, and what the page declares.

use super::{sources::Sources, text::is_han};
use model::{Evidence, Field};
use std::{collections::HashMap, sync::LazyLock};

/// Characters of text that are looked at.
const SAMPLE: usize = 3000;

/// Bytes of the longest word that is looked up.
const LONGEST_WORD: usize = 14;

/// The text's own evidence wins where it is clear: templates declare `en` for anything.
pub(crate) fn language(sources: &Sources<'_>) -> Option<Field<String>> {
    let declared =
        tag(&sources.lang).or_else(|| sources.ld.articles().find_map(|w| tag(w.language.as_deref()?)));
    let text = sources.page.full_text();
    let from = sources.zones.body.start.min(text.len());
    let to = sources.zones.body.end.max(from).min(text.len());
    let body = &text[from..to];
    let sample = body.char_indices().nth(SAMPLE).map_or(body, |(end, _)| &body[..end]);
    let detected = detect(sample);
    match (declared, detected) {
        // The declaration is finer (`zh-TW`, `pt-BR`) or there is nothing to tell it wrong.
        (Some(declared), None) => Some(Field::new(declared, Evidence::Meta)),
        (Some(declared), Some(found)) if same(&declared, &found) => {
            Some(Field::new(if found.contains('-') { found } else { declared }, Evidence::Meta))
        }
        (_, Some(found)) => Some(Field::new(found, Evidence::Text)),
        (None, None) => None,
    }
}

fn same(a: &str, b: &str) -> bool {
    let primary = |s: &str| match s.split('-').next().unwrap_or_default() {
        "nb" | "nn" => "no".to_owned(),
        p => p.to_owned(),
    };
    primary(a) == primary(b)
}

/// A declared language as short as it can be: `en`, `zh-Hant`.
fn tag(declared: &str) -> Option<String> {
    let lower = declared.trim().to_ascii_lowercase().replace('_', "-");
    let lower = match lower.as_str() {
        "english" => "en",
        "german" | "deutsch" => "de",
        "french" | "français" => "fr",
        "spanish" | "español" => "es",
        "chinese" => "zh",
        other => other,
    };
    let primary = lower.split(['-', ',', ' ']).next()?;
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    if !fits || primary == "und" {
        return None;
    }
    let primary = match primary {
        "cn" => "zh",
        "jp" => "ja",
        "kr" => "ko",
        "ua" => "uk",
        "cz" => "cs",
        p => p,
    };
    let traditional = primary == "zh" && ["hant", "tw", "hk", "mo"].iter().any(|t| lower.ends_with(t));
    Some(if traditional { "zh-Hant".to_owned() } else { primary.to_owned() })
}

/// None where the text is too short or says too little.
fn detect(text: &str) -> Option<String> {
    let mut counts = Scripts::default();
    text.chars().for_each(|c| counts.count(c));
    let letters = counts.total();
    if letters < 40 {
        return None;
    }
    let most = |n: usize| n * 2 > letters;
    let by_script = [
        (counts.hangul, "ko"),
        (counts.thai, "th"),
        (counts.greek, "el"),
        (counts.hebrew, "he"),
        (counts.bengali, "bn"),
        (counts.tamil, "ta"),
        (counts.telugu, "te"),
        (counts.georgian, "ka"),
        (counts.armenian, "hy"),
    ];
    if let Some((_, language)) = by_script.iter().find(|(n, _)| most(*n)) {
        return Some((*language).to_owned());
    }
    if most(counts.han + counts.kana) {
        return Some(
            if counts.kana * 10 > counts.han {
                "ja"
            } else if counts.traditional > counts.simplified {
                "zh-Hant"
            } else {
                "zh"
            }
            .to_owned(),
        );
    }
    let candidates: &SmallWords = if most(counts.arabic) {
        static WORDS: LazyLock<SmallWords> = LazyLock::new(|| SmallWords::new(ARABIC));
        &WORDS
    } else if most(counts.cyrillic) {
        static WORDS: LazyLock<SmallWords> = LazyLock::new(|| SmallWords::new(CYRILLIC));
        &WORDS
    } else if most(counts.devanagari) {
        static WORDS: LazyLock<SmallWords> = LazyLock::new(|| SmallWords::new(DEVANAGARI));
        &WORDS
    } else if most(counts.latin) {
        static WORDS: LazyLock<SmallWords> = LazyLock::new(|| SmallWords::new(LATIN));
        &WORDS
    } else {
        return None;
    };
    let mut scores = candidates.count(text);
    scores.sort_by(|a, b| b.cmp(a));
    let (best, second) = (scores.first()?, scores.get(1).map_or(0, |s| s.0));
    (best.0 >= 4 && best.0 > second + second / 5).then(|| best.1.to_owned())
}

/// The small words of some languages, by word.
struct SmallWords {
    languages: &'static [(&'static str, &'static str)],
    /// Languages that have the word, by their place in the list; twice where the list names it twice.
    of: HashMap<&'static str, Vec<usize>>,
    /// Lengths of the words by their first byte, a bit each.
    lengths: [u16; 256],
}

impl SmallWords {
    fn new(languages: &'static [(&'static str, &'static str)]) -> Self {
        let mut of: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut lengths = [0; 256];
        for (n, (_, list)) in languages.iter().enumerate() {
            for word in list.split(' ').filter(|w| w.len() <= LONGEST_WORD) {
                of.entry(word).or_default().push(n);
                lengths[usize::from(word.as_bytes()[0])] |= 1 << word.len();
            }
        }
        Self { languages, of, lengths }
    }

    /// How many small words of each language the text has.
    fn count(&self, text: &str) -> Vec<(usize, &'static str)> {
        let mut counts: Vec<(usize, &str)> =
            self.languages.iter().map(|(language, _)| (0, *language)).collect();
        let mut lower = String::new();
        for word in text.split(|c: char| !c.is_alphabetic() && c != '\'') {
            if word.is_empty() || word.len() > LONGEST_WORD {
                continue;
            }
            let first = word.as_bytes()[0].to_ascii_lowercase();
            if word.is_ascii() && self.lengths[usize::from(first)] >> word.len() & 1 == 0 {
                continue;
            }
            lower.clear();
            lower.extend(word.chars().flat_map(char::to_lowercase));
            for &n in self.of.get(lower.as_str()).into_iter().flatten() {
                counts[n].0 += 1;
            }
        }
        counts
    }
}

#[derive(Default)]
struct Scripts {
    latin: usize,
    cyrillic: usize,
    greek: usize,
    arabic: usize,
    hebrew: usize,
    devanagari: usize,
    bengali: usize,
    tamil: usize,
    telugu: usize,
    thai: usize,
    georgian: usize,
    armenian: usize,
    hangul: usize,
    kana: usize,
    han: usize,
    simplified: usize,
    traditional: usize,
}

impl Scripts {
    fn count(&mut self, c: char) {
        let slot = match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => &mut self.latin,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => &mut self.greek,
            '\u{400}'..='\u{52f}' => &mut self.cyrillic,
            '\u{530}'..='\u{58f}' => &mut self.armenian,
            '\u{590}'..='\u{5ff}' => &mut self.hebrew,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => &mut self.arabic,
            '\u{900}'..='\u{97f}' => &mut self.devanagari,
            '\u{980}'..='\u{9ff}' => &mut self.bengali,
            '\u{b80}'..='\u{bff}' => &mut self.tamil,
            '\u{c00}'..='\u{c7f}' => &mut self.telugu,
            '\u{e00}'..='\u{e7f}' => &mut self.thai,
            '\u{10a0}'..='\u{10ff}' => &mut self.georgian,
            '\u{ac00}'..='\u{d7a3}' => &mut self.hangul,
            '\u{3040}'..='\u{30ff}' => &mut self.kana,
            _ if is_han(c) => {
                self.simplified += usize::from(SIMPLIFIED.contains(c));
                self.traditional += usize::from(TRADITIONAL.contains(c));
                &mut self.han
            }
            _ => return,
        };
        *slot += 1;
    }

    fn total(&self) -> usize {
        self.latin
            + self.cyrillic
            + self.greek
            + self.arabic
            + self.hebrew
            + self.devanagari
            + self.bengali
            + self.tamil
            + self.telugu
            + self.thai
            + self.georgian
            + self.armenian
            + self.hangul
            + self.kana
            + self.han
    }
}

/// Frequent characters that only one of the two writes.
const SIMPLIFIED: &str =
    "这国们来时个为学对发说会过经后动还进实现长开问样关间点机业无应当没体从题该见样车书东门马风飞习语";
const TRADITIONAL: &str =
    "這國們來時個為學對發說會過經後動還進實現長開問樣關間點機業無應當沒體從題該見樣車書東門馬風飛習語";

/// Small words that are frequent in one language and rare in its neighbours.
#[rustfmt::skip]
const LATIN: &[(&str, &str)] = &[
    ("en", "the and of to in is that for with was are this have from which you it be not"),
    ("de", "der die und das ist nicht mit den von zu ein eine für auf sich dem des auch wird bei"),
    ("fr", "le la les des et est dans une que qui pour pas sur avec du au ce sont plus par"),
    ("es", "el la los las de que y en una por con para del se su más como está pero fue"),
    ("pt", "o os as que e do da em uma para com não por mais dos das no na ao é foi"),
    ("it", "il lo gli di che e la per una con non sono del della nel alla più anche è dei"),
    ("nl", "de het een en van is dat niet op met voor zijn aan er ook maar bij worden naar"),
    ("sv", "och att det som är en på för av med den inte har till om ett från men var vi"),
    ("da", "og at det er en til af på for med den ikke har de som der et fra blev også"),
    ("no", "og det er en til på for med som at ikke har av den de et fra ble også etter"),
    ("fi", "ja on ei että se oli hän mutta ovat myös kun kuin joka sen mukaan tai niin ole"),
    ("pl", "i w na się z nie do to że jest o jak po od przez dla który są oraz ale"),
    ("cs", "a se na je v že to s z do o k i za by ale jako podle jsou které který"),
    ("sk", "a sa na je v že to s z do o k aj za by ale ako podľa sú ktoré ktorý"),
    ("hu", "a az és hogy nem is egy van volt meg ez csak el ki már mint de azt szerint"),
    ("ro", "și de în la a pe cu că nu o din este care pentru mai au sunt fost prin"),
    ("tr", "ve bir bu da de için ile olarak çok daha olan gibi en kadar ne sonra değil var"),
    ("id", "yang dan di untuk dengan dari ini pada tidak dalam itu akan ke telah oleh juga adalah"),
    ("vi", "và của là có được cho trong không các với người này một đã những để khi từ"),
    ("lt", "ir kad yra į su tai iš buvo bei apie kaip nuo jis bus savo dėl pat tik"),
    ("lv", "un ir ka ar no uz par tika kas bet arī pēc to tas vai kā gada lai"),
    ("et", "ja on ei et see oli ka kui oma mis ning või aga nii selle pärast kes tema"),
    ("hr", "i je u na se da su za od s koji što nije bio kako ili biti iz po"),
    ("sl", "in je v na se da so za od z ki ne bi tudi kot ali pa po iz"),
    ("ca", "i de la el que en les per un una amb és del no els ha va són més"),
    ("af", "die en van is in het dat nie vir wat met sy te op word ook hulle was"),
    ("zu", "ukuthi ngoba futhi kodwa uma nge ku la lo le ngesikhathi abantu kanye ezweni"),
];
const CYRILLIC: &[(&str, &str)] = &[
    ("ru", "и в не на что с как по это из для он от был его но к так же является"),
    ("uk", "і в не на що з як та це для він від був його але до у є про які"),
    ("bg", "и в на не да за от се с са че по е като това но ще до при има"),
    ("sr", "и у на је се да за од са су не који као што то из али по до био"),
    ("mk", "и во на не да за од се со дека е како но што ќе ги го по до"),
    ("be", "і ў не на што з як па гэта для ён ад быў яго але да у пра"),
];
const ARABIC: &[(&str, &str)] = &[
    ("ar", "في من على إلى أن التي الذي هذا هذه عن مع كان ما لا أو بعد كما قال"),
    ("fa", "و در به از که این را با است برای آن یک می بر تا کرد شد های"),
    ("ur", "کے میں کی ہے اور سے کو نے کا پر کہ یہ ہیں اس بھی ایک نہیں تھا"),
];
const DEVANAGARI: &[(&str, &str)] = &[
    ("hi", "के में की है और से को ने का पर कि यह हैं इस भी एक नहीं था"),
    ("mr", "आणि आहे या व हे की ते नाही होते त्या असे मध्ये तर करून होता म्हणून"),
    ("ne", "र छ को मा ले लाई पनि भएको गर्न यो छन् हो गरेको भने थियो"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_small_words_tell_languages() {
        let check =
            |text: &str, expected: &str| assert_eq!(detect(text).as_deref(), Some(expected), "{text}");
        check(
            "The house that stands in the wood is not for sale, and the man who was in it is gone from this place for good.",
            "en",
        );
        check(
            "Das Haus, das im Wald steht, ist nicht zu verkaufen, und der Mann, der mit den Kindern dort war, ist auch nicht da.",
            "de",
        );
        check(
            "Дом, который стоит в лесу, не продаётся, и человек, что был в нём, ушёл, но он не сказал, как его найти и из какого он места.",
            "ru",
        );
        check(
            "这座在森林里的房子并不出售，而住在那里的人已经离开了这个地方，没有人知道他们去了哪里，也没有人说过他们什么时候会回来。",
            "zh",
        );
        check(
            "這座在森林裡的房子並不出售，而住在那裡的人已經離開了這個地方，沒有人知道他們去了哪裡，也沒有人說過他們什麼時候會回來。",
            "zh-Hant",
        );
        check(
            "森の中にあるその家は売りに出されておらず、そこに住んでいた人はもうこの場所を離れてしまった。行き先は誰も知らない。",
            "ja",
        );
        check(
            "숲속에 있는 그 집은 팔지 않으며 그곳에 살던 사람은 이미 이곳을 떠났고 그가 어디로 갔는지는 아무도 모른다고 한다.",
            "ko",
        );
    }

    #[test]
    fn little_text_tells_nothing() {
        assert_eq!(detect("OK 2020"), None);
    }

    #[test]
    fn declared_tags_are_shortened() {
        assert_eq!(tag("en-US").as_deref(), Some("en"));
        assert_eq!(tag("zh_TW").as_deref(), Some("zh-Hant"));
        assert_eq!(tag("zh-cmn-Hans").as_deref(), Some("zh"));
        assert_eq!(tag("x"), None);
    }
}
