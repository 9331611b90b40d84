use super::*;

#[test]
fn a_robots_txt_is_cut_at_the_end_of_a_line() {
    let whole = "disallow: /x\n".repeat(10);
    assert_eq!(text_of(&Bytes::from(whole.clone())), whole);
    let long = "disallow: /abcdefgh\n".repeat(50_000);
    let kept = text_of(&Bytes::from(long));
    assert!(kept.len() <= robots::LIMIT && kept.len() > robots::LIMIT - 100);
    assert!(kept.ends_with("/abcdefgh\n"), "no rule is read in part");
    assert_eq!(text_of(&Bytes::from("x".repeat(robots::LIMIT + 1))), "", "one line of a megabyte is no rule");
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    assert_eq!(text_of(&Bytes::from_static(b"disallow: /\xff")), "disallow: /\u{fffd}");
}
