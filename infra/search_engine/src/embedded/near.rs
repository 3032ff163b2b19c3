//! What is near by its vector, bounded as everything else that is found.

use super::bounded::BoundedSearcher;
use super::fields::{self, Fields};
use super::vectors::Vectors;
use projections::search::engine::{EngineError, Near, Query};
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::collector::{Count, DocSetCollector};
use tantivy::query::{BooleanQuery, Query as Ask, TermSetQuery};
use tantivy::{DocAddress, Term};

/// Where bounds leave no more than this, each is compared; else the index tells the nearest of all.
const COMPARED: usize = 5_000;
/// How many nearest are asked for: more where too few of them are within the bounds for a page.
const NEAREST: [usize; 2] = [1_000, 10_000];
/// Of two orders that are to be one, how much of each counts.
pub(super) const FUSED: usize = 1_000;
/// How much being first is worth more than being second (Cormack et al. 2009).
const FUSION: f32 = 60.0;

/// Cosines of what is near enough, by [`fields::near_key`]. Cheap to clone.
pub(super) type Cosines = Arc<HashMap<u64, f32>>;

/// What is near within `bounds`, and perhaps some that is not within them.
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
    // Nothing has no direction, and what has no vector is near to nothing.
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

/// Whether it is one of these.
pub(super) fn among(fields: &Fields, cosines: &Cosines) -> Box<dyn Ask> {
    Box::new(TermSetQuery::new(cosines.keys().map(|key| Term::from_field_u64(fields.near, *key))))
}

/// One order out of two, by reciprocal ranks. Of what is worth the same, that which the first order has comes first.
pub(super) fn fused(first: &[DocAddress], second: &[DocAddress]) -> Vec<DocAddress> {
    #[allow(clippy::cast_precision_loss)]
    let worth = |place: usize| 1.0 / (FUSION + 1.0 + place as f32);
    let mut worths: HashMap<DocAddress, (f32, usize)> = HashMap::new();
    for order in [first, second] {
        for (place, address) in order.iter().enumerate() {
            let seen = worths.len();
            worths.entry(*address).or_insert((0.0, seen)).0 += worth(place);
        }
    }
    let mut order: Vec<_> = worths.into_iter().collect();
    order.sort_by(|(_, (a, a_seen)), (_, (b, b_seen))| b.total_cmp(a).then(a_seen.cmp(b_seen)));
    order.into_iter().map(|(address, _)| address).collect()
}

fn count(searcher: &BoundedSearcher, asked: &dyn Ask) -> Result<usize, EngineError> {
    searcher.search(asked, &Count).map_err(super::failed)
}

fn keys(searcher: &BoundedSearcher, asked: &dyn Ask) -> Result<Vec<u64>, EngineError> {
    let found = searcher.search(asked, &DocSetCollector).map_err(super::failed)?;
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
