//! The cases of the contract: which words find what, within which bounds, and in which order.

use super::*;
use domain::value::BoardId;

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_inside_others_and_nowhere_else() {
    both(async |engine| {
        let texts = [
            "한글은 쉽다",
            "대한글자모임",
            "한 글 띄움",
            "글한한",
            "제주 바다 감귤",
            "감귤, 제주 바다로",
            "제주도 바다",
            "내 꿈을 꾼다",
            "내꿈",
            "rust로 짠 서버",
            "trust로 node.js",
            "postgres 데이터베이스 v15",
            "東京都に住む",
            "我住在北京",
            "７월 ＦＵＬＬ Straße",
            "ㅋㅋㅋ 웃다",
            "밤, 한강",
        ];
        take_posts(engine, &texts).await;
        for (q, expected) in [
            ("한글", &[0, 1][..]),
            ("한글은", &[0]),
            ("한글자", &[1]),
            ("글", &[0, 1, 2, 3]),
            ("한", &[0, 1, 2, 3, 16]),
            ("한글 쉽", &[0]),
            ("쉽 한글", &[0]),
            ("\"제주 바다\"", &[4, 5]),
            ("제주 바다", &[4, 5, 6]),
            ("\"바다 감귤\"", &[4]),
            ("\"내 꿈\"", &[7]),
            ("내꿈", &[8]),
            ("rust로", &[9]),
            ("rust", &[9]),
            ("rus", &[9]),
            ("\"rus\"", &[]),
            ("\"rust\"", &[9]),
            ("ru", &[9]),
            ("r", &[]),
            ("node.js", &[10]),
            ("postgers", &[11]),
            ("postgr 데이터", &[11]),
            ("postgr v15", &[11]),
            ("postgr v16", &[]),
            ("京都", &[12]),
            ("北京", &[13]),
            ("7월", &[14]),
            ("full", &[14]),
            ("strasse", &[]),
            ("ㅋㅋ", &[15]),
            ("ㅎ", &[]),
            ("밤,한", &[16]),
            ("없는말", &[]),
            ("감귤 -제주", &[]),
            ("제주 -감귤", &[6]),
            ("바다 -\"제주 바다\"", &[6]),
            ("-한 -제주 -로 -데이터 -京都 -北京 -월 -ㅋ", &[7, 8]),
            ("??? !", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        ] {
            assert_eq!(set(engine, Kind::Posts, q).await, expected, "{q}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_is_looked_for_in_every_field() {
    both(async |engine| {
        let mut titled = post(0, "본문");
        titled.title = "제목 이야기".to_owned();
        let mut tagged = post(1, "본문");
        tagged.tags = vec!["제주도".to_owned(), "바다".to_owned()];
        let mut pictured = post(2, "본문");
        pictured.alternative_texts = vec!["노을 진 바다".to_owned(), "고양이".to_owned()];
        let mut written = post(3, "본문");
        written.author = by(1, "sora_kim");
        take(engine, [titled, tagged, pictured, written].map(there).to_vec()).await;
        for (q, expected) in [
            ("이야기", &[0][..]),
            ("이야기 본문", &[0]),
            ("제주", &[1]),
            ("바다", &[1, 2]),
            ("고양", &[2]),
            ("sora", &[3]),
            ("#바다", &[1]),
            ("#제주", &[]),
            // A phrase doesn't go from one text on into the next.
            ("\"제주도 바다\"", &[]),
            ("\"바다 고양이\"", &[]),
            ("본문", &[0, 1, 2, 3]),
        ] {
            assert_eq!(set(engine, Kind::Posts, q).await, expected, "{q}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_better_is_newer_or_more_liked_comes_first() {
    both(async |engine| {
        let inside = post(0, "대한글자 모임");
        let begins = post(1, "오늘 한글을 쓴다");
        let mut titled = post(2, "모임");
        titled.title = "한글".to_owned();
        let mut old = post(3, "바다");
        old.published_at = now() - Duration::days(900);
        let new = post(4, "바다");
        let mut liked = post(5, "바다");
        liked.like_count = 40;
        take(engine, [inside, begins, titled, old, new, liked].map(there).to_vec()).await;
        assert_eq!(ordered(engine, query(Kind::Posts, "한글")).await, [2, 1, 0]);
        assert_eq!(ordered(engine, query(Kind::Posts, "바다")).await, [5, 4, 3]);
        let newest = Query { sort: Sort::Newest, ..query(Kind::Posts, "바다") };
        assert_eq!(ordered(engine, newest).await.last(), Some(&3));
        let liked = Query { sort: Sort::MostLiked, limit: 2, ..query(Kind::Posts, "바다") };
        assert_eq!(ordered(engine, liked).await, [5, 4]);
        let found = find(engine, query(Kind::Posts, "바다")).await;
        assert!(found.hits.iter().all(|hit| hit.score.words > 0.0 && hit.score.near.is_none()), "{found:?}");
        assert!(found.hits[0].score.likes > found.hits[1].score.likes, "{found:?}");
        assert!(found.hits[1].score.age > found.hits[2].score.age, "{found:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_find_what_is_for_them_whomever_they_follow() {
    both(async |engine| {
        let [mut open, mut closed, mut own, alias] = [0, 1, 2, 3].map(|n| post(n, "감귤"));
        (open.author, closed.author, own.author) = (by(1, "mina"), by(2, "sora"), by(3, "duri"));
        (closed.for_followers, own.for_followers) = (true, true);
        take(engine, [open, closed, own, alias].map(there).to_vec()).await;
        let see = async |follows: Vec<_>, hidden: Vec<_>| {
            let query = Query { access: Access { follows, hidden }, ..query(Kind::Posts, "감귤") };
            let found = find(engine, query).await;
            let mut found_numbers = numbers(&found);
            found_numbers.sort_unstable();
            assert_eq!(found.total, found_numbers.len());
            found_numbers
        };
        assert_eq!(see(vec![], vec![]).await, [0, 3]);
        assert_eq!(see(vec![user(2)], vec![]).await, [0, 1, 3]);
        assert_eq!(see(vec![user(2), user(3)], vec![user(1)]).await, [1, 2, 3]);
        assert_eq!(see(vec![], vec![user(1), user(2)]).await, [3]);
        let many = || (100..5_100).map(user).collect::<Vec<_>>();
        assert_eq!(see([many(), vec![user(3)]].concat(), [many(), vec![user(1)]].concat()).await, [2, 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_narrow_facets_count_and_pages_hold_everything_once() {
    both(async |engine| {
        let changes = (0..30).map(|n| {
            let mut post =
                post(n, if n % 3 == 0 { "rust orange juice 감귤 every morning" } else { "감귤 밭" });
            post.author = by(n % 2, "who");
            post.tags =
                if n < 10 { vec!["제주".to_owned(), "Go_1".to_owned()] } else { vec!["한라".to_owned()] };
            post.board_id = (n < 5).then(|| id(7));
            post.photo_count = i32::from(n >= 25);
            post.published_at = now() - Duration::days(i64::from(n));
            there(post)
        });
        take(engine, changes.collect()).await;
        let all = || query(Kind::Posts, "감귤");
        let narrowed = async |filters: Filters| {
            let found = find(engine, Query { filters, ..all() }).await;
            assert_eq!(found.total, found.hits.len());
            found.total
        };
        let none = Filters::default;
        assert_eq!(narrowed(none()).await, 30);
        assert_eq!(
            narrowed(Filters { tags: vec!["제주".to_owned(), "Go_1".to_owned()], ..none() }).await,
            10
        );
        assert_eq!(narrowed(Filters { tags: vec!["제주".to_owned(), "한라".to_owned()], ..none() }).await, 0);
        assert_eq!(narrowed(Filters { authors: Some(vec![user(1)]), ..none() }).await, 15);
        assert_eq!(narrowed(Filters { authors: Some(vec![]), ..none() }).await, 0);
        assert_eq!(narrowed(Filters { board: Some(BoardId(id(7))), ..none() }).await, 5);
        assert_eq!(narrowed(Filters { has_photos: Some(true), ..none() }).await, 5);
        assert_eq!(narrowed(Filters { has_photos: Some(false), ..none() }).await, 25);
        assert_eq!(narrowed(Filters { language: Some("latin".to_owned()), ..none() }).await, 10);
        let (since, before) = (now() - Duration::days(20), now() - Duration::days(10));
        assert_eq!(narrowed(Filters { since: Some(since), before: Some(before), ..none() }).await, 10);
        let found = find(engine, Query { facets: true, limit: 1, ..all() }).await;
        let facet = |value: &str, count: u64| (value.to_owned(), count);
        assert_eq!(found.total, 30);
        assert_eq!(found.facets.tags[0], facet("한라", 20));
        assert_eq!(found.facets.tags.len(), 3);
        assert_eq!(found.facets.languages, [facet("ko", 20), facet("latin", 10)]);
        assert_eq!((found.facets.boards, found.facets.with_photos), (vec![(id(7), 5)], 5));
        for sort in [Sort::Relevance, Sort::Newest, Sort::MostLiked] {
            let mut seen = vec![];
            for offset in (0..35).step_by(7) {
                seen.extend(ordered(engine, Query { offset, limit: 7, sort, ..all() }).await);
            }
            if sort != Sort::Relevance {
                assert_eq!(seen, (0..30).collect::<Vec<_>>(), "{sort:?}");
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..30).collect::<Vec<_>>(), "{sort:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_tags_are_found_by_parts_and_initials() {
    both(async |engine| {
        let people = [
            person(0, "감귤나무", "김미나", "제주에서 귤을"),
            person(1, "sora", "이소라", ""),
            person(2, "gamgyul", "Kim Minsu", "감귤 농부"),
        ];
        let changes = people.map(who).into_iter().chain([
            tag(0, "감귤", 3),
            tag(1, "감귤밭", 9),
            tag(2, "한강", 1),
            tag(3, "고구마", 2),
        ]);
        take(engine, changes.collect()).await;
        for (q, expected) in [
            ("귤나", &[0][..]),
            ("ㄱㄱ", &[0]),
            ("ㄱㅁㄴ", &[0]),
            ("소라", &[1]),
            ("sor", &[1]),
            ("kim minsu", &[2]),
            ("감귤", &[0, 2]),
            ("제주", &[0]),
            ("ㄱㅎ", &[]),
        ] {
            assert_eq!(set(engine, Kind::People, q).await, expected, "{q}");
        }
        for (q, expected) in
            [("ㄱㄱ", &[0, 1, 3][..]), ("강", &[2]), ("밭", &[1]), ("감귤", &[0, 1]), ("", &[0, 1, 2, 3])]
        {
            assert_eq!(set(engine, Kind::Tags, q).await, expected, "{q}");
        }
        assert_eq!(
            ordered(engine, query(Kind::People, "감귤")).await,
            [0, 2],
            "by handle before by what they say"
        );
        let hidden = Access { hidden: vec![user(0)], ..Access::default() };
        let others = Query { access: hidden, ..query(Kind::People, "감귤") };
        assert_eq!(ordered(engine, others).await, [2]);
        assert_eq!(set(engine, Kind::Posts, "감귤").await, [] as [u32; 0], "kinds stay apart");
    })
    .await;
}
