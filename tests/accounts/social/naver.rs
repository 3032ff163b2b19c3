//! Naver, which speaks OAuth 2 without OpenID Connect: its profile is nested, and its address proves nothing.

use super::browser::Browser;
use super::{Yard, address};
use crate::support::openid::PUBLIC_URL;
use reqwest::Url;
use serde_json::{Value, json};
use service::settings::{OAuthProvider, OAuthService};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Starts a server that answers as Naver's do, also errors with status 200.
async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream));
        }
    });
    url
}

async fn converse(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begin = head.len();
        stream.read_line(&mut head).await?;
        if let Some(value) = head[begin..].to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let answer = answer(&head, &String::from_utf8_lossy(&body)).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    let whole = format!("{head}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
    stream.get_mut().write_all(whole.as_bytes()).await
}

fn answer(head: &str, body: &str) -> Value {
    if head.starts_with("GET /me ") {
        let known = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer token-of-"));
        return match known {
            Some("nobody") => json!({ "resultcode": "024", "message": "Authentication failed" }),
            Some(who) => json!({
                "resultcode": "00", "message": "success",
                "response": { "id": format!("naver-{who}"), "nickname": "미나", "email": address(who) }
            }),
            None => json!({ "resultcode": "028", "message": "Authentication header not exists" }),
        };
    }
    let form = Url::parse(&format!("http://form/?{body}")).expect("a form");
    let field = |wanted: &str| {
        let pair = form.query_pairs().find(|(name, _)| name == wanted);
        pair.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let is_right = head.starts_with("POST /token ")
        && field("grant_type") == "authorization_code"
        && (field("client_id"), field("client_secret")) == ("naver-id".into(), "naver-secret".into())
        && field("redirect_uri") == format!("{PUBLIC_URL}/v1/oauth/naver/callback")
        && field("code_verifier").len() >= 43
        && !field("state").is_empty();
    match field("code").strip_prefix("code-of-") {
        // Numbers are text in Naver's answers.
        Some(who) if is_right => {
            let token = format!("token-of-{who}");
            json!({ "access_token": token, "refresh_token": "r", "token_type": "bearer", "expires_in": "3600" })
        }
        _ => json!({ "error": "invalid_request", "error_description": "no valid data in session" }),
    }
}

/// The address to which Naver would lead a person who has logged in there.
fn returning(there: &str, who: &str) -> Url {
    let there = Url::parse(there).expect("an address");
    let parameter = |wanted: &str| {
        let pair = there.query_pairs().find(|(name, _)| name == wanted);
        pair.unwrap_or_else(|| panic!("no {wanted} in {there}")).1.into_owned()
    };
    assert!(there.path() == "/authorize" && parameter("response_type") == "code");
    assert_eq!(parameter("client_id"), "naver-id");
    let mut back = Url::parse(&parameter("redirect_uri")).expect("an address");
    back.query_pairs_mut()
        .append_pair("code", &format!("code-of-{who}"))
        .append_pair("state", &parameter("state"));
    back
}

#[tokio::test(flavor = "multi_thread")]
async fn naver_tells_who_someone_is_and_its_address_opens_nothing() {
    let naver = start().await;
    let url = |path: &str| Url::parse(&format!("{naver}{path}")).expect("an address");
    let service =
        OAuthService::Naver { authorize: url("/authorize"), token: url("/token"), profile: url("/me") };
    let yard = Yard::with(|settings| {
        settings.public_url = PUBLIC_URL.parse().expect("an address");
        settings.oauth_providers = vec![OAuthProvider {
            name: "naver".to_owned(),
            client_id: "naver-id".to_owned(),
            client_secret: "naver-secret".into(),
            service,
        }];
    })
    .await;
    let mina = yard.sign_up("mina").await;
    let mut browser = Browser::new(&yard);
    let back = returning(&browser.begin("naver").await, "mina");
    let code = browser.come_back(&back).await.code();
    let unknown = browser.complete(&code).await.expect(200);
    assert_eq!(
        unknown.json,
        json!({
            "needs_registration": true, "display_name": "미나", "email": address("mina"),
            "email_verified": false
        })
    );
    let joined = browser.register(&code, "another").await.expect(201);
    assert_ne!(joined.json["user"]["id"], mina.id.as_str());
    let back = returning(&browser.begin("naver").await, "mina");
    let code = browser.come_back(&back).await.code();
    assert_eq!(browser.complete(&code).await.expect(200).json["user"]["id"], joined.json["user"]["id"]);

    // Errors come with status 200 from Naver.
    let back = returning(&browser.begin("naver").await, "nobody");
    browser.come_back(&back).await.expect_error("provider_refused");
    let mut back = returning(&browser.begin("naver").await, "mina");
    let wrong = back.query().expect("a query").replace("code-of-mina", "wrong");
    back.set_query(Some(&wrong));
    browser.come_back(&back).await.expect_error("provider_refused");
}
