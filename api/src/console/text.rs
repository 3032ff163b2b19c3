//! The texts of the console, in Korean and English.

use chrono::{DateTime, Utc};
use domain::korea::KOREA;
use vault::mail::Language;

/// Declares the words once, so that neither language can lack one.
macro_rules! texts {
    ($($name:ident: $korean:literal, $english:literal;)+) => {
        /// One language of the console.
        pub(super) struct Text {
            $(pub(super) $name: &'static str,)+
        }

        static KOREAN: Text = Text { $($name: $korean,)+ };
        static ENGLISH: Text = Text { $($name: $english,)+ };
    };
}

impl Text {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Korean => &KOREAN,
            Language::English => &ENGLISH,
        }
    }

    /// A time in Seoul, to the second.
    pub(super) fn time(&self, time: &DateTime<Utc>) -> String {
        time.with_timezone(&KOREA).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// An hour in Seoul.
    pub(super) fn hour(&self, time: &DateTime<Utc>) -> String {
        time.with_timezone(&KOREA).format("%m-%d %H:00").to_string()
    }

    /// The words for the first 20 of so many.
    pub(super) fn first_of(&self, all: &i64) -> String {
        if self.code == "ko" {
            format!("{all}개 가운데 처음 20개")
        } else {
            format!("the first 20 of {all}")
        }
    }

    /// The words for how long something waits.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn wait(&self, seconds: &f64) -> String {
        let seconds = seconds.round() as i64;
        match seconds {
            0..60 => format!("{seconds}{}", self.seconds),
            60..3_600 => format!("{}{}", seconds / 60, self.minutes),
            _ => format!("{}{}", seconds / 3_600, self.hours),
        }
    }
}

texts! {
    code: "ko", "en";
    console: "마당 관제실", "Madang console";
    skip: "내용으로 건너뛰기", "Skip to content";
    pages: "메뉴", "Pages";
    state: "상태", "State";
    events: "이벤트", "Events";
    history: "이력", "History";
    figures: "통계", "Figures";
    log_in: "로그인", "Log in";
    log_out: "로그아웃", "Log out";
    login: "아이디 또는 이메일", "Handle or e-mail address";
    password: "비밀번호", "Password";
    log_in_advice: "분석가(analyst)와 관리자(admin)가 볼 수 있어요.", "For those with the role analyst or admin.";
    wrong_password: "아이디나 비밀번호가 달라요.", "There is no such account with this password.";
    too_often: "너무 자주 시도했어요. 잠시 뒤에 다시 해 주세요.", "Tried too often. Try again in a while.";
    later: "지금은 할 수 없어요. 잠시 뒤에 다시 해 주세요.", "This can't be done just now. Try again in a moment.";
    lacks: "이 계정으로는 볼 수 없어요", "This account may not look here";
    lacks_advice: "관리자에게 분석가(analyst) 역할을 부탁하거나, 다른 계정으로 로그인하세요.", "Ask an admin for the role analyst, or log in with another account.";
    not_found: "찾을 수 없어요", "Not found";
    wrong: "이렇게는 볼 수 없어요", "This can't be looked at so";
    away: "지금은 볼 수 없어요", "Nothing can be seen just now";
    again: "다시 보기", "Try again";
    back: "처음으로", "Back to the beginning";
    stale: "서버와 연결이 끊겼어요. 마지막으로 본 내용이에요.", "No connection to the server. This is what was seen last.";
    head: "마지막 위치", "Head position";
    last_minute: "최근 1분 이벤트", "Events, last minute";
    last_hour: "최근 1시간 이벤트", "Events, last hour";
    relay_lag: "릴레이 지연", "Relay behind";
    search_lag: "검색 지연", "Search behind";
    relay_stopped: "릴레이가 멈췄어요:", "The relay stands still:";
    projections: "읽기 모델", "Read models";
    name: "이름", "Name";
    position: "위치", "Position";
    behind: "지연", "Behind";
    nobody: "맡은 프로세스가 없어요", "nobody runs it";
    never_made: "아직 없음", "not made yet";
    parked: "보류", "Parked";
    rebuild: "다시 만들기", "Rebuild";
    rebuilding: "다시 만드는 중", "being rebuilt";
    rebuild_waits: "차례를 기다리는 중", "waits for its turn";
    rebuilt: "다시 만듦", "Rebuilt";
    not_rebuilt: "다시 만들지 못함:", "Not rebuilt:";
    rebuild_question: "처음부터 다시 만들까요? 그동안 지금 것이 계속 쓰여요.", "Build it anew from the first event? What is there serves on meanwhile.";
    parked_events: "보류된 이벤트", "Parked events";
    no_parked: "보류된 이벤트가 없어요.", "Nothing is parked.";
    parked_advice: "적용할 수 없던 이벤트예요. 같은 것의 나중 이벤트도 함께 기다려요. 고친 뒤 다시 시도하세요.", "These could not be applied, and later ones of the same things wait with them. Mend what is wrong, then try again.";
    retry: "다시 시도", "Try again";
    requested: "요청했어요.", "Asked for.";
    jobs: "작업", "Jobs";
    jobs_wait: "예약", "Waiting";
    jobs_due: "차례를 기다림", "Due";
    jobs_run: "하는 중", "Running";
    jobs_given_up: "포기함", "Given up";
    jobs_given_up_advice: "여러 번 해도 안 된 작업이 있어요. madang status로 까닭을 보고, 고친 뒤 madang retry-jobs로 다시 시도하세요.", "Some jobs failed too often. `madang status` says why; mend that, then `madang retry-jobs` has them tried again.";
    reactions: "이벤트 반응", "Reactions";
    reaction_stopped: "멈췄어요:", "stands still:";
    admins_act: "다시 시도와 다시 만들기는 관리자만 할 수 있어요.", "Only admins can try again and rebuild.";
    seconds: "초", " s";
    minutes: "분", " min";
    hours: "시간", " h";
    filter: "거르기", "Filter";
    aggregate: "대상 종류", "Kind of thing";
    event_type: "이벤트 종류", "Event type";
    all: "모두", "All";
    id: "ID", "Id";
    id_or_handle: "ID, 사람은 @아이디도", "Id; for a person, @handle too";
    actor: "행위자 (ID)", "Done by (id)";
    since: "시작 날짜", "From day";
    until: "이 날짜 전까지", "Before day";
    show: "보기", "Show";
    clear: "모두 지우기", "Clear";
    no_events: "이런 이벤트가 없어요.", "There are no such events.";
    none_so_far: "여기까지는 없어요. 더 오래된 것을 찾아보세요.", "None so far. Older ones may be there.";
    older: "더 오래된 것", "Older";
    its_history: "이 대상의 이력", "Its history";
    by_same: "이 행위자가 한 일", "What they did";
    by: "행위자", "By";
    by_service: "서비스", "the service";
    by_operator: "운영자가 대신", "by an operator";
    at_version: "몇 번째까지", "Up to version";
    what_happened: "있었던 일", "What happened";
    what_it_was: "그때의 모습", "What it was then";
    before_all: "아직 아무 일도 없었어요.", "Nothing had happened yet.";
    changed: "바뀜", "changed";
    nothing_changed: "바뀐 것 없음", "changed nothing";
    find_advice: "글, 사람, 댓글처럼 이벤트가 있는 것이면 무엇이든 처음부터 볼 수 있어요.", "Anything that has events can be followed from its beginning: a post, a person, a comment.";
    counted_at: "집계 시각", "Counted at";
    seoul: "날짜와 시각은 모두 서울 기준이에요.", "All days and times are Seoul's.";
    nothing_to_draw: "아직 그릴 것이 없어요.", "There is nothing to draw yet.";
    numbers: "숫자로 보기", "As numbers";
    per_hour: "시간마다 이벤트", "Events per hour";
    per_hour_about: "지난 7일 동안 저장된 이벤트.", "Stored within the last seven days.";
    hour_name: "시각", "Hour";
    day: "날", "Day";
    week: "주", "Week";
    people: "사람", "People";
    actives: "하루에 무언가 한 사람", "Daily actives";
    actives_about: "지난 28일. 익명으로 한 일은 세지 않아요.", "The last 28 days. What people did anonymously is not counted.";
    cohorts: "다시 온 사람", "Who came again";
    cohorts_about: "가입한 주마다, 몇 주 뒤에 무언가 한 사람의 비율. 괄호 안은 가입한 사람 수예요.", "Of those who registered in a week, how many did something so many weeks later. In brackets: how many registered.";
    fan_out: "팔로워 수 분포", "Fan-out";
    fan_out_about: "팔로워가 몇 명 이상인 사람이 몇 명인지, 로그 눈금이에요. 주황색으로 표시된 사람의 글은 타임라인에 나눠 넣지 않고 읽을 때 섞어요.", "How many people have so many followers or more, up to the next bar, on a logarithmic scale. Posts of those in orange are not delivered to timelines but put in when these are read.";
    followers: "팔로워", "Followers";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_its_largest_unit() {
        let told = [0.4, 59.0, 61.0, 7_200.0].map(|seconds| ENGLISH.wait(&seconds));
        assert_eq!(told, ["0 s", "59 s", "1 min", "2 h"]);
    }
}
