//! Searches that end: a search for whose answer nobody waits any more costs no processor time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{EnableScoring, Explanation, Query as Ask, Scorer, Weight};
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED, TantivyError,
};

/// Number of documents between two looks at the clock.
const STEP: u32 = 512;

/// The deadline of a search, which ends earlier when the search is given up.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    at: Instant,
    given_up: Arc<AtomicBool>,
}

/// A guard that gives a search up when it is dropped.
#[derive(Debug)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Deadline {
    pub(super) fn after(patience: Duration) -> (Self, Wanted) {
        let given_up = Arc::<AtomicBool>::default();
        (Self { at: Instant::now() + patience, given_up: given_up.clone() }, Wanted(given_up))
    }

    fn check(&self) -> tantivy::Result<()> {
        if self.given_up.load(Ordering::Relaxed) || Instant::now() >= self.at {
            return Err(TantivyError::SystemError("the search took too long".to_owned()));
        }
        Ok(())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A searcher whose searches end at a deadline.
pub(super) struct BoundedSearcher {
    pub(super) searcher: Searcher,
    pub(super) deadline: Deadline,
}

impl BoundedSearcher {
    /// Does the work of [`Searcher::search`], until the deadline.
    pub(super) fn search<C: Collector>(&self, query: &dyn Ask, collector: &C) -> tantivy::Result<C::Fruit> {
        let scoring = match collector.requires_scoring() {
            true => EnableScoring::enabled_from_searcher(&self.searcher),
            false => EnableScoring::disabled_from_searcher(&self.searcher),
        };
        let weight = BoundedWeight { weight: query.weight(scoring)?, deadline: self.deadline.clone() };
        collector.check_schema(self.searcher.schema())?;
        let mut fruits: Vec<<C::Child as SegmentCollector>::Fruit> = vec![];
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            self.deadline.check()?;
            fruits.push(collector.collect_segment(&weight, segment, reader)?);
        }
        collector.merge_fruits(fruits)
    }
}

/// A weight that goes through the matching documents step by step, where tantivy would go through all at
/// once.
struct BoundedWeight {
    weight: Box<dyn Weight>,
    deadline: Deadline,
}

impl BoundedWeight {
    fn for_each_block(
        &self,
        reader: &SegmentReader,
        callback: &mut dyn FnMut(&[DocId]),
    ) -> tantivy::Result<()> {
        let mut documents = self.weight.scorer(reader, 1.0)?;
        let mut block = [0; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            self.deadline.check()?;
            let filled = documents.fill_buffer(&mut block);
            callback(&block[..filled]);
            if filled < block.len() {
                return Ok(());
            }
        }
    }
}

impl Weight for BoundedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        self.weight.scorer(reader, boost)
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.weight.explain(reader, doc)
    }

    fn count(&self, reader: &SegmentReader) -> tantivy::Result<u32> {
        let mut count = 0;
        self.for_each_block(reader, &mut |block| {
            let is_alive = |doc: &&DocId| reader.alive_bitset().is_none_or(|alive| alive.is_alive(**doc));
            count += u32::try_from(block.iter().filter(is_alive).count()).unwrap_or(u32::MAX);
        })?;
        Ok(count)
    }

    fn for_each(
        &self,
        reader: &SegmentReader,
        callback: &mut dyn FnMut(DocId, Score),
    ) -> tantivy::Result<()> {
        let mut scorer = self.weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        for step in 0_u32.. {
            if step % STEP == 0 {
                self.deadline.check()?;
            }
            if doc == TERMINATED {
                break;
            }
            callback(doc, scorer.score());
            doc = scorer.advance();
        }
        Ok(())
    }

    fn for_each_no_score(
        &self,
        reader: &SegmentReader,
        callback: &mut dyn FnMut(&[DocId]),
    ) -> tantivy::Result<()> {
        self.for_each_block(reader, callback)
    }

    fn for_each_pruning(
        &self,
        mut threshold: Score,
        reader: &SegmentReader,
        callback: &mut dyn FnMut(DocId, Score) -> Score,
    ) -> tantivy::Result<()> {
        self.for_each(reader, &mut |doc, score| {
            if score > threshold {
                threshold = callback(doc, score);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::collector::{Count, DocSetCollector, TopDocs};
    use tantivy::query::{AllQuery, TermQuery};
    use tantivy::schema::{IndexRecordOption, STRING, Schema};
    use tantivy::{Index, Term, doc};

    const DOCUMENTS: u64 = 5_000;
    const LONG: Duration = Duration::from_secs(3_600);

    /// A searcher of one segment in which every tenth document was deleted, and a query for all documents.
    fn searcher() -> (Searcher, Box<dyn Ask>) {
        let mut schema = Schema::builder();
        let [kind, tenth] = ["kind", "tenth"].map(|name| schema.add_text_field(name, STRING));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).expect("a writer");
        for n in 0..DOCUMENTS {
            let tenth_of_it = (n % 10).to_string();
            writer.add_document(doc!(kind => "post", tenth => tenth_of_it)).expect("added");
        }
        writer.commit().expect("committed");
        writer.delete_term(Term::from_field_text(tenth, "0"));
        writer.commit().expect("committed");
        let query = TermQuery::new(Term::from_field_text(kind, "post"), IndexRecordOption::Basic);
        (index.reader().expect("a reader").searcher(), Box::new(query))
    }

    /// A collector that gives the search up at the first document, and counts how many come all the same.
    struct GivesUp(Deadline);

    struct Counted(Deadline, u64);

    impl Collector for GivesUp {
        type Fruit = u64;
        type Child = Counted;

        fn for_segment(&self, _: u32, _: &SegmentReader) -> tantivy::Result<Counted> {
            Ok(Counted(self.0.clone(), 0))
        }

        fn requires_scoring(&self) -> bool {
            true
        }

        fn merge_fruits(&self, counts: Vec<u64>) -> tantivy::Result<u64> {
            Ok(counts.into_iter().sum())
        }
    }

    impl SegmentCollector for Counted {
        type Fruit = u64;

        fn collect(&mut self, _: DocId, _: Score) {
            self.1 += 1;
            assert!(self.1 <= u64::from(STEP), "it goes on");
            self.0.given_up.store(true, Ordering::Relaxed);
        }

        fn harvest(self) -> u64 {
            self.1
        }
    }

    #[test]
    fn a_search_in_time_finds_what_an_unbounded_one_finds() {
        let (searcher, query) = searcher();
        let (deadline, _wanted) = Deadline::after(LONG);
        let bounded = BoundedSearcher { searcher: searcher.clone(), deadline };
        assert_eq!(bounded.search(&query, &Count).expect("counted"), 4_500);
        let found = (bounded.search(&query, &DocSetCollector), searcher.search(&query, &DocSetCollector));
        assert_eq!(found.0.expect("found"), found.1.expect("found"));
        let top = TopDocs::with_limit(7).order_by_score();
        let found = (bounded.search(&query, &top), searcher.search(&query, &top));
        assert_eq!(found.0.expect("found"), found.1.expect("found"));
        assert_eq!(bounded.search(&AllQuery, &Count).expect("counted"), 4_500);
    }

    #[test]
    fn a_search_that_nobody_waits_for_stops() {
        let (searcher, query) = searcher();
        let (deadline, _wanted) = Deadline::after(LONG);
        let bounded = BoundedSearcher { searcher, deadline: deadline.clone() };
        assert!(bounded.search(&query, &GivesUp(deadline)).is_err(), "in the midst of a segment");
        for (deadline, wanted) in [Deadline::after(Duration::ZERO), Deadline::after(LONG)] {
            drop(wanted);
            let bounded = BoundedSearcher { searcher: bounded.searcher.clone(), deadline };
            assert!(bounded.search(&query, &Count).is_err());
            assert!(bounded.search(&query, &TopDocs::with_limit(7).order_by_score()).is_err());
        }
    }
}
