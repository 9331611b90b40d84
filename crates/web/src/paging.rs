//! `?offset=` and `?limit=` of every list.

use serde::Deserialize;
use store::Page;

/// Most rows of one answer.
const MAX_LIMIT: u64 = 500;

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Paging {
    pub(crate) offset: u64,
    pub(crate) limit: Option<u64>,
}

impl Paging {
    /// One row more than asked for, which tells whether there is a next page.
    pub(crate) fn page(self, default_limit: u64) -> Page {
        Page { offset: self.offset.min(i64::MAX as u64 / 2), limit: self.limit(default_limit) + 1 }
    }

    pub(crate) fn limit(self, default_limit: u64) -> u64 {
        self.limit.unwrap_or(default_limit).clamp(1, MAX_LIMIT)
    }

    /// Cuts `rows` to the limit; the offset of the next page, where there is one.
    pub(crate) fn cut<T>(self, rows: &mut Vec<T>, default_limit: u64) -> Option<u64> {
        let limit = self.limit(default_limit);
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        more.then(|| self.offset + limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_more_than_the_limit_means_another_page() {
        let paging = Paging { offset: 10, limit: Some(2) };
        assert_eq!(paging.page(50).limit, 3);
        assert_eq!(paging.cut(&mut vec![1, 2, 3], 50), Some(12));
        assert_eq!(paging.cut(&mut vec![1, 2], 50), None);
        assert_eq!(Paging { offset: 0, limit: Some(u64::MAX) }.page(50).limit, MAX_LIMIT + 1);
    }
}
