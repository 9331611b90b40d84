//! The shape of the rules in TOML.

use super::{RuleError, RuleFile};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        self, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};
use std::{fmt, marker::PhantomData};
use toml::Spanned;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleText {
    pub(super) host: OneOrMore<String>,
    #[serde(default)]
    pub(super) path: OneOrMore<String>,
    pub(super) kind: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) remove: OneOrMore<String>,
    #[serde(default)]
    pub(super) title: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) authors: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) published: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) modified: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) language: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) section: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) tags: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) source: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) lead_image: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) description: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) body: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) next_part: OneOrMore<PickText>,
    pub(super) listing: Option<ListingText>,
    pub(super) author: Option<AuthorText>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ListingText {
    #[serde(default)]
    pub(super) container: OneOrMore<PickText>,
    pub(super) item: Spanned<String>,
    #[serde(default)]
    pub(super) title: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) link: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) date: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) authors: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) source: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) summary: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) next: OneOrMore<PickText>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AuthorText {
    #[serde(default)]
    pub(super) name: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) affiliation: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) biography: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) portrait: OneOrMore<PickText>,
    #[serde(default)]
    pub(super) same_as: OneOrMore<PickText>,
}

/// Where a value is found: a selector, or a table that says more.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct PickText(pub(super) Table);

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Table {
    pub(super) select: Option<String>,
    pub(super) attribute: Option<String>,
    pub(super) r#match: Option<String>,
    pub(super) split: Option<String>,
    pub(super) format: Option<String>,
    pub(super) value: Option<String>,
}

/// One value, or a list of them.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct OneOrMore<T>(pub(super) Vec<Spanned<T>>);

/// The rules of a file, in order.
pub(super) fn rules(file: &RuleFile<'_>) -> Result<Vec<Spanned<RuleText>>, RuleError> {
    #[derive(Deserialize)]
    struct Shared {
        #[serde(default)]
        rule: Vec<Spanned<RuleText>>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        #[serde(default)]
        rule: Vec<Spanned<RuleText>>,
    }
    let read = match file.shared {
        true => toml::from_str::<Shared>(file.text).map(|f| f.rule),
        false => toml::from_str::<Own>(file.text).map(|f| f.rule),
    };
    read.map_err(|error| file.error(error.span().unwrap_or_default(), error.message()))
}

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The place of a single value is that of the whole.
        let found = Spanned::<Shape<T>>::deserialize(deserializer)?;
        let span = found.span();
        Ok(Self(match found.into_inner() {
            Shape::One(value) => vec![Spanned::new(span, value)],
            Shape::Many(values) => values,
        }))
    }
}

enum Shape<T> {
    One(T),
    Many(Vec<Spanned<T>>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shape<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Shape<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Shape<T>, E> {
                T::deserialize(StrDeserializer::new(text)).map(Shape::One)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Shape<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Shape::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape<T>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Shape::Many(values))
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

impl<'de> Deserialize<'de> for PickText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = PickText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a CSS selector, or a table such as { select = \"time\", attribute = \"datetime\" }",
                )
            }

            fn visit_str<E: de::Error>(self, select: &str) -> Result<PickText, E> {
                Ok(PickText(Table { select: Some(select.to_owned()), ..Table::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PickText, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(PickText)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
