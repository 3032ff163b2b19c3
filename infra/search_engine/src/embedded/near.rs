//! The posts that are near by their vectors, within the same bounds as all that is found.

use super::bounded::BoundedSearcher;
use super::fields::{self, Fields};
use super::vectors::Vectors;
use projections::search::engine::{EngineError, Near, Query};
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::collector::{Count, DocSetCollector};
use tantivy::query::{BooleanQuery, Query as Ask, TermSetQuery};
use tantivy::{DocAddress, Term};

/// The number of documents up to which all within the bounds are compared; beyond it the index tells the
/// nearest of all.
const COMPARED: usize = 5_000;
/// The numbers of nearest that the index is asked for: first few, then many where too few of them are within
/// the bounds for a page.
const NEAREST: [usize; 2] = [1_000, 10_000];
/// The number of first documents of each of two orders that are fused into one.
pub(super) const FUSED: usize = 1_000;
/// The constant of reciprocal rank fusion, 60 by Cormack et al. 2009: the larger, the less the first rank is
/// worth beyond the second.
const FUSION: f32 = 60.0;

/// The cosines of posts that are near enough, by [`fields::near_key`]. Cheap to clone.
pub(super) type Cosines = Arc<HashMap<u64, f32>>;

/// The cosines of posts that are near, those within `bounds` and perhaps some others.
pub(super) fn near(
    searcher: &BoundedSearcher,
    fields: &Fields,
    vectors: &Vectors,
    query: &Query,
    bounds: &dyn Ask,
) -> Result<Cosines, EngineError> {
    let (to, itself) = match &query.near {
        None => return Ok(Cosines::default()),
        Some(Near::Vector(vector)) => (Some(vector.clone()), None),
        Some(Near::Post(post)) => (vectors.of(fields::near_key(post.0)), Some(fields::near_key(post.0))),
    };
    // A vector of zeros has no direction, and a post without a vector is near to none.
    let Some(to) = to.filter(|to| to.iter().any(|x| *x != 0.0)) else { return Ok(Cosines::default()) };
    let enough = |found: Vec<(u64, f32)>| -> Cosines {
        let is_near = |&(key, cosine): &(u64, f32)| cosine >= query.closeness && Some(key) != itself;
        Arc::new(found.into_iter().filter(is_near).collect())
    };
    if count(searcher, bounds)? <= COMPARED {
        return Ok(enough(vectors.among(&to, &keys(searcher, bounds)?)));
    }
    let [few, many] = NEAREST;
    let nearest = vectors.nearest(&to, few)?;
    let has_all = nearest.len() < few || nearest.last().is_some_and(|(_, least)| *least < query.closeness);
    let found = enough(nearest);
    let within = BooleanQuery::intersection(vec![bounds.box_clone(), among(fields, &found)]);
    if has_all || count(searcher, &within)? >= query.offset + query.limit {
        return Ok(found);
    }
    Ok(enough(vectors.nearest(&to, many)?))
}

/// A query for the documents that have these keys.
pub(super) fn among(fields: &Fields, cosines: &Cosines) -> Box<dyn Ask> {
    Box::new(TermSetQuery::new(cosines.keys().map(|key| Term::from_field_u64(fields.near, *key))))
}

/// One order out of two, by reciprocal ranks. Of documents that are worth the same, that of the first order
/// comes first.
pub(super) fn fused(first: &[DocAddress], second: &[DocAddress]) -> Vec<DocAddress> {
    #[allow(clippy::cast_precision_loss)]
    let worth = |rank: usize| 1.0 / (FUSION + 1.0 + rank as f32);
    let mut worths: HashMap<DocAddress, (f32, usize)> = HashMap::new();
    for order in [first, second] {
        for (rank, address) in order.iter().enumerate() {
            let seen = worths.len();
            worths.entry(*address).or_insert((0.0, seen)).0 += worth(rank);
        }
    }
    let mut order: Vec<_> = worths.into_iter().collect();
    order.sort_by(|(_, (a, a_seen)), (_, (b, b_seen))| b.total_cmp(a).then(a_seen.cmp(b_seen)));
    order.into_iter().map(|(address, _)| address).collect()
}

fn count(searcher: &BoundedSearcher, query: &dyn Ask) -> Result<usize, EngineError> {
    searcher.search(query, &Count).map_err(super::failed)
}

fn keys(searcher: &BoundedSearcher, query: &dyn Ask) -> Result<Vec<u64>, EngineError> {
    let found = searcher.search(query, &DocSetCollector).map_err(super::failed)?;
    let columns: Vec<_> = searcher.searcher.segment_readers().iter().map(fields::near_column).collect();
    Ok(found.into_iter().map(|at| columns[at.segment_ord as usize].get_val(at.doc_id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_orders_have_comes_before_what_one_has() {
        let [a, b, c, d] = [0, 1, 2, 3].map(|doc| DocAddress::new(0, doc));
        assert_eq!(fused(&[a, b, c], &[c, d]), [c, a, b, d]);
        assert_eq!(fused(&[a], &[b]), [a, b], "of what is worth the same the first order's");
        assert_eq!(fused(&[], &[b, a]), [b, a]);
    }
}
