use super::*;

#[track_caller]
fn check(byline: &str, expected: &[&str]) {
    assert_eq!(names(byline), expected, "{byline}");
}

#[test]
fn labels_and_roles_are_dropped() {
    check("By Jane Doe", &["Jane Doe"]);
    check("BY JANE DOE", &["JANE DOE"]);
    check("Written by: Jane Doe", &["Jane Doe"]);
    check("von Anna Müller", &["Anna Müller"]);
    check("Jane Doe, Staff Writer", &["Jane Doe"]);
    check("Jane Doe | Paper of Record", &["Jane Doe"]);
    check("Jane Doe (Content Manager)", &["Jane Doe"]);
    check("Jane Doe - Senior Reporter", &["Jane Doe"]);
    check("Jane Doe jane@paper.example", &["Jane Doe"]);
    check("作者：李新", &["李新"]);
    check("文/李新", &["李新"]);
    check("本报记者 李新", &["李新"]);
}

#[test]
fn joint_bylines_are_taken_apart() {
    check("By A. B. Smith and Jane Doe", &["A. B. Smith", "Jane Doe"]);
    check("Jane Doe, John Roe & Max Moe", &["Jane Doe", "John Roe", "Max Moe"]);
    check("Jane Doe, John Roe, and Max Moe", &["Jane Doe", "John Roe", "Max Moe"]);
    check("Anna Müller und Jörg Schmidt", &["Anna Müller", "Jörg Schmidt"]);
    check("José Ortega y Gasset", &["José Ortega y Gasset"]);
    check("Ana Pérez y Luis Gil", &["Ana Pérez", "Luis Gil"]);
    check("李新、王方", &["李新", "王方"]);
    check("Jane Doe, Jane Doe", &["Jane Doe"]);
}

#[test]
fn degrees_are_no_names_and_generations_are_part_of_them() {
    check("Jane Doe, MD, Ph.D.", &["Jane Doe"]);
    check("John Roe, Jr.", &["John Roe Jr."]);
    check("Jane Doe, AFP", &["Jane Doe", "AFP"]);
}

#[test]
fn names_keep_what_belongs_to_them() {
    check("Ludwig van Beethoven", &["Ludwig van Beethoven"]);
    check("Zoë Ångström", &["Zoë Ångström"]);
    check("Sam O'Brien", &["Sam O'Brien"]);
    check("Martin Luther King III", &["Martin Luther King III"]);
    check("Von Miller", &["Von Miller"]);
}

#[test]
fn what_is_no_name_is_nothing() {
    for text in [
        "admin",
        "https://a.example/jane",
        "jane@paper.example",
        "Staff Writer",
        "",
        "2020",
        "Email The Author",
        "编辑",
    ] {
        check(text, &[]);
    }
}

#[test]
fn persons_by_their_form() {
    for name in [
        "Jane Doe",
        "A. B. Smith",
        "Ludwig van Beethoven",
        "李新",
        "大渡 美咲",
        "선수민",
        "Андрей Колесников",
    ] {
        assert!(looks_like_person(name), "{name}");
    }
    for text in [
        "Share This",
        "Read More",
        "Jane",
        "The Best Shoes",
        "jane doe",
        "10 Best Shoes",
        "来源",
        "March Madness Begins: Now",
    ] {
        assert!(!looks_like_person(text), "{text}");
    }
}
