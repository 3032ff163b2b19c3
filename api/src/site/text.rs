//! The texts of the pages, in Korean and English.

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::korea::KOREA;
use vault::mail::Language;

/// The texts of the pages in one language.
pub(crate) struct Text {
    pub(crate) code: &'static str,
    pub(crate) locale: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) search: &'static str,
    pub(crate) field: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) tabs: &'static str,
    pub(crate) posts: &'static str,
    pub(crate) people: &'static str,
    pub(crate) photos: &'static str,
    pub(crate) tags: &'static str,
    pub(crate) sort: &'static str,
    pub(crate) relevance: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) most_liked: &'static str,
    pub(crate) narrow: &'static str,
    pub(crate) boards: &'static str,
    pub(crate) languages: &'static str,
    pub(crate) with_photos: &'static str,
    pub(crate) since: &'static str,
    pub(crate) until: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) take_away: &'static str,
    pub(crate) meant: &'static str,
    pub(crate) more: &'static str,
    pub(crate) trending: &'static str,
    pub(crate) recent: &'static str,
    pub(crate) popular: &'static str,
    pub(crate) latest: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) nothing_advice: &'static str,
    pub(crate) nothing_yet: &'static str,
    pub(crate) likes: &'static str,
    pub(crate) comments: &'static str,
    pub(crate) views: &'static str,
    pub(crate) edited: &'static str,
    pub(crate) for_followers: &'static str,
    pub(crate) no_comments: &'static str,
    pub(crate) deleted_comment: &'static str,
    pub(crate) replies: &'static str,
    pub(crate) similar: &'static str,
    pub(crate) followers: &'static str,
    pub(crate) following: &'static str,
    pub(crate) private: &'static str,
    pub(crate) no_posts: &'static str,
    pub(crate) photo_of: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) not_found_advice: &'static str,
    pub(crate) away: &'static str,
    pub(crate) away_advice: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) again: &'static str,
    pub(crate) limits: &'static str,
    pub(crate) searching: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) suggestions: &'static str,
}

impl Text {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Korean => &KOREAN,
            Language::English => &ENGLISH,
        }
    }

    fn is_korean(&self) -> bool {
        self.code == "ko"
    }

    /// Returns the number of results, as a sentence.
    pub(crate) fn found(&self, total: usize) -> String {
        match (self.is_korean(), total) {
            (true, total) => format!("약 {total}개를 찾았어요"),
            (false, 1) => "About 1 result".to_owned(),
            (false, total) => format!("About {total} results"),
        }
    }

    pub(crate) fn posts_of(&self, count: &i64) -> String {
        match (self.is_korean(), *count) {
            (true, count) => format!("글 {count}개"),
            (false, 1) => "1 post".to_owned(),
            (false, count) => format!("{count} posts"),
        }
    }

    /// Returns a day and a time, as they were in Korea.
    pub(crate) fn day(&self, time: &DateTime<Utc>) -> String {
        let time = time.with_timezone(&KOREA);
        if self.is_korean() {
            format!(
                "{}년 {}월 {}일 {:02}:{:02}",
                time.year(),
                time.month(),
                time.day(),
                time.hour(),
                time.minute()
            )
        } else {
            time.format("%-d %b %Y, %H:%M").to_string()
        }
    }

    /// Returns the name of a language that a post may be written in.
    pub(crate) fn language<'a>(&self, code: &'a str) -> &'a str {
        match (self.is_korean(), code) {
            (true, "ko") => "한국어",
            (true, "ja") => "일본어",
            (true, "zh") => "중국어",
            (true, "latin") => "라틴 문자",
            (true, "other") => "그 밖",
            (false, "ko") => "Korean",
            (false, "ja") => "Japanese",
            (false, "zh") => "Chinese",
            (false, "latin") => "Latin script",
            (false, "other") => "Others",
            (_, unknown) => unknown,
        }
    }
}

static KOREAN: Text = Text {
    code: "ko",
    locale: "ko_KR",
    name: "마당",
    about: "이웃이 만나는 마당: 글, 사진, 사람을 찾아보세요.",
    skip: "결과로 건너뛰기",
    search: "찾기",
    field: "글, 사람, 태그 찾기",
    hint: "\"그대로\" 찾기, -빼기, #태그, from:아이디. 초성(ㄱㄱ)으로는 사람과 태그를 찾아요.",
    tabs: "무엇을 찾을까요",
    posts: "글",
    people: "사람",
    photos: "사진",
    tags: "태그",
    sort: "차례",
    relevance: "관련도순",
    newest: "최신순",
    most_liked: "좋아요순",
    narrow: "좁혀 보기",
    boards: "게시판",
    languages: "언어",
    with_photos: "사진 있는 글",
    since: "이날부터",
    until: "이날 전까지",
    apply: "적용",
    take_away: "빼기",
    meant: "혹시 이걸 찾으세요?",
    more: "더 보기",
    trending: "요즘 태그",
    recent: "최근 찾은 말",
    popular: "많이 찾는 말",
    latest: "새 글",
    nothing: "찾은 것이 없어요",
    nothing_advice: "낱말을 줄이거나, 다른 말로, 또는 조건을 빼고 찾아보세요.",
    nothing_yet: "아직 아무 글도 없어요. 첫 글을 써 보세요.",
    likes: "좋아요",
    comments: "댓글",
    views: "조회",
    edited: "고침",
    for_followers: "팔로워 공개",
    no_comments: "아직 댓글이 없어요.",
    deleted_comment: "지워진 댓글이에요.",
    replies: "답글",
    similar: "비슷한 글",
    followers: "팔로워",
    following: "팔로잉",
    private: "비공개 계정이에요. 팔로워만 글을 볼 수 있어요.",
    no_posts: "아직 쓴 글이 없어요.",
    photo_of: "사진:",
    not_found: "찾을 수 없어요",
    not_found_advice: "지워졌거나, 볼 수 없는 곳이에요. 위에서 다시 찾아보세요.",
    away: "지금은 찾을 수 없어요",
    away_advice: "잠시 뒤에 다시 해 주세요.",
    wrong: "이렇게는 찾을 수 없어요",
    again: "다시 하기",
    limits: "200자, 낱말 16개까지 찾을 수 있어요. 짧게 줄이거나, 조건을 고쳐 주세요.",
    searching: "찾는 중",
    unreachable: "연결할 수 없어요. 인터넷을 확인하고 다시 해 주세요.",
    suggestions: "추천",
};

static ENGLISH: Text = Text {
    code: "en",
    locale: "en_GB",
    name: "Madang",
    about: "A yard where neighbours meet: find posts, photos and people.",
    skip: "Skip to the results",
    search: "Search",
    field: "Search posts, people, tags",
    hint: "\"exact words\", -without, #tag, from:handle. Initials (ㄱㄱ) find people and tags.",
    tabs: "What to look for",
    posts: "Posts",
    people: "People",
    photos: "Photos",
    tags: "Tags",
    sort: "Order",
    relevance: "Best match",
    newest: "Newest",
    most_liked: "Most liked",
    narrow: "Narrow down",
    boards: "Boards",
    languages: "Languages",
    with_photos: "With photos",
    since: "From",
    until: "Before",
    apply: "Apply",
    take_away: "Remove",
    meant: "Did you mean",
    more: "More",
    trending: "Trending tags",
    recent: "Your recent searches",
    popular: "Popular searches",
    latest: "New posts",
    nothing: "Nothing was found",
    nothing_advice: "Try fewer words, other words, or remove a filter.",
    nothing_yet: "There are no posts yet. Write the first one.",
    likes: "likes",
    comments: "comments",
    views: "views",
    edited: "edited",
    for_followers: "for followers",
    no_comments: "No comments yet.",
    deleted_comment: "This comment was deleted.",
    replies: "replies",
    similar: "Similar posts",
    followers: "followers",
    following: "following",
    private: "This account is private. Only followers see its posts.",
    no_posts: "No posts yet.",
    photo_of: "Photo:",
    not_found: "Not found",
    not_found_advice: "It was deleted, or is not for you to see. Search for something else above.",
    away: "Search can't be reached just now",
    away_advice: "Try again in a moment.",
    wrong: "This can't be searched for",
    again: "Try again",
    limits: "At most 200 characters and 16 words can be searched for. Make it shorter, or change the filters.",
    searching: "Searching",
    unreachable: "No connection. Check the network and try again.",
    suggestions: "Suggestions",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_they_are_in_korea() {
        let time = "2026-12-31T15:05:00Z".parse().expect("a time");
        assert_eq!(KOREAN.day(&time), "2027년 1월 1일 00:05");
        assert_eq!(ENGLISH.day(&time), "1 Jan 2027, 00:05");
    }
}
