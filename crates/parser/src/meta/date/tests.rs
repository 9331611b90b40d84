use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    check_in(text, Order::DayFirst, expected);
}

#[track_caller]
fn check_in(text: &str, order: Order, expected: &str) {
    let found: Vec<String> = find(text, order).iter().map(|f| f.stamp.to_string()).collect();
    assert_eq!(found.join(" "), expected, "{text}");
}

#[test]
fn machines() {
    let cases = [
        ("2020-03-05T10:00:00+0100", "2020-03-05T10:00:00+01:00"),
        ("2020-03-05T10:00:00.123Z", "2020-03-05T10:00:00Z"),
        ("2020-03-05T10:00", "2020-03-05T10:00:00"),
        ("2020-03-05 10:00:00 +08:00", "2020-03-05T10:00:00+08:00"),
        ("2020-03-05", "2020-03-05"),
        ("20200305", "2020-03-05"),
        ("2020-03", "2020-03"),
        ("2020", "2020"),
        ("2020/03/05", "2020-03-05"),
        ("Thu, 05 Mar 2020 10:00:00 GMT", "2020-03-05T10:00:00Z"),
        ("Thu Mar 05 2020 10:00:00 GMT+0100 (CET)", "2020-03-05T10:00:00+01:00"),
        ("Thu Mar 05 10:00:00 +0000 2020", "2020-03-05"),
        ("Thu Mar  5 10:00:00 CET 2020", "2020-03-05"),
        ("1583402400", "2020-03-05T10:00:00Z"),
        ("1583402400000", "2020-03-05T10:00:00Z"),
        ("2020-03-05T10:00:00-05:00[America/New_York]", "2020-03-05T10:00:00-05:00"),
    ];
    for (value, expected) in cases {
        assert_eq!(
            machine(value, Order::DayFirst).map(|s| s.to_string()).as_deref(),
            Some(expected),
            "{value}"
        );
    }
    for value in ["", "now", "0", "123456", "true", "1.2.3"] {
        assert_eq!(machine(value, Order::DayFirst), None, "{value}");
    }
}

#[test]
fn european_languages() {
    check("Published on 5 March 2020", "2020-03-05");
    check("March 5th, 2020 at 3:07 p.m. EST", "2020-03-05T15:07:00-05:00");
    check("Mar. 5, 2020", "2020-03-05");
    check("Do., 5. März 2020, 10.30 Uhr", "2020-03-05T10:30:00");
    check("05.03.2020 | 18:45", "2020-03-05T18:45:00");
    check("5.3.20", "2020-03-05");
    check("le 1er août 2019 à 10h30", "2019-08-01T10:30:00");
    check("5 de marzo de 2020", "2020-03-05");
    check("5 de março de 2020, às 10:30", "2020-03-05T10:30:00");
    check("12 dicembre 2019", "2019-12-12");
    check("5 października 2020", "2020-10-05");
    check("5. září 2020", "2020-09-05");
    check("2020. március 5.", "2020-03-05");
    check("2020 m. kovo 5 d. 10:30", "2020-03-05");
    check("5 марта 2020 г., 10:30", "2020-03-05");
    check("5 Μαρτίου 2020", "2020-03-05");
    check("5 Şubat 2020 Çarşamba", "2020-02-05");
    check("26-Dec-16", "2016-12-26");
    check("December 2016", "2016-12");
    check("Ngày 5 tháng 3 năm 2020", "2020-03-05");
    check("15 Ogos 2020", "2020-08-15");
}

#[test]
fn asian_languages() {
    check("2016年12月26日 08:00", "2016-12-26T08:00:00");
    check("２０１６年１２月２６日", "2016-12-26");
    check("二〇一六年十二月二十六日", "2016-12-26");
    check("时间：2016-12-26 来源", "2016-12-26");
    check("2024年5月20日 下午3:05", "2024-05-20T15:05:00");
    check("令和7年1月13日", "2025-01-13");
    check("民國113年5月20日", "2024-05-20");
    check("2025年1月13日 21時20分", "2025-01-13T21:20:00");
    check("2020년 3월 5일 오후 3시 5분", "2020-03-05T15:05:00");
    check("입력 2020. 3. 5. 15:05", "2020-03-05T15:05:00");
    check("2020.03.05. 오전 10:00", "2020-03-05T10:00:00");
    check("5 มีนาคม 2563", "2020-03-05");
    check("5 มี.ค. 2563", "2020-03-05");
    check("5 مارس 2020", "2020-03-05");
    check("٥ مارس ٢٠٢٠", "2020-03-05");
    check("الجمعة 24 نيسان / أبريل 2020", "2020-04-24");
    check("5 كانون الثاني / يناير 2020", "2020-01-05");
    check("5 كانون الثاني 2020", "2020-01-05");
    check("5 मार्च 2020", "2020-03-05");
    check("5 במרץ 2020", "2020-03-05");
}

#[test]
fn order_of_day_and_month() {
    check_in("03/04/2020", Order::DayFirst, "2020-04-03");
    check_in("03/04/2020", Order::MonthFirst, "2020-03-04");
    check_in("13/04/2020", Order::MonthFirst, "2020-04-13");
    check_in("04/13/2020", Order::DayFirst, "2020-04-13");
    assert!(find("03/04/2020", Order::DayFirst)[0].ambiguous);
    assert!(!find("13/04/2020", Order::DayFirst)[0].ambiguous);
}

#[test]
fn numbers_that_are_no_dates() {
    for text in [
        "192.168.10.12",
        "version 1.2.3",
        "tel. 030-12-34567",
        "30.02.2020",
        "2020-13-45",
        "10:30",
        "5/10",
        "1 May",
        "in 2020",
        "8-10 2019",
        "99.99.9999",
        "call 555-12-2020-33",
    ] {
        check(text, "");
    }
}

#[test]
fn several_dates_stand_in_order() {
    check("Posted: 1 May 2020 | Updated: 3 May 2020", "2020-05-01 2020-05-03");
    let text = "Von A. B., 5. März 2020, 10:30 Uhr";
    let found = &find(text, Order::DayFirst)[0];
    assert_eq!(&text[found.at.clone()], "5. März 2020, 10:30");
}

#[test]
fn a_window_refuses_the_future_and_what_was_never_set() {
    let window = Window::until("2024-03-10T12:00:00Z".parse().unwrap());
    let holds = |s: &str, declared| window.holds(&s.parse().unwrap(), declared);
    assert!(holds("2024-03-11", true) && !holds("2024-03-12", true) && !holds("2025", true));
    assert!(holds("1985-06-01", true) && !holds("1985-06-01", false));
    assert!(!holds("1970-01-01", true) && !holds("0001-01-01", true));
}
