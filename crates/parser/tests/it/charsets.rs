//! Every encoding that pages come in: declared rightly, wrongly, in the page alone, or not at all.

use encoding_rs::Encoding;
use parser::charset::decode;

/// Label, text, and whether statistics can tell it where nothing is declared.
const TEXTS: &[(&str, &str, bool)] = &[
    ("utf-8", "李新在《凤凰周刊》发表的文章，讲述了许多年前的往事。", true),
    ("gb2312", "李新在《凤凰周刊》发表的文章，讲述了许多年前的往事。", true),
    ("gbk", "朱镕基在會議上的講話，收錄於文集第二卷。", true),
    ("gb18030", "𠀀字与㐀字，都是后来才收进字库里的，从前的书里只好空着。", true),
    ("big5", "這是一篇關於河流與城市的文章，作者走遍了兩岸的村莊。", true),
    ("shift_jis", "これは川と町についての文章です。著者は両岸の村を歩きました。", true),
    ("euc-jp", "これは川と町についての文章です。著者は両岸の村を歩きました。", true),
    ("iso-2022-jp", "これは川と町についての文章です。", true),
    ("euc-kr", "강과 도시에 관한 글입니다. 글쓴이는 양쪽 마을을 모두 걸었습니다.", true),
    ("windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy, a řeka tekla dál kolem města.", true),
    ("windows-1251", "Это статья о реке и городе; её автор обошёл все деревни на обоих берегах.", true),
    ("koi8-r", "Это статья о реке и городе; её автор обошёл все деревни на обоих берегах.", true),
    ("windows-1252", "Le café “du fleuve” était fermé – voilà où l’été s’arrête, à 5 €.", true),
    ("windows-1253", "Αυτό είναι ένα άρθρο για το ποτάμι και την πόλη.", true),
    ("windows-1254", "Bu yazı, nehir ve şehir üzerinedir; yazarı iki kıyıdaki köyleri gezmiştir.", true),
    ("windows-1255", "זהו מאמר על הנהר ועל העיר, והמחבר עבר בכל הכפרים.", true),
    ("windows-1256", "هذا مقال عن النهر والمدينة، وقد زار كاتبه القرى كلها.", true),
    ("windows-1257", "Šis ir raksts par upi un pilsētu, kuras ļaudis to zina.", false),
    ("windows-1258", "Đây là bài viê\u{301}t vê\u{300} do\u{300}ng sông.", false),
    ("windows-874", "นี่คือบทความเกี่ยวกับแม่น้ำและเมือง ผู้เขียนเดินทางไปทุกหมู่บ้าน", true),
];

/// A page whose head is ASCII, as most are; `declared` stands in its `<meta>`.
fn page(label: &str, text: &str, declared: Option<&str>) -> (Vec<u8>, String) {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let meta =
        declared.map(|d| format!("<meta http-equiv=\"Content-Type\" content=\"text/html; charset={d}\">"));
    let text = format!("<html><head>{}</head><body><p>{}</p>", meta.unwrap_or_default(), text.repeat(3));
    let (bytes, _, unmappable) = encoding.encode(&text);
    assert!(!unmappable, "{label} has no byte for something in the fixture");
    (bytes.into_owned(), text)
}

#[track_caller]
fn check(label: &str, bytes: &[u8], content_type: Option<&str>, text: &str) {
    let decoded = decode(bytes, content_type);
    assert_eq!(decoded.text, text, "{label} with {content_type:?} as {}", decoded.charset);
    assert!(!decoded.replaced);
}

#[test]
fn declared_by_the_header() {
    for (label, text, _) in TEXTS {
        let (bytes, text) = page(label, text, None);
        check(label, &bytes, Some(&format!("text/html; charset={label}")), &text);
        check(label, &bytes, Some(&format!("text/html;Charset=\"{}\"", label.to_uppercase())), &text);
    }
}

#[test]
fn declared_by_the_page_alone() {
    for (label, text, _) in TEXTS {
        let (bytes, text) = page(label, text, Some(label));
        check(label, &bytes, Some("text/html"), &text);
        check(label, &bytes, None, &text);
    }
}

#[test]
fn not_declared() {
    for (label, text, _) in TEXTS.iter().filter(|t| t.2) {
        let (bytes, text) = page(label, text, None);
        check(label, &bytes, Some("text/html"), &text);
    }
}

/// A declaration that the bytes disprove is not believed, be it the header's or the page's.
#[test]
fn declared_wrongly() {
    for (label, text, _) in TEXTS.iter().filter(|t| t.2 && t.0 != "iso-2022-jp") {
        let (bytes, text) = page(label, text, Some("utf-8"));
        check(label, &bytes, Some("text/html; charset=utf-8"), &text);
    }
    for (label, text, _) in
        TEXTS.iter().filter(|t| ["utf-8", "gbk", "big5", "shift_jis", "euc-kr"].contains(&t.0))
    {
        let (bytes, text) = page(label, text, None);
        check(label, &bytes, Some("text/html; charset=iso-8859-1"), &text);
        check(label, &bytes, Some("text/html; charset=us-ascii"), &text);
    }
    let (bytes, text) = page("utf-8", TEXTS[0].1, Some("gb2312"));
    check("utf-8", &bytes, Some("text/html; charset=gbk"), &text);
}

/// The page itself knows better than the server's default.
#[test]
fn header_and_page_disagree() {
    for (label, text, _) in TEXTS.iter().filter(|t| t.2 && t.0 != "iso-2022-jp") {
        let (bytes, text) = page(label, text, Some(label));
        check(label, &bytes, Some("text/html; charset=utf-8"), &text);
    }
}

/// A piece in another encoding (an advertisement, a comment) costs itself and not the page.
#[test]
fn mixed() {
    let (gbk, text) = page("gbk", TEXTS[2].1, Some("gbk"));
    let mixed = [&gbk.repeat(8)[..], "<i>広告 реклама</i>".as_bytes()].concat();
    assert!(decode(&mixed, None).text.starts_with(&text));
    let (utf8, text) = page("utf-8", TEXTS[0].1, Some("utf-8"));
    let mixed = [&utf8.repeat(8)[..], b"<i>", &gbk[80..140], b"</i>"].concat();
    assert!(decode(&mixed, None).text.starts_with(&text));
}

#[test]
fn wide_encodings_by_their_mark() {
    let text = "<p>李新 and others";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    check("utf-16le", &[&[0xff, 0xfe][..], &wide(u16::to_le_bytes)].concat(), None, text);
    check(
        "utf-16be",
        &[&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat(),
        Some("text/html; charset=utf-8"),
        text,
    );
}
