//! Letters in Korean.

use super::{Letter, Written};

pub(super) fn write(letter: &Letter) -> Written {
    match letter {
        Letter::SignUpCode { code } => mail(
            "마당 가입 인증 코드",
            format!(
                "마당에 오신 걸 환영해요. 가입을 마치려면 아래 코드를 입력해 주세요.\n\n{code}\n\n\
                 코드는 10분 동안 쓸 수 있어요. 가입하려던 게 아니라면 이 메일은 무시하셔도 돼요."
            ),
        ),
        Letter::AlreadyRegistered => mail(
            "이미 마당에 가입되어 있어요",
            "누군가 이 주소로 가입하려고 했는데, 이 주소로 만든 계정이 이미 있어요.\n\n\
             본인이라면 그대로 로그인하거나, 비밀번호가 기억나지 않으면 재설정해 주세요. \
             본인이 아니라면 아무것도 하지 않으셔도 돼요.",
        ),
        Letter::PasswordReset { link } => mail(
            "마당 비밀번호 재설정",
            format!(
                "아래 링크를 열면 새 비밀번호를 정할 수 있어요.\n\n{link}\n\n\
                 링크는 30분 동안 한 번만 쓸 수 있어요. 요청하신 적이 없다면 이 메일은 무시하셔도 돼요. \
                 비밀번호는 바뀌지 않아요."
            ),
        ),
        Letter::PasswordChanged => mail(
            "마당 비밀번호가 바뀌었어요",
            "방금 마당 계정의 비밀번호가 바뀌었어요.\n\n\
             직접 바꾼 게 아니라면 지금 바로 비밀번호를 재설정해 주세요.",
        ),
        Letter::EmailChangeCode { code } => mail(
            "마당 이메일 변경 인증 코드",
            format!(
                "이 주소를 마당 계정의 이메일로 쓰려면 아래 코드를 입력해 주세요.\n\n{code}\n\n\
                 코드는 10분 동안 쓸 수 있어요. 요청하신 적이 없다면 이 메일은 무시하셔도 돼요."
            ),
        ),
        Letter::EmailChanged => mail(
            "마당 이메일이 바뀌었어요",
            "마당 계정의 이메일이 다른 주소로 바뀌었어요. 이제 이 주소로는 메일을 보내지 않아요.\n\n\
             직접 바꾼 게 아니라면 지금 바로 로그인해서 비밀번호와 이메일을 바꿔 주세요. \
             로그인할 수 없다면 운영자에게 알려 주세요.",
        ),
        Letter::SessionsEnded { device } => mail(
            "안전을 위해 로그아웃했어요",
            format!(
                "이미 쓰인 로그인 정보가 다시 쓰여서, 안전을 위해 이 기기에서 로그아웃했어요.\n\n{device}\n\n\
                 본인이라면 다시 로그인하면 돼요. 짐작 가는 일이 없다면 비밀번호를 바꿔 주세요."
            ),
        ),
        // A Korean SMS has room for 90 bytes of EUC-KR, some 45 syllables.
        Letter::PhoneCode { code } => Written {
            subject: "",
            body: format!("[마당] 인증 코드 {code}\n10분 안에 입력해 주세요."),
        },
        Letter::SocialLinked { provider } => mail(
            "마당에 새 로그인 방법이 연결됐어요",
            format!(
                "이제 {provider} 계정으로도 마당에 로그인할 수 있어요.\n\n\
                 직접 연결한 게 아니라면 지금 바로 연결을 끊고 비밀번호를 바꿔 주세요."
            ),
        ),
        Letter::Withdrawn { link } => mail(
            "마당에서 탈퇴했어요",
            format!(
                "탈퇴가 처리됐어요. 그동안 함께해 주셔서 고마워요.\n\n\
                 마음이 바뀌면 30일 안에 아래 링크로 되돌릴 수 있어요.\n\n{link}\n\n\
                 30일이 지나면 계정과 개인 정보가 지워지고, 그 뒤로는 되돌릴 수 없어요."
            ),
        ),
        Letter::ExportReady { link } => mail(
            "요청하신 데이터가 준비됐어요",
            format!(
                "요청하신 내 데이터를 아래 링크에서 받을 수 있어요.\n\n{link}\n\n\
                 개인 정보가 들어 있으니 다른 사람에게 보내지 마세요."
            ),
        ),
    }
}

fn mail(subject: &'static str, text: impl Into<String>) -> Written {
    Written {
        subject, body: format!("안녕하세요, 마당이에요.\n\n{}\n\n마당 드림\n", text.into())
    }
}
