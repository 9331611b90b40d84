//! No result holds text that was read in a wrong encoding. Over real pages `tests/corpus` asks the same.

use crate::{faults::fault, invariants};
use model::PageKind;

#[test]
fn pages_of_every_encoding() {
    for (label, text) in [
        ("gb18030", "李新在《凤凰周刊》发表的文章，讲述了许多年前的往事，读者来信不断。"),
        ("big5", "這是一篇關於河流與城市的文章，作者走遍了兩岸的村莊，記下了許多話。"),
        ("shift_jis", "これは川と町についての文章です。著者は両岸の村を歩き、話を聞きました。"),
        ("windows-1252", "Le café “du fleuve” était fermé – voilà où l’été s’arrête, dit-il, à la fin."),
        ("utf-8", "The river’s café – “open”, it said, all year round, and nobody doubted it."),
    ] {
        let html =
            format!("<html><body><h1>{}</h1><p>{}</p><p>{}</p>", &text, text.repeat(3), text.repeat(2));
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, _) = encoding.encode(&html);
        for content_type in
            [None, Some("text/html"), Some("text/html; charset=iso-8859-1"), Some("text/html; charset=utf-8")]
        {
            let parsed = invariants::parse(&bytes, content_type, PageKind::Article);
            assert!(parsed.article.is_some(), "{label} with {content_type:?}");
            assert_eq!(
                fault(&serde_json::to_string(&parsed).unwrap()),
                None,
                "{label} with {content_type:?}"
            );
        }
    }
}
